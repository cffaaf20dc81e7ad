"""The options of a cell, against the constructors of Keras's own cells."""

from __future__ import annotations

import inspect
from typing import Any

import keras
import numpy as np
import pytest

from chatbot.errors import LayerError
from chatbot.layers import GRUCell, LSTMCell, SimpleRNNCell
from chatbot.layers.cells import options

KERAS = {
    SimpleRNNCell: keras.layers.SimpleRNNCell,
    LSTMCell: keras.layers.LSTMCell,
    GRUCell: keras.layers.GRUCell,
}
every_cell = pytest.mark.parametrize("kind", KERAS, ids=lambda kind: kind.__name__)


@every_cell
def test_names_order_and_defaults_are_those_of_keras(kind: Any) -> None:
    theirs = [p for p in inspect.signature(KERAS[kind]).parameters.values() if p.name != "kwargs"]
    ours = list(options.signature(kind.OPTIONS).parameters.values())
    assert [(p.name, p.default) for p in ours] == [(p.name, p.default) for p in theirs]


@every_cell
def test_every_option_is_read_and_written_as_keras_does(kind: Any) -> None:
    changed: dict[str, Any] = {
        "activation": "relu",
        "recurrent_activation": keras.activations.hard_sigmoid,
        "use_bias": False,
        "unit_forget_bias": False,
        "reset_after": False,
        "kernel_initializer": keras.initializers.RandomNormal(stddev=0.5, seed=3),
        "recurrent_initializer": "identity",
        "bias_initializer": keras.initializers.Constant(0.25),
        "kernel_regularizer": "l2",
        "recurrent_regularizer": keras.regularizers.L1L2(0.1, 0.2),
        "bias_regularizer": {"class_name": "L1", "config": {"l1": 0.25}},
        "kernel_constraint": "non_neg",
        "recurrent_constraint": keras.constraints.MaxNorm(2.0, axis=1),
        "bias_constraint": keras.constraints.unit_norm(),
        "dropout": 0.25,
        "recurrent_dropout": 0.5,
        "seed": 11,
    }
    assert set(kind.OPTIONS) <= set(changed)
    given = {name: changed[name] for name in kind.OPTIONS}
    ours, theirs = kind(3, name="cell", **given), KERAS[kind](3, name="cell", **given)
    assert {name: ours.get_config()[name] for name in given} == {name: theirs.get_config()[name] for name in given}
    plain = kind(3).get_config()
    assert all(ours.get_config()[name] != plain[name] for name in given)
    assert kind.from_config(ours.get_config()).get_config() == ours.get_config()


def test_a_share_is_held_between_zero_and_one_as_in_keras() -> None:
    for given, kept in ((-0.5, 0.0), (0.0, 0.0), (0.3, 0.3), (1.0, 1.0), (7.0, 1.0)):
        assert options.read("Cell", "dropout", given) == options.read("Cell", "recurrent_dropout", given) == kept
        assert LSTMCell(3, dropout=given).dropout == keras.layers.LSTMCell(3, dropout=given).dropout


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("activation", "tahn", "activations"),
        ("recurrent_activation", "sigmoidal", "activations"),
        ("kernel_initializer", "glorot", "initializers"),
        ("bias_regularizer", "l3", "regularizers"),
        ("recurrent_constraint", "maximum", "constraints"),
    ],
)
def test_what_keras_does_not_know_is_refused_by_name(name: str, value: str, kind: str) -> None:
    with pytest.raises(LayerError, match=f"{name} = {value!r}") as caught:
        LSTMCell(3, **{name: value})
    assert "LSTMCell" in caught.value.received
    assert kind in caught.value.expected


@pytest.mark.parametrize("units", [0, -1, True, False, 2.5, 2.0, "3", None, [3]], ids=repr)
def test_units_that_are_no_positive_whole_number_are_refused(units: Any) -> None:
    with pytest.raises(LayerError, match="units = ") as caught:
        options.whole_units("Cell", units)
    assert repr(units) in caught.value.received


@pytest.mark.parametrize("units", [1, 7, np.int64(3), np.int8(5)], ids=repr)
def test_whole_units_of_any_type_become_an_int(units: Any) -> None:
    assert type(options.whole_units("Cell", units)) is int
    assert options.whole_units("Cell", units) == units


def test_too_many_positions_and_unknown_names_are_refused() -> None:
    with pytest.raises(TypeError):
        SimpleRNNCell(3, *SimpleRNNCell.OPTIONS.values(), "one more")
    with pytest.raises((TypeError, ValueError), match="aktivation"):
        SimpleRNNCell(3, aktivation="tanh")
