"""Laws that hold for every cell, whatever its equations."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from chatbot.errors import ConfigError, UsageError
from chatbot.layers import CELLS, Cell, make_cell

UNITS, FEATURES, BATCH = 5, 3, 4
KERAS_CELLS = {"rnn": keras.layers.SimpleRNNCell, "lstm": keras.layers.LSTMCell, "gru": keras.layers.GRUCell}
every_cell = pytest.mark.parametrize("name", CELLS)


def random_tensors(rng: np.random.Generator, *shapes: tuple[int, ...]) -> list[tf.Tensor]:
    return [tf.constant(rng.normal(size=shape)) for shape in shapes]


def built(name: str, **arguments: Any) -> Cell:
    cell = CELLS[name](UNITS, **arguments)
    cell.build((None, FEATURES))
    return cell


@every_cell
@pytest.mark.parametrize("seed", range(5))
def test_the_hand_written_gradient_equals_automatic_differentiation(name: str, seed: int) -> None:
    cell, rng = built(name), np.random.default_rng(seed)
    width, parts = cell.gates * UNITS, len(cell.state_names)
    projected, product = random_tensors(rng, (BATCH, width), (BATCH, width))
    states = tuple(random_tensors(rng, *[(BATCH, UNITS)] * parts))
    above = tuple(random_tensors(rng, *[(BATCH, UNITS)] * parts))
    with tf.GradientTape() as tape:
        tape.watch((projected, product, states))
        after = cell.advance(projected, product, states)
    expected = tape.gradient(after, (projected, product, states), output_gradients=above, unconnected_gradients="zero")
    traced, trace = cell.advance_traced(projected, product, states)
    for got, want in zip(traced, after, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12)
    found = cell.backward(trace, states, above)
    assert len(found[2]) == parts
    for got, want in zip(tf.nest.flatten(found), tf.nest.flatten(expected), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-12)


@every_cell
def test_one_call_is_the_projection_the_product_and_the_rest(name: str, randomised: Any) -> None:
    cell, rng = randomised(built(name)), np.random.default_rng(1)
    x = rng.normal(size=(BATCH, FEATURES)).astype(np.float32)
    states = [rng.normal(size=(BATCH, UNITS)).astype(np.float32) for _ in cell.state_names]
    bias = 0.0 if cell.recurrent_bias is None else np.asarray(cell.recurrent_bias)
    product = states[0] @ np.asarray(cell.recurrent_kernel) + bias
    expected = cell.advance(cell.project(x), tf.constant(product), tuple(states))
    for given in (list(states), tuple(states)):
        output, after = cell(x, given)
        np.testing.assert_array_equal(output, after[0])
        for got, want in zip(after, expected, strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)


@every_cell
def test_all_steps_are_projected_as_each_one(name: str, randomised: Any) -> None:
    cell, x = randomised(built(name)), np.random.default_rng(2).normal(size=(BATCH, 6, FEATURES)).astype(np.float32)
    together = np.asarray(cell.project(x))
    for step in range(6):
        np.testing.assert_allclose(together[:, step], cell.project(x[:, step]), rtol=1e-5, atol=1e-6)


@every_cell
def test_names_and_shapes_of_the_weights_are_those_of_keras(name: str) -> None:
    ours, theirs = built(name), KERAS_CELLS[name](UNITS)
    theirs.build((None, FEATURES))
    assert [(v.name, tuple(v.shape)) for v in ours.weights] == [(v.name, tuple(v.shape)) for v in theirs.weights]


@every_cell
def test_nothing_is_remembered_at_first(name: str) -> None:
    cell = built(name)
    states = cell.get_initial_state(7)
    assert [tuple(state.shape) for state in states] == [(7, size) for size in cell.state_size]
    assert cell.state_size == [UNITS] * len(cell.state_names)
    assert cell.output_size == UNITS
    assert not any(np.asarray(state).any() for state in states)


@every_cell
def test_a_configuration_makes_the_same_cell(name: str) -> None:
    cell = CELLS[name](
        UNITS,
        kernel_initializer="zeros",
        recurrent_initializer=keras.initializers.RandomNormal(stddev=0.5, seed=3),
        bias_initializer=keras.initializers.Constant(0.25),
        name="mine",
    )
    again = type(cell).from_config(cell.get_config())
    assert again.get_config() == cell.get_config()
    assert (again.name, again.units) == ("mine", UNITS)
    registered = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(cell))
    assert type(registered) is type(cell)
    for made in (cell, again, registered):
        made.build((None, FEATURES))
        assert not np.asarray(made.kernel).any()
        np.testing.assert_array_equal(made.recurrent_kernel, cell.recurrent_kernel)
        np.testing.assert_array_equal(made.bias, cell.bias)


@every_cell
@pytest.mark.parametrize("units", [0, -1, True, 2.5, "3", None])
def test_units_that_are_no_positive_whole_number_are_refused(name: str, units: Any) -> None:
    with pytest.raises(UsageError, match="units = ") as caught:
        CELLS[name](units)
    assert repr(units) in caught.value.received


def test_an_unknown_cell_is_answered_with_the_known_ones() -> None:
    for name in ("LSTM", "lsmt", ""):
        with pytest.raises(ConfigError, match="unknown cell") as caught:
            make_cell(name, UNITS)
        assert all(known in caught.value.expected for known in CELLS)


@every_cell
def test_a_name_makes_its_own_cell(name: str) -> None:
    cell = make_cell(name, UNITS)
    assert type(cell) is CELLS[name]
    assert cell.units == UNITS


def test_a_cell_without_equations_says_so() -> None:
    cell = Cell(UNITS)
    assert not cell.has_backward
    for call in (cell.advance, cell.advance_traced, cell.backward):
        with pytest.raises(NotImplementedError):
            call(None, None, ())
