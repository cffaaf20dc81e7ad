"""What a user can get wrong: a ValueError of ours that says what was received, what was expected and what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from chatbot.errors import ConfigError, LayerError, UsageError
from chatbot.layers import CELLS, Recurrent, make_cell

KINDS = ("SimpleRNN", "LSTM", "GRU")
every_layer = pytest.mark.parametrize("kind", KINDS)


def refused(
    call: Callable[[], Any], *received: str, expected: tuple[str, ...] = (), kind: type[UsageError] = LayerError
) -> None:
    """``call`` raises our error, and the three parts of its text say what they should."""
    with pytest.raises(kind, match="expected") as caught:
        call()
    error = caught.value
    for part in (error.received, error.expected, error.remedy):
        assert len(part) > 3
        assert part in str(error)
    assert all(word in error.received for word in received), error.received
    assert all(word in error.expected for word in expected), error.expected


@every_layer
@pytest.mark.parametrize("shape", [(4, 3), (4,), (4, 5, 3, 2), ()], ids=str)
@pytest.mark.parametrize("built", [False, True], ids=["new", "built"])
def test_inputs_of_another_rank(kind: str, shape: tuple[int, ...], built: bool, parity: Any) -> None:
    layer = parity.layer(kind, 5)
    if built:
        layer.build((None, None, 3))
    refused(lambda: layer(np.zeros(shape, np.float32)), str(shape), expected=("(batch, time,",))


@every_layer
@pytest.mark.parametrize("features", [1, 2, 4])
@pytest.mark.parametrize("around", ["eager", "symbolic", "tf.function"])
def test_inputs_of_another_number_of_features_than_the_layer_was_built_for(
    kind: str, features: int, around: str, parity: Any
) -> None:
    layer = parity.layer(kind, 5)
    layer.build((None, None, 3))
    call = {
        "eager": lambda: layer(np.zeros((4, 5, features), np.float32)),
        "symbolic": lambda: layer(keras.Input((5, features))),
        "tf.function": lambda: tf.function(layer, autograph=False)(tf.zeros((4, 5, features))),  # which wraps errors
    }[around]
    refused(call, f"{features})", expected=("3",))


@every_layer
def test_an_unknown_number_of_features_cannot_be_built_for(kind: str, parity: Any) -> None:
    refused(lambda: parity.layer(kind, 5).build((None, None, None)), "None", expected=("features",))
    refused(lambda: parity.layer(kind, 5)(keras.Input((5, None))), "None", expected=("features",))


@every_layer
@pytest.mark.parametrize("units", [0, -1, 2.5, 3.0, "3", None, True, [5]], ids=repr)
def test_units_that_are_no_positive_whole_number(kind: str, units: Any, parity: Any) -> None:
    for name in (kind, f"{kind}Cell"):
        refused(lambda name=name: parity.layer(name, units), f"units = {units!r}", expected=("whole number", "1"))


@every_layer
def test_units_may_be_a_whole_number_of_numpy(kind: str, parity: Any) -> None:
    assert parity.layer(kind, np.int64(3)).units == 3


@every_layer
@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("activation", "tnah"),
        ("kernel_initializer", "glorrot"),
        ("recurrent_initializer", "ortho"),
        ("bias_initializer", "nought"),
        ("kernel_regularizer", "l3"),
        ("recurrent_constraint", "unit"),
    ],
)
def test_a_name_that_keras_does_not_know(kind: str, option: str, value: str, parity: Any) -> None:
    for name in (kind, f"{kind}Cell"):
        refused(lambda name=name: parity.layer(name, 5, **{option: value}), option, repr(value))


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_an_unknown_recurrent_activation(kind: str, parity: Any) -> None:
    refused(lambda: parity.layer(kind, 5, recurrent_activation="sigmund"), "recurrent_activation", "'sigmund'")


@every_layer
@pytest.mark.parametrize("option", ["dropout", "recurrent_dropout"])
@pytest.mark.parametrize("value", ["a", None, float("nan")], ids=repr)
def test_a_rate_of_dropout_that_is_no_number(kind: str, option: str, value: Any, parity: Any) -> None:
    refused(lambda: parity.layer(kind, 5, **{option: value}), option, repr(value))


@pytest.mark.parametrize("name", ["LSTM", "lsmt", "", "gru ", "SimpleRNN"])
def test_an_unknown_cell(name: str) -> None:
    refused(lambda: make_cell(name, 5), repr(name), expected=tuple(CELLS), kind=ConfigError)


@pytest.mark.parametrize("cell", ["lstm", None, 5], ids=repr)
def test_what_is_no_cell_of_ours(cell: Any) -> None:
    refused(lambda: Recurrent(cell), type(cell).__name__, expected=("cell",))


def states(count: int, *shape: int) -> list[np.ndarray]:
    return [np.zeros(shape, np.float32)] * count


@every_layer
@pytest.mark.parametrize("extra", [-1, 1, 2])
def test_a_list_of_states_of_another_length(kind: str, extra: int, parity: Any) -> None:
    layer = parity.layer(kind, 5)
    given = states(len(layer.state_size) + extra, 4, 5)
    refused(lambda: layer(parity.data(kind).inputs, initial_state=given), "state", expected=("5",))


@every_layer
@pytest.mark.parametrize("shape", [(4, 6), (4, 1), (5,), (4, 5, 1)], ids=str)
def test_states_of_another_shape(kind: str, shape: tuple[int, ...], parity: Any) -> None:
    layer = parity.layer(kind, 5)
    given = states(len(layer.state_size), *shape)
    refused(lambda: layer(parity.data(kind).inputs, initial_state=given), "state", expected=("5",))


@every_layer
def test_states_of_another_number_of_rows(kind: str, parity: Any) -> None:
    layer = parity.layer(kind, 5)
    for rows in (1, 3):
        given = states(len(layer.state_size), rows, 5)
        refused(lambda given=given: layer(parity.data(kind).inputs, initial_state=given), "state", f"{rows}")


@every_layer
@pytest.mark.parametrize("shape", [(4, 4), (3, 5), (4,), (4, 5, 1)], ids=str)
def test_a_mask_of_another_shape_than_batch_and_time(kind: str, shape: tuple[int, ...], parity: Any) -> None:
    layer = parity.layer(kind, 5)
    refused(lambda: layer(parity.data(kind).inputs, mask=np.ones(shape, bool)), "mask", str(shape), expected=("5",))


@every_layer
def test_a_sequence_without_any_step(kind: str, parity: Any) -> None:
    layer = parity.layer(kind, 5)
    refused(lambda: layer(np.zeros((4, 0, 3), np.float32)), "(4, 0, 3)")


@every_layer
def test_a_stateful_layer_needs_to_know_how_many_rows_there_are(kind: str, parity: Any) -> None:
    with pytest.raises(ValueError, match="batch size"):
        parity.layer(kind, 5, stateful=True)(keras.Input((5, 3)))


@every_layer
def test_an_unrolled_layer_needs_to_know_how_many_steps_there_are(kind: str, parity: Any) -> None:
    layer = parity.layer(kind, 5, unroll=True)
    with pytest.raises(ValueError, match="unroll"):
        tf.function(layer, input_signature=[tf.TensorSpec([None, None, 3])]).get_concrete_function()


@every_layer
@pytest.mark.parametrize("option", ["unit", "activations", "cell", "reset_befor"])
def test_an_unknown_argument(kind: str, option: str, parity: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=option):
        parity.layer(kind, 5, **{option: 1})
