"""The layers that make their cell: their arguments, configurations and errors; their numbers are in ``parity``."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from chatbot.errors import LayerError
from chatbot.layers import GRU, LSTM, GRUCell, LSTMCell, SimpleRNN, SimpleRNNCell

UNITS, SHAPE = 5, (4, 6, 3)
KERAS = {SimpleRNN: keras.layers.SimpleRNN, LSTM: keras.layers.LSTM, GRU: keras.layers.GRU}
CELLS = {SimpleRNN: SimpleRNNCell, LSTM: LSTMCell, GRU: GRUCell}
every_layer = pytest.mark.parametrize("kind", KERAS, ids=lambda kind: kind.__name__)
CHANGED: dict[str, Any] = {
    "activation": "relu",
    "use_bias": False,
    "recurrent_initializer": "glorot_normal",
    "kernel_constraint": "non_neg",
    "recurrent_regularizer": keras.regularizers.L2(0.25),
    "activity_regularizer": keras.regularizers.L1(0.5),
    "dropout": 0.25,
    "seed": 7,
    "return_sequences": True,
    "go_backwards": True,
    "bptt_steps": 3,
    "name": "mine",
}
"""Options of the cell, of Keras's layer and of ours, none at its default."""


def inputs() -> np.ndarray:
    return np.random.default_rng(1).normal(size=SHAPE).astype(np.float32)


@every_layer
def test_it_runs_the_cell_of_its_name(kind: Any) -> None:
    assert type(kind(UNITS).cell) is CELLS[kind]


@every_layer
def test_the_class_has_the_signature_of_keras_and_an_instance_that_of_a_call(kind: Any) -> None:
    assert inspect.signature(kind) == inspect.signature(KERAS[kind])
    layer = kind(UNITS)
    assert "units" not in inspect.signature(layer).parameters
    compiled = tf.function(layer)  # it asks for that signature, to know what it is called with
    np.testing.assert_allclose(compiled(inputs()), layer(inputs()), atol=1e-6)


@every_layer
def test_arguments_by_position_mean_what_they_mean_in_keras(kind: Any) -> None:
    values = {"activation": "relu", "recurrent_activation": "hard_sigmoid", "use_bias": False}
    names = [name for name in inspect.signature(KERAS[kind]).parameters if name in values]
    ours, theirs = (make(UNITS, *(values[name] for name in names)) for make in (kind, KERAS[kind]))
    for name in names:
        assert getattr(ours, name) == getattr(theirs, name)
    assert ours.use_bias is False


@every_layer
def test_the_options_of_the_cell_are_read_from_the_layer(kind: Any) -> None:
    layer = kind(UNITS, **CHANGED)
    assert layer.units == layer.cell.units == UNITS
    for name in layer.cell.OPTIONS:
        assert getattr(layer, name) == getattr(layer.cell, name)
    assert layer.activation is keras.activations.relu
    assert (layer.dropout, layer.seed, layer.use_bias) == (0.25, 7, False)


@every_layer
def test_a_configuration_is_flat_and_makes_the_same_layer(kind: Any) -> None:
    layer = kind(UNITS, **CHANGED)
    config, plain = layer.get_config(), kind(UNITS).get_config()
    assert "cell" not in config
    assert set(KERAS[kind](UNITS).get_config()) <= set(config)
    again = kind.from_config(config)
    assert again.get_config() == config
    assert all(config[name] != plain[name] for name in CHANGED)


@every_layer
def test_a_saved_model_gives_the_same_outputs(kind: Any, tmp_path: Path, randomised: Any) -> None:
    model = keras.Sequential(
        [keras.layers.Input(SHAPE[1:]), kind(UNITS, return_sequences=True), kind(2, recompute=True)]
    )
    randomised(model).save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert [type(layer) for layer in again.layers[-2:]] == [kind, kind]
    assert again.layers[-1].recompute
    np.testing.assert_array_equal(again(inputs()), model(inputs()))


@every_layer
def test_the_precision_and_whether_it_is_trained_reach_the_cell(kind: Any) -> None:
    layer = kind(UNITS, dtype="mixed_bfloat16", trainable=False)
    assert layer.cell.compute_dtype == "bfloat16"
    assert layer.cell.variable_dtype == "float32"
    assert layer.cell.trainable is False
    layer.build(SHAPE)
    assert layer.trainable_variables == []


@pytest.mark.parametrize("kind", [LSTM, GRU], ids=lambda kind: kind.__name__)
def test_what_is_said_of_cudnn_is_accepted_and_changes_nothing(kind: Any, randomised: Any) -> None:
    found = []
    for value in ("auto", True, False):
        layer = kind(UNITS, use_cudnn=value)
        layer.build(SHAPE)
        found.append(np.asarray(randomised(layer)(inputs())))
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])
    with pytest.raises(LayerError, match="use_cudnn = 'yes'"):
        kind(UNITS, use_cudnn="yes")


@every_layer
def test_an_argument_that_nobody_knows_is_refused(kind: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="aktivation"):
        kind(UNITS, aktivation="relu")


@every_layer
def test_the_cell_refuses_what_it_cannot_take(kind: Any) -> None:
    for wrong, words in (({"units": 0}, "units = 0"), ({"units": UNITS, "activation": "tahn"}, "activation = 'tahn'")):
        with pytest.raises(LayerError, match=words) as caught:
            kind(**wrong)
        assert isinstance(caught.value, ValueError)
