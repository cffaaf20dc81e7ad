"""Laws that hold for every cell, whatever its equations."""

from __future__ import annotations

from typing import Any, ClassVar

import keras
import numpy as np
import pytest
import tensorflow as tf

from chatbot.layers import CELLS, Cell

UNITS, FEATURES, BATCH = 5, 3, 4
KERAS_CELLS = {"rnn": keras.layers.SimpleRNNCell, "lstm": keras.layers.LSTMCell, "gru": keras.layers.GRUCell}
every_cell = pytest.mark.parametrize("name", CELLS)
every_fused = pytest.mark.parametrize("name", [name for name, kind in CELLS.items() if kind(1).fused])


def random_tensors(rng: np.random.Generator, *shapes: tuple[int, ...]) -> list[tf.Tensor]:
    return [tf.constant(rng.normal(size=shape)) for shape in shapes]


def built(name: str, **arguments: Any) -> Cell:
    cell = CELLS[name](UNITS, **arguments)
    cell.build((None, FEATURES))
    return cell


@every_fused
@pytest.mark.parametrize("seed", range(5))
def test_the_hand_written_gradient_equals_automatic_differentiation(name: str, seed: int) -> None:
    cell, rng = built(name), np.random.default_rng(seed)
    parts = len(cell.state_names)
    sums = tuple(random_tensors(rng, *[(BATCH, UNITS)] * (cell.gates + cell.apart)))
    states = tuple(random_tensors(rng, *[(BATCH, UNITS)] * parts))
    above = tuple(random_tensors(rng, *[(BATCH, UNITS)] * parts))
    with tf.GradientTape() as tape:
        tape.watch((sums, states))
        after = cell.advance(sums, states)
    want = tape.gradient(after, (sums, states), output_gradients=above)
    traced, trace = cell.advance_traced(sums, states)
    for a, b in zip(traced, after, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)
    d_sums, d_states = cell.backward(trace, states, above)
    assert [part is None for part in d_states] == [part is None for part in want[1]]
    found = (*d_sums, *(part for part in d_states if part is not None))
    for a, b in zip(found, [part for part in (*want[0], *want[1]) if part is not None], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


@every_fused
def test_the_equations_do_not_know_rows_from_columns(name: str) -> None:
    cell, rng = built(name), np.random.default_rng(5)
    sums = random_tensors(rng, *[(BATCH, UNITS)] * (cell.gates + cell.apart))
    states, above = (random_tensors(rng, *[(BATCH, UNITS)] * len(cell.state_names)) for _ in range(2))

    def everything(turn: Any) -> list[Any]:
        given, before, gradients = (tuple(map(turn, part)) for part in (sums, states, above))
        after, trace = cell.advance_traced(given, before)
        d_sums, d_states = cell.backward(trace, before, gradients)
        return [part for part in (*after, *d_sums, *d_states) if part is not None]

    for rows, columns in zip(everything(tf.identity), everything(tf.transpose), strict=True):
        np.testing.assert_allclose(tf.transpose(columns), rows, rtol=1e-12)


class Sums(Cell):
    """Shows what ``advance`` is given: seven gates, of which the last two stand apart."""

    gates: ClassVar[int] = 7
    apart: ClassVar[int] = 2

    def advance(self, sums: Any, states: Any) -> Any:
        return sums


def test_a_gate_gets_the_sum_of_its_two_parts_unless_it_wants_them_apart() -> None:
    rng = np.random.default_rng(6)
    projected, product = rng.normal(size=(BATCH, 7 * UNITS)), rng.normal(size=(BATCH, 7 * UNITS))
    blocks = [np.split(part, 7, axis=-1) for part in (projected, product)]
    want = [a + b for a, b in zip(*(part[:5] for part in blocks), strict=True)] + blocks[0][5:] + blocks[1][5:]
    rows = Sums(UNITS).sums(tf.constant(projected), tf.constant(product), axis=-1)
    columns = Sums(UNITS).sums(tf.constant(projected.T), tf.constant(product.T), axis=0)
    for a, b, c in zip(rows, columns, want, strict=True):
        np.testing.assert_array_equal(a, c)
        np.testing.assert_array_equal(tf.transpose(b), c)


@pytest.mark.parametrize("name", KERAS_CELLS)
def test_one_step_is_the_projection_the_product_and_the_rest(name: str, randomised: Any) -> None:
    cell, rng = randomised(built(name)), np.random.default_rng(1)
    x = rng.normal(size=(BATCH, FEATURES)).astype(np.float32)
    states = [rng.normal(size=(BATCH, UNITS)).astype(np.float32) for _ in cell.state_names]
    kernel, recurrent, *_ = cell.get_weights()
    bias, bias_of_state = (0.0 if b is None else np.asarray(b) for b in (cell.input_bias, cell.recurrent_bias))
    projected, product = tf.constant(x @ kernel + bias), tf.constant(states[0] @ recurrent + bias_of_state)
    expected = cell.advance(cell.sums(projected, product, axis=-1), tuple(states))
    np.testing.assert_allclose(cell.project(x), projected, atol=1e-6)
    for got, want in zip(cell.step(cell.project(x), tuple(states)), expected, strict=True):
        np.testing.assert_allclose(got, want, atol=1e-6)


@every_cell
def test_a_call_is_a_step_in_the_form_of_keras(name: str, randomised: Any) -> None:
    cell, rng = randomised(built(name)), np.random.default_rng(1)
    x = tf.constant(rng.normal(size=(BATCH, FEATURES)), tf.float32)
    states = [tf.constant(rng.normal(size=(BATCH, UNITS)), tf.float32) for _ in cell.state_names]
    expected = cell.step(cell.project(x), tuple(states))
    for given in (list(states), tuple(states)):
        output, after = cell(x, given)
        assert isinstance(after, list)
        for got, want in zip([output, *after], [expected[0], *expected], strict=True):
            np.testing.assert_array_equal(got, want)
    if len(states) == 1:
        output, after = cell(x, states[0])
        np.testing.assert_array_equal(output, expected[0])
        np.testing.assert_array_equal(after, expected[0])


@every_cell
def test_all_steps_are_projected_as_each_one(name: str, randomised: Any) -> None:
    cell, x = randomised(built(name)), np.random.default_rng(2).normal(size=(BATCH, 6, FEATURES)).astype(np.float32)
    together = np.asarray(cell.project(x))
    for step in range(6):
        np.testing.assert_allclose(together[:, step], cell.project(x[:, step]), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", KERAS_CELLS)
def test_dropout_multiplies_inputs_and_states_by_the_masks_that_keras_draws(name: str, randomised: Any) -> None:
    rates = {"dropout": 0.4, "recurrent_dropout": 0.5, "seed": 11}
    ours, theirs = built(name, **rates), KERAS_CELLS[name](UNITS, **rates)
    theirs.build((None, FEATURES))
    ours.set_weights(randomised(theirs).get_weights())
    rng = np.random.default_rng(3)
    x = rng.normal(size=(BATCH, FEATURES)).astype(np.float32)
    states = [rng.normal(size=(BATCH, UNITS)).astype(np.float32) for _ in ours.state_names]
    for training in (True, False):
        np.testing.assert_allclose(
            ours(x, states, training=training)[0], theirs(x, states, training=training)[0], atol=1e-6
        )
    assert ours.masks(x, states[0], training=False) == (None, None)


@pytest.mark.parametrize("name", KERAS_CELLS)
def test_names_and_shapes_of_the_weights_are_those_of_keras(name: str) -> None:
    ours, theirs = built(name), KERAS_CELLS[name](UNITS)
    theirs.build((None, FEATURES))
    assert [(v.name, tuple(v.shape)) for v in ours.weights] == [(v.name, tuple(v.shape)) for v in theirs.weights]


@every_cell
def test_nothing_is_remembered_at_first(name: str) -> None:
    cell = built(name)
    states = cell.get_initial_state(7)
    assert [tuple(state.shape) for state in states] == [(7, UNITS)] * len(cell.state_names)
    assert cell.state_size == (UNITS if len(cell.state_names) == 1 else [UNITS] * len(cell.state_names))
    assert cell.output_size == UNITS
    assert cell.input_features == FEATURES
    assert not any(np.asarray(state).any() for state in states)


@every_cell
def test_a_configuration_makes_the_same_cell(name: str) -> None:
    given: dict[str, Any] = {
        "kernel_initializer": keras.initializers.RandomNormal(stddev=0.5, seed=3),
        "recurrent_initializer": keras.initializers.RandomNormal(stddev=0.25, seed=4),
        "bias_initializer": keras.initializers.Constant(0.25),
    }
    cell = CELLS[name](UNITS, name="mine", **{key: value for key, value in given.items() if key in CELLS[name].OPTIONS})
    again = type(cell).from_config(cell.get_config())
    assert again.get_config() == cell.get_config()
    assert (again.name, again.units) == ("mine", UNITS)
    registered = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(cell))
    assert type(registered) is type(cell)
    for made in (cell, again, registered):
        made.build((None, FEATURES))
        assert np.asarray(made.kernel).std() > 0.1
        for one, other in zip(made.get_weights(), cell.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)


@every_cell
@pytest.mark.parametrize("arguments", [{"kernel_regularizer": "l2"}, {"trainable": False}], ids=str)
def test_what_every_keras_layer_takes_is_taken(name: str, arguments: dict[str, Any]) -> None:
    cell = built(name, **arguments)
    assert len(cell.losses) == ("kernel_regularizer" in arguments)
    assert bool(cell.trainable_variables) is cell.trainable is ("trainable" not in arguments)


def test_a_cell_without_equations_says_so() -> None:
    cell = Cell(UNITS)
    assert not cell.fused
    assert cell.at_once(None, (), None) is None
    for call in (cell.advance, cell.advance_traced):
        with pytest.raises(NotImplementedError):
            call((), ())
    with pytest.raises(NotImplementedError):
        cell.backward((), (), ())


def test_a_gradient_is_not_inherited_by_other_equations() -> None:
    gru = CELLS["gru"]

    class Halved(gru):  # type: ignore[misc, valid-type]
        def sums(self, projected: Any, product: Any, axis: int) -> Any:
            return super().sums(projected, 0.5 * product, axis)

    class Other(gru):  # type: ignore[misc, valid-type]
        def advance(self, sums: Any, states: Any) -> Any:
            return tuple(0.5 * part for part in super().advance(sums, states))

    class Same(gru):  # type: ignore[misc, valid-type]
        def masks(self, inputs: Any, state: Any, training: bool) -> Any:
            return None, None

    class Whole(Other):
        def advance_traced(self, sums: Any, states: Any) -> Any:
            return self.advance(sums, states), ()

        def backward(self, trace: Any, states: Any, gradients: Any) -> Any:
            raise NotImplementedError

    assert [kind(UNITS).fused for kind in (gru, Same, Whole, Halved, Other)] == [True, True, True, False, False]
