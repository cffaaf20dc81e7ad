"""Laws that a cell and its equations in NumPy must agree on; the equations stand in each cell's own test.

Everything is in one fixture, ``laws``, because test modules here cannot import each other
(``--import-mode=importlib``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from chatbot.layers import Cell, Recurrent

UNITS, FEATURES, BATCH, STEPS = 4, 3, 2, 5
Weights = dict[str, np.ndarray]
States = tuple[np.ndarray, ...]
Oracle = Callable[[np.ndarray, States, Weights], States]
"""(x [batch, features], the states at t-1, the weights by name) to the states at t, in float64."""


class Laws:
    """``randomised`` is the fixture that gives a layer random weights."""

    def __init__(self, randomised: Callable[[Any, int], Any]) -> None:
        self.randomised = randomised

    def cell(self, kind: type[Cell], seed: int = 0, **options: Any) -> Cell:
        """A built cell of float64 with random weights."""
        cell = kind(UNITS, **{"dtype": "float64", **options})
        cell.build((None, FEATURES))
        return self.randomised(cell, seed)

    def weights(self, cell: Cell) -> Weights:
        """The weights as the oracle takes them."""
        return {v.name: np.asarray(v, np.float64) for v in cell.trainable_variables}

    def data(self, cell: Cell, seed: int) -> tuple[np.ndarray, States, np.ndarray]:
        """Inputs, initial states, and a mask whose first and second step differ between the rows."""
        rng = np.random.default_rng(seed)
        mask = rng.random((BATCH, STEPS)) < 0.6
        mask[:, 0], mask[:, 1] = (False, True), (True, False)
        states = tuple(rng.normal(size=(BATCH, UNITS)) for _ in cell.state_names)
        return rng.normal(size=(BATCH, STEPS, FEATURES)), states, mask

    def unrolled(self, oracle: Oracle, x: np.ndarray, states: States, weights: Weights, mask: Any = None) -> States:
        """The states after every step, each [batch, time, units], by the oracle; a masked step holds them."""
        after = []
        for t in range(x.shape[1]):
            new = oracle(x[:, t], states, weights)
            if mask is not None:
                new = tuple(np.where(mask[:, t, None], n, s) for n, s in zip(new, states, strict=True))
            states = new
            after.append(states)
        return tuple(np.stack(part, axis=1) for part in zip(*after, strict=True))

    def check_steps(self, kind: type[Cell], oracle: Oracle, seed: int, **options: Any) -> None:
        """One step after the other, as in talking, equals the equations."""
        cell = self.cell(kind, seed, **options)
        x, states, _ = self.data(cell, seed)
        expected = self.unrolled(oracle, x, states, self.weights(cell))
        got: Any = list(states)
        for t in range(STEPS):
            output, got = cell(tf.constant(x[:, t]), got if len(states) > 1 else got[0])
            got = got if len(states) > 1 else [got]
            for part, whole in zip((output, *got), (expected[0], *expected), strict=True):
                np.testing.assert_allclose(part, whole[:, t], atol=1e-12)

    def check_sequence(self, kind: type[Cell], oracle: Oracle, seed: int, **options: Any) -> None:
        """A sequence in one call, as in training, equals the equations, and a masked step holds the state."""
        layer = Recurrent(self.cell(kind, seed, **options), return_sequences=True, dtype="float64")
        x, states, mask = self.data(layer.cell, seed)
        for given in (None, mask):
            expected = self.unrolled(oracle, x, states, self.weights(layer.cell), given)
            for compiled in (False, True):
                run = tf.function(layer.unfold) if compiled else layer.unfold
                got = run(tf.constant(x), tuple(map(tf.constant, states)), mask=given)
                for part, whole in zip(got, expected, strict=True):
                    np.testing.assert_allclose(part, whole, atol=1e-12)

    def check_gradients(self, kind: type[Cell], oracle: Oracle, seed: int, step: float = 1e-5) -> None:
        """The gradients of inputs, initial states and every weight equal central differences of the equations."""
        layer = Recurrent(self.cell(kind, seed), return_sequences=True, dtype="float64")
        x, states, mask = self.data(layer.cell, seed)
        above = [np.random.default_rng(seed).normal(size=(BATCH, STEPS, UNITS)) for _ in states]
        variables = {v.name: v.value for v in layer.cell.trainable_variables}
        inputs, initial = tf.constant(x), tuple(map(tf.constant, states))
        with tf.GradientTape() as tape:
            tape.watch((inputs, initial))
            after = layer.unfold(inputs, initial, mask=mask)
            loss = tf.add_n([tf.reduce_sum(a * part) for a, part in zip(above, after, strict=True)])
        sources = [inputs, *initial, *variables.values()]
        found = tape.gradient(loss, sources, unconnected_gradients="zero")
        at = [x, *states, *self.weights(layer.cell).values()]

        def total(values: list[np.ndarray]) -> float:
            first, rest = values[0], values[1:]
            weights = dict(zip(variables, rest[len(states) :], strict=True))
            after = self.unrolled(oracle, first, tuple(rest[: len(states)]), weights, mask)
            return float(sum((a * part).sum() for a, part in zip(above, after, strict=True)))

        for number, (value, gradient) in enumerate(zip(at, found, strict=True)):
            numeric = np.zeros_like(value)
            for index in np.ndindex(value.shape):
                losses = []
                for sign in (1, -1):
                    moved = [part.copy() for part in at]
                    moved[number][index] += sign * step
                    losses.append(total(moved))
                numeric[index] = (losses[0] - losses[1]) / (2 * step)
            np.testing.assert_allclose(gradient, numeric, atol=1e-7, err_msg=f"part {number}")

    def check_half_precision(self, kind: type[Cell], dtype: str, tolerance: float) -> None:
        """A long sequence of large inputs stays finite, its gradients too, and near to that of float64."""
        exact = Recurrent(self.cell(kind, 3), return_sequences=True, dtype="float64")
        policy = f"mixed_{dtype}"
        half = Recurrent(self.cell(kind, 3, dtype=policy), return_sequences=True, dtype=policy)
        for large in (1.0, 100.0):
            x = large * np.random.default_rng(3).normal(size=(BATCH, 60, FEATURES))
            inputs = tf.constant(x, dtype)
            with tf.GradientTape() as tape:
                tape.watch(inputs)
                got = half(inputs)
                loss = tf.reduce_sum(tf.cast(got, tf.float32))
            gradients = tape.gradient(loss, [inputs, *(v.value for v in half.trainable_variables)])
            assert got.dtype == dtype
            for part in (got, *gradients):
                assert np.isfinite(tf.cast(part, tf.float32)).all()
            if large == 1.0:
                near = np.abs(tf.cast(got, tf.float64) - exact(tf.constant(x)))
                assert near.max() < tolerance

    def check_configuration(self, kind: type[Cell], name: str, **options: Any) -> None:
        """``get_config`` makes the same cell again, directly and by Keras's register."""
        cell = self.cell(kind, 1, name="mine", **options)
        again = kind.from_config(cell.get_config())
        registered = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(cell))
        assert keras.saving.get_registered_name(kind) == f"chatbot>{name}"
        x, states, _ = self.data(cell, 1)
        for made in (again, registered):
            assert type(made) is kind
            assert made.get_config() == cell.get_config()
            assert made.name == "mine"
            if not made.built:
                made.build((None, FEATURES))
            made.set_weights(cell.get_weights())
            for got, want in zip(*(one.step(one.project(x[:, 0]), states) for one in (made, cell)), strict=True):
                np.testing.assert_array_equal(got, want)


@pytest.fixture(scope="session")
def laws(randomised: Callable[[Any, int], Any]) -> Laws:
    """What a cell and its oracle are held against."""
    return Laws(randomised)
