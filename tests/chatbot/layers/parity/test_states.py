"""States that come in, go out and are kept between calls."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

KINDS = ("SimpleRNN", "LSTM", "GRU")
EVERYTHING = {"return_sequences": True, "return_state": True}
every_layer = pytest.mark.parametrize("kind", KINDS)


def assert_all_close(got: Any, want: Any) -> None:
    for a, b in zip(keras.tree.flatten(got), keras.tree.flatten(want), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


@every_layer
@pytest.mark.parametrize("form", [list, tuple], ids=["list", "tuple"])
@pytest.mark.parametrize("make", [np.asarray, tf.constant], ids=["numpy", "tensor"])
def test_an_initial_state_of_any_form_is_taken(kind: str, form: type, make: Any, parity: Any) -> None:
    ours, theirs = parity.twins(kind, **EVERYTHING)
    data = parity.data(kind)
    given = form(make(state) for state in data.initial)
    want = theirs(data.inputs, initial_state=data.initial)
    assert_all_close(ours(data.inputs, initial_state=given), want)
    assert_all_close(ours(data.inputs, given), want)  # by position
    assert np.abs(np.asarray(want[0]) - np.asarray(theirs(data.inputs)[0])).max() > 0.01


@pytest.mark.parametrize("kind", ["SimpleRNN", "GRU"])
def test_a_single_state_needs_no_list(kind: str, parity: Any) -> None:
    ours, theirs = parity.twins(kind)
    data = parity.data(kind)
    assert_all_close(*(layer(data.inputs, initial_state=data.initial[0]) for layer in (ours, theirs)))


@every_layer
@pytest.mark.parametrize("options", [{}, {"return_sequences": True}, {"go_backwards": True}, {"unroll": True}], ids=str)
@pytest.mark.parametrize("masked", [False, True], ids=["no mask", "mask"])
def test_a_stateful_layer_goes_on_until_it_is_reset(
    kind: str, options: dict[str, Any], masked: bool, parity: Any
) -> None:
    ours, theirs = parity.twins(kind, stateful=True, return_state=True, **options)
    mask = parity.mask() if masked else None
    for seed in (1, 2, 3):
        inputs = parity.data(kind, seed=seed).inputs
        assert_all_close(*(layer(inputs, mask=mask) for layer in (ours, theirs)))
        assert_all_close(ours.states, theirs.states)
    fresh, _ = parity.twins(kind, return_state=True, **options)
    assert np.abs(np.asarray(ours(inputs, mask=mask)[0]) - np.asarray(fresh(inputs, mask=mask)[0])).max() > 0.01
    for reset in ("reset_state", "reset_states"):
        getattr(ours, reset)()
        assert not any(np.asarray(state).any() for state in ours.states)
        assert_all_close(ours(inputs, mask=mask), fresh(inputs, mask=mask))


@every_layer
def test_a_stateful_layer_keeps_its_state_in_compiled_calls_too(kind: str, parity: Any) -> None:
    ours, theirs = parity.twins(kind, stateful=True)
    compiled = tf.function(ours)
    for seed in (1, 2, 3):
        inputs = parity.data(kind, seed=seed).inputs
        assert_all_close(compiled(tf.constant(inputs)), theirs(inputs))
    assert_all_close(ours.states, theirs.states)


@every_layer
def test_a_stateful_layer_that_is_given_a_state_starts_there_and_keeps_what_comes(kind: str, parity: Any) -> None:
    ours, theirs = parity.twins(kind, stateful=True)
    data = parity.data(kind)
    for states in (None, data.initial, None):
        assert_all_close(*(layer(data.inputs, initial_state=states) for layer in (ours, theirs)))


@every_layer
def test_gradients_of_a_stateful_call_stop_at_the_kept_state(kind: str, parity: Any) -> None:
    ours, theirs = parity.twins(kind, stateful=True, **EVERYTHING)
    for seed in (1, 2):
        data = parity.data(kind, seed=seed)
        parity.agree(*(parity.results(layer, data) for layer in (ours, theirs)))


@every_layer
def test_the_kept_states_are_variables_of_the_layer_as_in_keras(kind: str, parity: Any) -> None:
    ours, theirs = parity.twins(kind, stateful=True)
    for part in ("weights", "trainable_variables", "non_trainable_variables"):
        got, want = ([(v.name, tuple(v.shape), v.dtype) for v in getattr(layer, part)] for layer in (ours, theirs))
        assert got == want
    assert len(ours.states) == len(theirs.states)


@every_layer
def test_a_stateful_layer_refuses_another_number_of_rows(kind: str, parity: Any) -> None:
    ours, theirs = parity.twins(kind, stateful=True)
    inputs = parity.data(kind).inputs
    for layer in (ours, theirs):
        layer(inputs)
        with pytest.raises(ValueError, match="batch size"):
            layer(inputs[:2])


@every_layer
def test_the_last_states_of_one_layer_start_another(kind: str, parity: Any) -> None:
    inputs, results = parity.data(kind).inputs, []
    for first, second in zip(parity.twins(kind, **EVERYTHING), parity.twins(kind, weights=5), strict=True):
        outputs, *states = first(inputs)
        results.append(second(outputs[..., :3], initial_state=states))
    assert_all_close(*results)


@every_layer
def test_the_zeros_at_the_start_have_the_sizes_of_keras(kind: str, parity: Any) -> None:
    ours, theirs = parity.twins(kind)
    got, want = ours.get_initial_state(6), theirs.get_initial_state(6)
    assert [tuple(state.shape) for state in got] == [tuple(state.shape) for state in want]
    assert not any(np.asarray(state).any() for state in got)
    assert ours.state_size == theirs.state_size
    assert ours.cell.output_size == theirs.cell.output_size
