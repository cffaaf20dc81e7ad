"""Every option that changes the equations, the order of the steps or what is returned."""

from __future__ import annotations

import itertools
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

KINDS = ("SimpleRNN", "LSTM", "GRU")
GATED = ("LSTM", "GRU")
EVERYTHING = {"return_sequences": True, "return_state": True}
every_layer = pytest.mark.parametrize("kind", KINDS)


def soft_step(x: Any) -> Any:
    """An activation that no table of names knows."""
    return ops.divide(x, ops.add(1.0, ops.abs(x)))


OPTIONS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "plain": (KINDS, {}),
    "no bias": (KINDS, {"use_bias": False}),
    "relu": (KINDS, {"activation": "relu"}),
    "linear": (KINDS, {"activation": None}),
    "linear by name": (KINDS, {"activation": "linear"}),
    "elu": (KINDS, {"activation": keras.activations.elu}),
    "a callable": (KINDS, {"activation": soft_step}),
    "hard gates": (GATED, {"recurrent_activation": "hard_sigmoid"}),
    "linear gates": (GATED, {"recurrent_activation": None, "dtype": "float64"}),  # numbers grow, and rounding with them
    "callable gates": (GATED, {"activation": soft_step, "recurrent_activation": keras.activations.hard_tanh}),
    "gates apart": (GATED, {"implementation": 1}),
    "gates apart, no bias": (GATED, {"implementation": 1, "use_bias": False}),
    "gates apart, hard": (GATED, {"implementation": 1, "recurrent_activation": "hard_sigmoid"}),
    "no forget bias": (("LSTM",), {"unit_forget_bias": False}),
    "reset before": (("GRU",), {"reset_after": False}),
    "reset before, no bias": (("GRU",), {"reset_after": False, "use_bias": False}),
    "reset before, gates apart": (("GRU",), {"reset_after": False, "implementation": 1}),
    "reset before, hard": (("GRU",), {"reset_after": False, "recurrent_activation": "hard_sigmoid"}),
    "reset before, relu": (("GRU",), {"reset_after": False, "activation": "relu"}),
    "unrolled": (KINDS, {"unroll": True}),
    "unrolled, reset before": (("GRU",), {"unroll": True, "reset_after": False}),
    "unrolled, relu": (KINDS, {"unroll": True, "activation": "relu"}),
    "backwards": (KINDS, {"go_backwards": True}),
    "backwards, reset before": (("GRU",), {"go_backwards": True, "reset_after": False}),
    "zeroed": (KINDS, {"zero_output_for_mask": True}),
    "zeroed backwards": (KINDS, {"zero_output_for_mask": True, "go_backwards": True}),
    "zeroed unrolled": (KINDS, {"zero_output_for_mask": True, "unroll": True}),
}
"""For each: the layers that know it, and its arguments."""

CASES = [(kind, name) for name, (kinds, _) in OPTIONS.items() for kind in kinds]


@pytest.mark.parametrize(("kind", "option"), CASES, ids=[f"{kind}, {name}" for kind, name in CASES])
def test_an_option_gives_what_it_gives_in_keras(kind: str, option: str, parity: Any) -> None:
    parity.same(kind, mask=parity.mask(), started=True, **EVERYTHING, **OPTIONS[option][1])


@pytest.mark.parametrize(
    ("kind", "option"),
    [(kind, name) for kind, name in CASES if name in {"plain", "relu", "reset before", "unrolled", "backwards"}],
)
def test_so_it_does_without_a_mask(kind: str, option: str, parity: Any) -> None:
    parity.same(kind, **EVERYTHING, **OPTIONS[option][1])


