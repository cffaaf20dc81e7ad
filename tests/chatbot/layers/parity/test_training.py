"""Training with ``Model.fit``: the same weights in the end, with everything that acts on weights and losses."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

KINDS = ("SimpleRNN", "LSTM", "GRU")
UNITS, FEATURES, STEPS, ROWS = 5, 3, 5, 8
every_layer = pytest.mark.parametrize("kind", KINDS)

REGULARIZERS = {
    "kernel": {"kernel_regularizer": "l2"},
    "recurrent": {"recurrent_regularizer": keras.regularizers.L1(0.02)},
    "bias": {"bias_regularizer": keras.regularizers.L1L2(0.01, 0.03)},
    "activity": {"activity_regularizer": keras.regularizers.L2(0.05)},
    "all": {
        "kernel_regularizer": "l1", "recurrent_regularizer": "l2", "bias_regularizer": "l1",
        "activity_regularizer": "l2",
    },
}  # fmt: skip
CONSTRAINTS = {
    "kernel": {"kernel_constraint": keras.constraints.MaxNorm(0.3)},
    "recurrent": {"recurrent_constraint": keras.constraints.UnitNorm()},
    "bias": {"bias_constraint": keras.constraints.NonNeg()},
    "all": {"kernel_constraint": "max_norm", "recurrent_constraint": "unit_norm", "bias_constraint": "non_neg"},
}


@pytest.fixture(autouse=True)
def fixed_randomness() -> None:
    """The weights of what stands around the layer are drawn here."""
    keras.utils.set_random_seed(1)


def examples(mask: bool) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(ROWS, STEPS, FEATURES)).astype(np.float32)
    if mask:
        inputs[rng.random((ROWS, STEPS)) < 0.3] = 0.0
    return inputs, rng.normal(size=(ROWS, 2)).astype(np.float32)


def models(parity: Any, kind: str, stacked: bool = False, **arguments: Any) -> list[keras.Model]:
    """A small model with our layers, and the same with Keras's, of the same weights."""
    made = []
    for make in (parity.layer, parity.reference):
        middle = [make(kind, UNITS, return_sequences=True, go_backwards=True, name="first")] if stacked else []
        layers = [keras.layers.Masking(), *middle, make(kind, UNITS, name="last", **arguments), keras.layers.Dense(2)]
        made.append(keras.Sequential([keras.Input((None, FEATURES)), *layers]))
    parity.copy(parity.randomised(made[1], 3), made[0])
    return made


def fit(model: keras.Model, jit: bool, mask: bool, optimizer: str = "sgd") -> list[float]:
    rate = {"sgd": 0.3, "adam": 0.02}[optimizer]
    optimizer = keras.optimizers.get({"class_name": optimizer, "config": {"learning_rate": rate}})
    model.compile(optimizer=optimizer, loss="mse", jit_compile=jit)
    return model.fit(*examples(mask), batch_size=4, epochs=3, shuffle=False, verbose=0).history["loss"]


def assert_same_training(pair: list[keras.Model], jit: bool, mask: bool = False, optimizer: str = "sgd") -> None:
    before = pair[0].get_weights()
    losses = [fit(model, jit, mask, optimizer) for model in pair]
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-5)
    for start, got, want in zip(before, *(model.get_weights() for model in pair), strict=True):
        np.testing.assert_allclose(got, want, atol=1e-5)
        assert np.abs(got - start).max() > 1e-4


@every_layer
@pytest.mark.parametrize(("jit", "mask"), [(False, True), (True, True)], ids=["graph", "jit"])
def test_some_steps_end_in_the_weights_of_keras(kind: str, jit: bool, mask: bool, parity: Any) -> None:
    assert_same_training(models(parity, kind, stacked=not jit), jit, mask)


@every_layer
def test_so_they_do_with_another_optimizer(kind: str, parity: Any) -> None:
    assert_same_training(models(parity, kind), False, True, "adam")


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("GRU", {"reset_after": False}), ("LSTM", {"implementation": 1}), ("LSTM", {"use_bias": False}),
        ("SimpleRNN", {"activation": "relu"}), ("GRU", {"recurrent_activation": "hard_sigmoid"}),
    ],
    ids=str,
)  # fmt: skip
def test_so_they_do_with_other_equations(kind: str, options: dict[str, Any], parity: Any) -> None:
    assert_same_training(models(parity, kind, **options), False, True)


@every_layer
@pytest.mark.parametrize("which", REGULARIZERS)
def test_the_losses_of_regularizers_are_those_of_keras(kind: str, which: str, parity: Any) -> None:
    ours, theirs = parity.twins(kind, **REGULARIZERS[which])
    inputs = parity.data(kind).inputs
    for layer in (ours, theirs):
        layer(inputs)
    got, want = ([float(loss) for loss in layer.losses] for layer in (ours, theirs))
    np.testing.assert_allclose(sorted(got), sorted(want), rtol=1e-5)
    assert want
    assert min(want) > 0.0


@every_layer
def test_regularizers_act_on_training_as_in_keras(kind: str, parity: Any) -> None:
    assert_same_training(models(parity, kind, **REGULARIZERS["all"]), False)


@pytest.mark.parametrize(
    ("kind", "which"),
    [*((kind, "all") for kind in KINDS), *(("GRU", which) for which in CONSTRAINTS if which != "all")],
)
def test_constraints_hold_after_training_as_in_keras(kind: str, which: str, parity: Any) -> None:
    pair = models(parity, kind, **CONSTRAINTS[which])
    for model in pair:
        fit(model, False, False)
    for got, want in zip(*(model.get_weights() for model in pair), strict=True):
        np.testing.assert_allclose(got, want, atol=1e-5)
    free = models(parity, kind)[0]
    fit(free, False, False)
    assert any(np.abs(a - b).max() > 1e-3 for a, b in zip(pair[0].get_weights(), free.get_weights(), strict=True))


@pytest.mark.parametrize("kind", ["LSTM"])
def test_evaluation_and_prediction_are_those_of_keras(kind: str, parity: Any) -> None:
    inputs, targets = examples(True)
    pair = models(parity, kind, stacked=True)
    for model in pair:
        model.compile(loss="mse")
    np.testing.assert_allclose(*(model.predict(inputs, batch_size=3, verbose=0) for model in pair), atol=1e-6)
    np.testing.assert_allclose(*(model.evaluate(inputs, targets, verbose=0) for model in pair), rtol=1e-5)


@every_layer
def test_a_stateful_model_trains_as_in_keras(kind: str, parity: Any) -> None:
    inputs, targets = examples(False)
    pair = []
    for layer in parity.twins(kind, shape=(4, STEPS, FEATURES), stateful=True):
        model = keras.Sequential([keras.Input((STEPS, FEATURES), batch_size=4), layer, keras.layers.Dense(2)])
        pair.append(model)
    parity.copy(pair[1], pair[0])
    for model in pair:
        model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse", jit_compile=False)
        model.fit(inputs, targets, batch_size=4, epochs=2, shuffle=False, verbose=0)
    for got, want in zip(*(model.get_weights() for model in pair), strict=True):
        np.testing.assert_allclose(got, want, atol=1e-5)
