"""Dropout of inputs and states: the same random masks as Keras for the same seed, and when they are drawn."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

KINDS = ("SimpleRNN", "LSTM", "GRU")
GATED = ("LSTM", "GRU")
EVERYTHING = {"return_sequences": True, "return_state": True}
every_layer = pytest.mark.parametrize("kind", KINDS)

RATES = {
    "inputs": {"dropout": 0.4},
    "states": {"recurrent_dropout": 0.4},
    "both": {"dropout": 0.3, "recurrent_dropout": 0.5},
    "all inputs": {"dropout": 1.0},  # Keras: the vanilla layer sees nothing then, the gated ones everything
    "all states": {"recurrent_dropout": 1.0},
}
CASES = [
    *((kind, rates, {}) for kind in KINDS for rates in RATES),
    *((kind, "both", options) for kind in KINDS for options in ({"go_backwards": True}, {"unroll": True})),
    *((kind, "both", {"activation": "relu", "use_bias": False}) for kind in KINDS),
    *((kind, "inputs", {"implementation": 1}) for kind in GATED),
    *(("GRU", rates, {"reset_after": False}) for rates in ("inputs", "states", "both")),
]


@pytest.mark.parametrize(("kind", "rates", "options"), CASES, ids=str)
def test_training_gives_what_it_gives_in_keras(kind: str, rates: str, options: dict[str, Any], parity: Any) -> None:
    parity.same(kind, mask=parity.mask(), started=True, training=True, seed=11, **RATES[rates], **options, **EVERYTHING)


@every_layer
def test_training_without_a_mask_gives_what_it_gives_in_keras(kind: str, parity: Any) -> None:
    parity.same(kind, training=True, seed=11, **RATES["both"], **EVERYTHING)


def calls(layer: Any, inputs: np.ndarray, trainings: list[bool]) -> list[np.ndarray]:
    return [np.asarray(layer(inputs, training=training)) for training in trainings]


@every_layer
@pytest.mark.parametrize("rates", ["inputs", "states", "both"])
def test_each_call_draws_anew_and_inference_draws_as_often_as_in_keras(kind: str, rates: str, parity: Any) -> None:
    ours, theirs = parity.twins(kind, seed=7, **RATES[rates])
    inputs = parity.data(kind).inputs
    order = [True, True, False, True, False]
    got, want = calls(ours, inputs, order), calls(theirs, inputs, order)
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
    assert np.abs(got[0] - got[1]).max() > 1e-3
    np.testing.assert_array_equal(got[2], got[4])
    assert np.array_equal(ours.cell.seed_generator.state, theirs.cell.seed_generator.state)


@every_layer
def test_another_seed_gives_other_masks_and_the_same_seed_the_same(kind: str, parity: Any) -> None:
    inputs, outputs = parity.data(kind).inputs, []
    for seed in (7, 7, 8):
        layer = parity.layer(kind, 5, dropout=0.5, recurrent_dropout=0.5, seed=seed)
        layer.build(inputs.shape)
        outputs.append(np.asarray(parity.randomised(layer, 3)(inputs, training=True)))
    np.testing.assert_array_equal(outputs[0], outputs[1])
    assert np.abs(outputs[0] - outputs[2]).max() > 1e-3


@every_layer
@pytest.mark.parametrize("jit", [False, True], ids=["graph", "jit"])
def test_compiled_calls_draw_anew_each_time(kind: str, jit: bool, parity: Any) -> None:
    inputs, found = parity.data(kind).inputs, []
    for layer in parity.twins(
        kind, seed=7, dropout=0.4, recurrent_dropout=0.4
    ):  # XLA draws other numbers: both with it
        compiled = tf.function(layer, jit_compile=jit)
        found.append([np.asarray(compiled(tf.constant(inputs), training=True)) for _ in range(3)])
    for got, want in zip(*found, strict=True):
        np.testing.assert_allclose(got, want, atol=1e-6)
    assert np.abs(found[0][0] - found[0][1]).max() > 1e-3


@every_layer
def test_one_mask_serves_all_steps(kind: str, parity: Any) -> None:
    # A feature that is dropped at one step is dropped at all of them: its gradient is zero everywhere or nowhere.
    ours, _ = parity.twins(kind, seed=7, dropout=0.5)
    inputs = tf.constant(parity.data(kind).inputs)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        loss = tf.reduce_sum(ours(inputs, training=True) ** 2)
    dropped = np.asarray(tape.gradient(loss, inputs)) == 0.0
    assert dropped.any()
    assert not dropped.all()
    np.testing.assert_array_equal(dropped, np.repeat(dropped[:, :1], dropped.shape[1], axis=1))


@every_layer
def test_without_training_nothing_is_dropped(kind: str, parity: Any) -> None:
    ours, _ = parity.twins(kind, seed=7, dropout=0.5, recurrent_dropout=0.5)
    bare, _ = parity.twins(kind)
    parity.copy(ours, bare)
    inputs = parity.data(kind).inputs
    np.testing.assert_allclose(ours(inputs), bare(inputs), atol=1e-6)
    assert np.abs(np.asarray(ours(inputs, training=True)) - np.asarray(bare(inputs))).max() > 1e-3


@every_layer
@pytest.mark.parametrize("rates", ["inputs", "states", "both"])
def test_a_cell_called_alone_keeps_its_masks_until_they_are_reset(kind: str, rates: str, parity: Any) -> None:
    cells = [make(f"{kind}Cell", 5, seed=7, **RATES[rates]) for make in (parity.layer, parity.reference)]
    data, results = parity.data(kind), []
    for cell in cells:
        cell.build((4, 3))
    parity.copy(parity.randomised(cells[1], 3), cells[0])
    for cell in cells:
        one, two = (cell(data.inputs[:, t], data.initial, training=True)[0] for t in (0, 1))
        cell.reset_dropout_mask()
        cell.reset_recurrent_dropout_mask()
        results.append([one, two, cell(data.inputs[:, 0], data.initial, training=True)[0]])
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
    assert np.abs(np.asarray(results[0][0]) - np.asarray(results[0][2])).max() > 1e-3


@every_layer
def test_rates_beyond_their_range_are_taken_as_the_nearest_in_it(kind: str, parity: Any) -> None:
    for given in (-0.5, 1.5):
        ours, theirs = (
            make(kind, 5, dropout=given, recurrent_dropout=given) for make in (parity.layer, parity.reference)
        )
        assert (ours.dropout, ours.recurrent_dropout) == (theirs.dropout, theirs.recurrent_dropout)


@every_layer
def test_a_model_with_dropout_trains_to_the_same_weights(kind: str, parity: Any) -> None:
    inputs, models = parity.data(kind).inputs, []
    targets = np.random.default_rng(1).normal(size=(4, 5)).astype(np.float32)
    for layer in parity.twins(kind, seed=7, dropout=0.3, recurrent_dropout=0.3):
        model = keras.Sequential([keras.Input((5, 3)), layer])
        model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse", jit_compile=False)
        model.fit(inputs, targets, batch_size=2, epochs=3, shuffle=False, verbose=0)
        models.append(model)
    for a, b in zip(models[0].get_weights(), models[1].get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)
