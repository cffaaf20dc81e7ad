"""The long short-term memory against its equations in NumPy."""

from __future__ import annotations

import itertools
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from chatbot.layers import LSTMCell

UNITS, FEATURES, BATCH, STEPS = 5, 3, 4, 6
Pair = tuple[np.ndarray, np.ndarray]


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-x))


def rest(z: np.ndarray, c: np.ndarray) -> Pair:
    """Gers et al. 2000, after the matrix products; the blocks of z are i, f, g, o."""
    i, f, g, o = np.split(z, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def oracle(x: np.ndarray, states: Pair, weights: list[np.ndarray]) -> Pair:
    kernel, recurrent, bias = weights
    return rest(x @ kernel + states[0] @ recurrent + bias, states[1])


def random_cell(seed: int, randomised: Any) -> LSTMCell:
    cell = LSTMCell(UNITS)
    cell.build((None, FEATURES))
    return randomised(cell, seed)


@pytest.mark.parametrize("seed", range(3))
def test_several_steps_equal_the_equations(seed: int, randomised: Any) -> None:
    cell, rng = random_cell(seed, randomised), np.random.default_rng(seed)
    weights = [w.astype(np.float64) for w in cell.get_weights()]
    states: Pair = (rng.normal(size=(BATCH, UNITS)), rng.normal(size=(BATCH, UNITS)))
    got = [tf.constant(state, tf.float32) for state in states]
    for x in rng.normal(size=(STEPS, BATCH, FEATURES)):
        states = oracle(x, states, weights)
        output, got = cell(tf.constant(x, tf.float32), got)
        np.testing.assert_allclose(output, states[0], atol=1e-6)
        np.testing.assert_allclose(got[0], states[0], atol=1e-6)
        np.testing.assert_allclose(got[1], states[1], atol=2e-6)


@pytest.mark.parametrize("seed", range(3))
def test_the_gradient_of_a_step_equals_central_differences(seed: int) -> None:
    rng, step = np.random.default_rng(seed), 1e-5
    z, c = rng.normal(size=(BATCH, 4 * UNITS)), rng.normal(size=(BATCH, UNITS))
    above = (rng.normal(size=(BATCH, UNITS)), rng.normal(size=(BATCH, UNITS)))

    def loss(z: np.ndarray, c: np.ndarray) -> float:
        return float(sum((a * s).sum() for a, s in zip(above, rest(z, c), strict=True)))

    def numeric(at: np.ndarray, value: Any) -> np.ndarray:
        gradient = np.zeros_like(at)
        for index in np.ndindex(at.shape):
            moved = np.zeros_like(at)
            moved[index] = step
            gradient[index] = (value(at + moved) - value(at - moved)) / (2 * step)
        return gradient

    cell, states = LSTMCell(UNITS), (tf.zeros_like(c), tf.constant(c))
    after, trace = cell.advance_traced(tuple(tf.split(tf.constant(z), 4, axis=-1)), states)
    for got, want in zip(after, rest(z, c), strict=True):
        np.testing.assert_allclose(got, want, atol=1e-12)
    d_sums, (d_h, d_c) = cell.backward(trace, states, tuple(map(tf.constant, above)))
    np.testing.assert_allclose(tf.concat(d_sums, axis=-1), numeric(z, lambda moved: loss(moved, c)), atol=1e-8)
    np.testing.assert_allclose(d_c, numeric(c, lambda moved: loss(z, moved)), atol=1e-8)
    assert d_h is None  # h(t-1) matters by the product alone


@pytest.mark.parametrize("order", [order for order in itertools.permutations(range(4)) if order != (0, 1, 2, 3)])
def test_gates_in_any_other_order_are_noticed(order: tuple[int, ...], randomised: Any) -> None:
    cell, rng = random_cell(7, randomised), np.random.default_rng(7)
    x, h, c = rng.normal(size=(BATCH, FEATURES)), rng.normal(size=(BATCH, UNITS)), rng.normal(size=(BATCH, UNITS))
    weights = cell.get_weights()
    swapped = [np.concatenate([np.split(w, 4, axis=-1)[gate] for gate in order], axis=-1) for w in weights]
    got = cell(tf.constant(x, tf.float32), [tf.constant(h, tf.float32), tf.constant(c, tf.float32)])[0]
    assert np.abs(oracle(x, (h, c), swapped)[0] - np.asarray(got)).max() > 0.01
    np.testing.assert_allclose(got, oracle(x, (h, c), weights)[0], atol=1e-6)


def test_the_forget_gate_starts_open_unless_told_otherwise() -> None:
    for open_, value in ((True, 1.0), (False, 0.5)):
        cell = LSTMCell(UNITS, unit_forget_bias=open_, bias_initializer=keras.initializers.Constant(0.5))
        again = LSTMCell.from_config(cell.get_config())
        for made in (cell, again):
            made.build((None, FEATURES))
            i, f, g, o = np.split(np.asarray(made.bias), 4)
            np.testing.assert_array_equal(f, value)
            np.testing.assert_array_equal(np.concatenate([i, g, o]), 0.5)


def test_the_gradient_by_hand_is_for_the_standard_functions_alone() -> None:
    assert LSTMCell(UNITS).fused
    assert LSTMCell(UNITS, activation=keras.activations.tanh, use_bias=False).fused
    for other in ({"activation": "relu"}, {"recurrent_activation": "hard_sigmoid"}, {"recurrent_activation": None}):
        assert not LSTMCell(UNITS, **other).fused


def test_other_functions_take_the_places_of_the_standard_ones(randomised: Any) -> None:
    cell = LSTMCell(UNITS, activation="softsign", recurrent_activation="hard_sigmoid", use_bias=False)
    cell.build((None, FEATURES))
    kernel, recurrent = (w.astype(np.float64) for w in randomised(cell, 9).get_weights())
    rng = np.random.default_rng(9)
    x, h, c = rng.normal(size=(BATCH, FEATURES)), rng.normal(size=(BATCH, UNITS)), rng.normal(size=(BATCH, UNITS))
    i, f, g, o = np.split(x @ kernel + h @ recurrent, 4, axis=-1)
    gate, squash = (lambda z: np.clip(z / 6.0 + 0.5, 0.0, 1.0)), (lambda z: z / (1.0 + np.abs(z)))
    after = gate(f) * c + gate(i) * squash(g)
    got = cell(tf.constant(x, tf.float32), [tf.constant(h, tf.float32), tf.constant(c, tf.float32)])[1]
    np.testing.assert_allclose(got[1], after, atol=1e-6)
    np.testing.assert_allclose(got[0], gate(o) * squash(after), atol=1e-6)
