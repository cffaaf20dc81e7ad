"""Our layers and cells inside Keras's own wrappers, and Keras's loop around our cells."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

KINDS = ("SimpleRNN", "LSTM", "GRU")
EVERYTHING = {"return_sequences": True, "return_state": True}
every_layer = pytest.mark.parametrize("kind", KINDS)
masked_or_not = pytest.mark.parametrize("masked", [False, True], ids=["no mask", "mask"])


def assert_close(got: Any, want: Any) -> None:
    for a, b in zip(keras.tree.flatten(got), keras.tree.flatten(want), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def same_weights(parity: Any, ours: Any, theirs: Any, inputs: Any) -> None:
    for layer in (ours, theirs):
        layer(inputs)
    parity.copy(parity.randomised(theirs, 3), ours)


@every_layer
@masked_or_not
@pytest.mark.parametrize("merge", ["concat", "sum", "ave", "mul", None], ids=str)
def test_bidirectional_in_every_merge_mode(kind: str, merge: str | None, masked: bool, parity: Any) -> None:
    inputs, mask = parity.data(kind).inputs, parity.mask() if masked else None
    for options in ({}, EVERYTHING):
        ours, theirs = (
            keras.layers.Bidirectional(make(kind, 5, **options), merge_mode=merge)
            for make in (parity.layer, parity.reference)
        )
        same_weights(parity, ours, theirs, inputs)
        assert_close(ours(inputs, mask=mask), theirs(inputs, mask=mask))
        assert ours.compute_output_shape(inputs.shape) == theirs.compute_output_shape(inputs.shape)


@every_layer
def test_bidirectional_gradients_and_initial_states(kind: str, parity: Any) -> None:
    data = parity.data(kind)
    data = data._replace(initial=[*data.initial, *parity.data(kind, seed=8).initial])
    ours, theirs = (
        keras.layers.Bidirectional(make(kind, 5, **EVERYTHING)) for make in (parity.layer, parity.reference)
    )
    same_weights(parity, ours, theirs, data.inputs)
    parity.agree(*(parity.results(layer, data, mask=parity.mask(), started=True) for layer in (ours, theirs)))


@every_layer
def test_bidirectional_with_a_backward_layer_of_its_own(kind: str, parity: Any) -> None:
    inputs, layers = parity.data(kind).inputs, []
    for make in (parity.layer, parity.reference):
        backward = make(kind, 4, go_backwards=True, return_sequences=True, activation="relu")
        layers.append(keras.layers.Bidirectional(make(kind, 5, return_sequences=True), backward_layer=backward))
    same_weights(parity, *layers, inputs)
    assert_close(*(layer(inputs, mask=parity.mask()) for layer in layers))


@every_layer
def test_bidirectional_stateful_goes_on_and_is_reset(kind: str, parity: Any) -> None:
    layers = [keras.layers.Bidirectional(make(kind, 5, stateful=True)) for make in (parity.layer, parity.reference)]
    same_weights(parity, *layers, parity.data(kind).inputs)  # the call that builds them, too, leaves a state
    for _ in range(2):
        for layer in layers:
            layer.reset_state()
        for seed in (1, 2):
            assert_close(*(layer(parity.data(kind, seed=seed).inputs) for layer in layers))


@every_layer
@masked_or_not
def test_bidirectional_dropout_draws_the_masks_of_keras(kind: str, masked: bool, parity: Any) -> None:
    inputs, mask = parity.data(kind).inputs, parity.mask() if masked else None
    options = {"dropout": 0.3, "recurrent_dropout": 0.3, "return_sequences": True}
    layers = []
    for make in (parity.layer, parity.reference):
        both = (make(kind, 5, seed=seed, go_backwards=seed == 5, **options) for seed in (4, 5))
        layers.append(keras.layers.Bidirectional(next(both), backward_layer=next(both)))
        if kind == "SimpleRNN":  # Keras's leaves its seed out of the configuration from which the wrapper copies it
            layers[-1].forward_layer.cell.seed_generator = keras.random.SeedGenerator(4)
    same_weights(parity, *layers, inputs)
    assert_close(*(layer(inputs, mask=mask, training=True) for layer in layers))


@every_layer
@masked_or_not
@pytest.mark.parametrize("options", [{}, EVERYTHING, {"go_backwards": True}, {"unroll": True}], ids=str)
def test_keras_own_loop_around_our_cell_equals_our_layer(
    kind: str, options: dict[str, Any], masked: bool, parity: Any
) -> None:
    ours, theirs = parity.twins(kind, **options)
    data, mask = parity.data(kind), parity.mask() if masked else None
    loop = keras.layers.RNN(parity.layer(f"{kind}Cell", 5), **options)
    loop.build(data.inputs.shape)
    parity.copy(ours, loop)
    got, want, reference = (parity.results(layer, data, mask=mask, started=True) for layer in (loop, ours, theirs))
    parity.agree(got, want)
    parity.agree(got, reference)


@every_layer
@masked_or_not
def test_our_loop_around_our_cell_equals_our_layer(kind: str, masked: bool, parity: Any) -> None:
    from chatbot.layers import CELLS, Recurrent

    ours, _ = parity.twins(kind, **EVERYTHING)
    data, mask = parity.data(kind), parity.mask() if masked else None
    named = {cell.__name__: cell for cell in CELLS.values()}
    loop = Recurrent(named[f"{kind}Cell"](5), **EVERYTHING)
    loop.build(data.inputs.shape)
    parity.copy(ours, loop)
    parity.agree(*(parity.results(layer, data, mask=mask, started=True) for layer in (loop, ours)))


@every_layer
@pytest.mark.parametrize(
    "rates", [{"dropout": 0.4}, {"recurrent_dropout": 0.4}, {"dropout": 0.3, "recurrent_dropout": 0.3}]
)
def test_keras_own_loop_draws_the_same_dropout_masks_for_our_cell(
    kind: str, rates: dict[str, float], parity: Any
) -> None:
    data, loops = parity.data(kind), []
    for cell in (parity.layer(f"{kind}Cell", 5, seed=3, **rates), parity.reference(f"{kind}Cell", 5, seed=3, **rates)):
        loops.append(keras.layers.RNN(cell, **EVERYTHING))
    same_weights(parity, *loops, data.inputs)
    parity.agree(*(parity.results(loop, data, mask=parity.mask(), started=True, training=True) for loop in loops))


@every_layer
@pytest.mark.parametrize("options", [{}, {"use_bias": False}, {"activation": "relu"}], ids=str)
def test_a_cell_alone_makes_the_step_of_keras(kind: str, options: dict[str, Any], parity: Any) -> None:
    data, cells = parity.data(kind), []
    for make in (parity.layer, parity.reference):
        cells.append(make(f"{kind}Cell", 5, **options))
        cells[-1].build((4, 3))
    parity.copy(parity.randomised(cells[1], 3), cells[0])
    for states in (list(data.initial), tuple(data.initial)):
        got, want = (cell(data.inputs[:, 0], states) for cell in cells)
        assert_close(got, want)
        assert type(got[1]) is type(want[1])
    if len(data.initial) == 1:
        assert_close(*(cell(data.inputs[:, 0], data.initial[0]) for cell in cells))


@every_layer
@masked_or_not
@pytest.mark.parametrize("explicit", [False, True], ids=["list", "StackedRNNCells"])
def test_stacked_cells(kind: str, explicit: bool, masked: bool, parity: Any) -> None:
    data, mask, loops = parity.data(kind), parity.mask() if masked else None, []
    for make in (parity.layer, parity.reference):
        cells = [make(f"{kind}Cell", units) for units in (4, 6, 5)]
        loops.append(keras.layers.RNN(keras.layers.StackedRNNCells(cells) if explicit else cells, **EVERYTHING))
    same_weights(parity, *loops, data.inputs)
    parity.agree(*(parity.results(loop, data, mask=mask) for loop in loops))


@every_layer
def test_stacked_cells_with_dropout(kind: str, parity: Any) -> None:
    data, loops = parity.data(kind), []
    for make in (parity.layer, parity.reference):
        cells = [make(f"{kind}Cell", 5, dropout=0.3, recurrent_dropout=0.3, seed=seed) for seed in (1, 2)]
        loops.append(keras.layers.RNN(cells, return_sequences=True))
    same_weights(parity, *loops, data.inputs)
    parity.agree(*(parity.results(loop, data, mask=parity.mask(), training=True) for loop in loops))


def test_cells_of_ours_and_of_keras_stack_together(parity: Any) -> None:
    inputs, loops = parity.data("LSTM").inputs, []
    for make in (parity.layer, parity.reference):
        cells = [make("GRUCell", 4), keras.layers.LSTMCell(6), make("SimpleRNNCell", 5)]
        loops.append(keras.layers.RNN(cells))
    same_weights(parity, *loops, inputs)
    assert_close(*(loop(inputs) for loop in loops))


@every_layer
def test_time_distributed(kind: str, parity: Any) -> None:
    # Without a mask: Keras hands each outer step's mask [batch] to the inner layer, which needs [batch, time].
    inputs = np.random.default_rng(5).normal(size=(3, 6, 5, 3)).astype(np.float32)
    layers = [
        keras.layers.TimeDistributed(make(kind, 5, return_sequences=True)) for make in (parity.layer, parity.reference)
    ]
    same_weights(parity, *layers, inputs)
    assert_close(*(layer(inputs) for layer in layers))
    for step in range(6):
        assert_close(layers[0](inputs)[:, step], layers[0].layer(inputs[:, step]))
