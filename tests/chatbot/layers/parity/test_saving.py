"""Configurations, saved models and saved weights: what comes back is what was there, also from Keras's own layers."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

KINDS = ("SimpleRNN", "LSTM", "GRU")
every_layer = pytest.mark.parametrize("kind", KINDS)


def soft_step(x: Any) -> Any:
    """An activation of the user's own."""
    return x / (1.0 + keras.ops.abs(x))


OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "sequences": {"return_sequences": True, "return_state": True, "go_backwards": True, "zero_output_for_mask": True},
    "functions": {"activation": "relu", "bias_initializer": keras.initializers.Constant(0.2)},
    "bounds": {"kernel_regularizer": "l2", "recurrent_constraint": "unit_norm", "activity_regularizer": "l1"},
    "dropout": {"dropout": 0.3, "recurrent_dropout": 0.2, "seed": 5},
    "no bias": {"use_bias": False, "unroll": True},
    "half": {"dtype": "mixed_bfloat16"},
    "double": {"dtype": "float64"},
    "frozen": {"trainable": False},
}  # fmt: skip
OF_LSTM: dict[str, dict[str, Any]] = {
    "hard gates": {"unit_forget_bias": False, "recurrent_activation": "hard_sigmoid"},
    "gates apart": {"implementation": 1},
}
OF_GRU: dict[str, dict[str, Any]] = {"reset before": {"reset_after": False, "recurrent_activation": "hard_sigmoid"}}
CASES = [
    *((kind, name) for kind in KINDS for name in OPTIONS),
    *(("LSTM", name) for name in OF_LSTM),
    *(("GRU", name) for name in OF_GRU),
]
every_case = pytest.mark.parametrize(("kind", "name"), CASES)
ALL = {**OPTIONS, **OF_LSTM, **OF_GRU}


def assert_same_results(one: Any, other: Any, inputs: Any, training: bool) -> None:
    got, want = (keras.tree.flatten(layer(inputs, training=training)) for layer in (one, other))
    for a, b in zip(got, want, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(a), keras.ops.convert_to_numpy(b))


@every_case
def test_a_configuration_makes_the_same_layer(kind: str, name: str, parity: Any) -> None:
    options = ALL[name]
    layer, inputs = parity.layer(kind, 5, **options), parity.data(kind).inputs
    through_keras = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    layer.build(inputs.shape)
    for variable in layer.weights:
        variable.assign(np.random.default_rng(1).normal(scale=0.4, size=variable.shape))
    for again in (type(layer).from_config(layer.get_config()), through_keras):
        assert type(again) is type(layer)
        assert again.get_config() == layer.get_config()
        again.build(inputs.shape)
        parity.copy(layer, again)
        again.cell.seed_generator.state.assign(layer.cell.seed_generator.state)
        assert_same_results(again, layer, inputs, "dropout" in options)


@every_case
def test_a_cell_survives_its_configuration(kind: str, name: str, parity: Any) -> None:
    options = ALL[name]
    of_layer = {
        "return_sequences",
        "return_state",
        "go_backwards",
        "zero_output_for_mask",
        "activity_regularizer",
        "unroll",
    }
    cell = parity.layer(f"{kind}Cell", 5, **{k: v for k, v in options.items() if k not in of_layer})
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(cell))
    assert type(again) is type(cell)
    assert again.get_config() == cell.get_config()


@every_layer
def test_a_configuration_of_keras_makes_our_layer(kind: str, parity: Any) -> None:
    # A project that moves over from Keras has such configurations on disk.
    for options in OPTIONS.values():
        theirs = parity.reference(kind, 5, **options)
        ours = type(parity.layer(kind, 5)).from_config(theirs.get_config())
        for key, value in theirs.get_config().items():
            assert ours.get_config()[key] == value


def model_of(make: Any, kind: str, options: dict[str, Any]) -> keras.Model:
    inputs = keras.Input((5, 3))
    first = make(kind, 4, return_sequences=True)(keras.layers.Masking()(inputs))
    both = keras.layers.Bidirectional(make(kind, 3, return_sequences=True))(first)
    return keras.Model(inputs, make(kind, 5, **options)(both))


@pytest.mark.parametrize(
    ("kind", "name", "form"),
    [*((*case, "model.keras") for case in CASES), *((kind, "dropout", "model.weights.h5") for kind in KINDS)],
)
def test_a_saved_model_gives_the_same_outputs(kind: str, name: str, form: str, tmp_path: Path, parity: Any) -> None:
    model = model_of(parity.layer, kind, ALL[name])
    parity.randomised(model, 3)
    inputs = parity.data(kind).inputs
    inputs[1, 3:] = 0.0
    if form == "model.keras":
        model.save(tmp_path / form)
        again = keras.saving.load_model(tmp_path / form)
    else:
        model.save_weights(tmp_path / form)
        again = model_of(parity.layer, kind, ALL[name])
        again.load_weights(tmp_path / form)
    assert [type(layer) for layer in again.layers] == [type(layer) for layer in model.layers]
    assert_same_results(again, model, inputs, False)
    assert_same_results(again, model, inputs, True)  # the state of the seed is saved too


@every_layer
def test_weights_that_keras_layers_saved_are_read_by_ours_and_back(kind: str, tmp_path: Path, parity: Any) -> None:
    inputs = parity.data(kind).inputs
    theirs, ours, back = (model_of(make, kind, {}) for make in (parity.reference, parity.layer, parity.reference))
    parity.randomised(theirs, 3).save_weights(tmp_path / "theirs.weights.h5")
    ours.load_weights(tmp_path / "theirs.weights.h5")
    np.testing.assert_allclose(ours(inputs), theirs(inputs), atol=1e-6)
    ours.save_weights(tmp_path / "ours.weights.h5")
    back.load_weights(tmp_path / "ours.weights.h5")
    np.testing.assert_array_equal(back(inputs), theirs(inputs))


@every_layer
def test_a_saved_optimizer_goes_on_training_where_it_stopped(kind: str, tmp_path: Path, parity: Any) -> None:
    rng = np.random.default_rng(1)
    inputs, targets = rng.normal(size=(8, 5, 3)).astype(np.float32), rng.normal(size=(8, 5)).astype(np.float32)
    arguments = {"batch_size": 4, "shuffle": False, "verbose": 0}
    model = keras.Sequential([keras.Input((5, 3)), keras.layers.Masking(), parity.layer(kind, 5)])
    model.compile(optimizer="adam", loss="mse", jit_compile=False)
    model.fit(inputs, targets, **arguments)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    for one in (model, again):
        one.fit(inputs, targets, **arguments)
    for a, b in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


@every_layer
def test_a_function_of_the_users_own_survives_with_its_name(kind: str, tmp_path: Path, parity: Any) -> None:
    model = keras.Sequential([keras.Input((5, 3)), parity.layer(kind, 5, activation=soft_step)])
    inputs = parity.data(kind).inputs
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", custom_objects={"soft_step": soft_step})
    np.testing.assert_array_equal(again(inputs), model(inputs))


@every_layer
def test_a_cloned_and_a_copied_model_compute_the_same(kind: str, parity: Any) -> None:
    model, inputs = model_of(parity.layer, kind, {}), parity.data(kind).inputs
    parity.randomised(model, 3)
    clone = keras.models.clone_model(model)
    parity.copy(model, clone)
    for again in (clone, copy.deepcopy(model)):
        np.testing.assert_array_equal(again(inputs), model(inputs))