@pytest.mark.parametrize(
    ("kind", "option"),
    [(kind, name) for kind, name in CASES if name not in {"plain", "linear by name", "no forget bias"}],
)
def test_an_option_is_not_without_effect(kind: str, option: str, parity: Any) -> None:
    # Else the test above would hold for a layer that drops its arguments.  Only values: "gates apart", "unrolled" and
    # the linear activation's two names are other ways to the same numbers.
    arguments = {**EVERYTHING, **OPTIONS[option][1]}
    same_numbers = {"implementation", "unroll", "dtype"} >= set(arguments) - set(EVERYTHING)
    ours, _ = parity.twins(kind, **arguments)
    bare, _ = parity.twins(kind, **EVERYTHING)
    if [w.shape for w in ours.get_weights()] == [w.shape for w in bare.get_weights()]:
        parity.copy(ours, bare)
    data, mask = parity.data(kind), parity.mask()
    got, without = (parity.results(layer, data, mask=mask, started=True) for layer in (ours, bare))
    differs = any(np.abs(a - b).max() > 1e-3 for a, b in zip(got.outputs, without.outputs, strict=True))
    assert differs is not same_numbers


@every_layer
@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
@pytest.mark.parametrize("unroll", [False, True], ids=["loop", "unrolled"])
@pytest.mark.parametrize(
    ("masked", "zeroed"), [(False, False), (True, False), (True, True)], ids=["no mask", "mask", "mask, zeroed"]
)
def test_whatever_is_returned_is_what_keras_returns(
    kind: str, backwards: bool, unroll: bool, masked: bool, zeroed: bool, parity: Any
) -> None:
    # Keras zeroes the wrong steps here (its unrolled loop reverses the mask of the steps, not the mask of the outputs):
    # then its rolled loop is the reference.
    wrong = backwards and unroll and masked and zeroed
    data, mask = parity.data(kind), parity.mask() if masked else None
    for sequences, states in itertools.product([False, True], repeat=2):
        arguments = {
            "return_sequences": sequences, "return_state": states, "go_backwards": backwards,
            "zero_output_for_mask": zeroed,
        }  # fmt: skip
        ours, _ = parity.twins(kind, unroll=unroll, **arguments)
        _, theirs = parity.twins(kind, unroll=unroll and not wrong, **arguments)
        got, want = (layer(data.inputs, mask=mask) for layer in (ours, theirs))
        assert type(got) is type(want)
        for a, b in zip(keras.tree.flatten(got), keras.tree.flatten(want), strict=True):
            assert a.shape == b.shape
            np.testing.assert_allclose(a, b, atol=1e-6)


@every_layer
@pytest.mark.parametrize(
    ("shape", "units"),
    [((1, 7, 3), 5), ((4, 1, 3), 5), ((4, 7, 1), 5), ((4, 7, 3), 1), ((1, 1, 1), 1), ((4, 2, 3), 5), ((2, 20, 3), 5)],
    ids=["one row", "one step", "one feature", "one unit", "one of each", "two steps", "many steps"],
)
@pytest.mark.parametrize("masked", [False, True], ids=["no mask", "mask"])
def test_small_and_long_sizes(kind: str, shape: tuple[int, ...], units: int, masked: bool, parity: Any) -> None:
    mask = parity.mask(shape) if masked else None
    parity.same(kind, mask=mask, started=True, shape=shape, units=units, **EVERYTHING)
    parity.same(kind, mask=mask, shape=shape, units=units, go_backwards=True)


@pytest.mark.parametrize("kind", ["SimpleRNN", "GRU"])  # Keras's LSTM fails on an empty batch, in TensorFlow's BiasAdd
def test_an_empty_batch_gives_empty_results(kind: str, parity: Any) -> None:
    ours, theirs = parity.twins(kind, **EVERYTHING)
    inputs = np.zeros((0, 7, 3), np.float32)
    got, want = (parity.call(layer, inputs, None, None, False) for layer in (ours, theirs))
    assert [tuple(a.shape) for a in got] == [tuple(b.shape) for b in want] == [(0, 7, 5), (0, 5)]


@every_layer
def test_inputs_of_whole_numbers_are_computed_as_floats(kind: str, parity: Any) -> None:
    ours, theirs = parity.twins(kind)
    inputs = np.random.default_rng(1).integers(-2, 3, size=(4, 7, 3))
    assert ours(inputs).dtype == theirs(inputs).dtype
    np.testing.assert_allclose(ours(inputs), theirs(inputs), atol=1e-6)
