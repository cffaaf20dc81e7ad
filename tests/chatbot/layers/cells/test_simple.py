"""The vanilla cell against its equation in NumPy."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from chatbot.layers import SimpleRNNCell

UNITS, FEATURES, BATCH, STEPS = 5, 3, 4, 6


def oracle(x: np.ndarray, h: np.ndarray, weights: list[np.ndarray]) -> np.ndarray:
    """Elman 1990: h(t) = tanh(x(t) W + b + h(t-1) U)."""
    kernel, recurrent, bias = weights
    return np.tanh(x @ kernel + bias + h @ recurrent)


@pytest.mark.parametrize("seed", range(3))
def test_several_steps_equal_the_equation(seed: int, randomised: Any) -> None:
    cell, rng = SimpleRNNCell(UNITS), np.random.default_rng(seed)
    cell.build((None, FEATURES))
    weights = [w.astype(np.float64) for w in randomised(cell, seed).get_weights()]
    h, got = rng.normal(size=(BATCH, UNITS)), None
    states = [tf.constant(h, tf.float32)]
    for x in rng.normal(size=(STEPS, BATCH, FEATURES)):
        h = oracle(x, h, weights)
        got, states = cell(tf.constant(x, tf.float32), states)
        np.testing.assert_allclose(got, h, atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_the_gradient_of_a_step_equals_central_differences(seed: int) -> None:
    rng, step = np.random.default_rng(seed), 1e-5
    z, above = rng.normal(size=(BATCH, UNITS)), rng.normal(size=(BATCH, UNITS))
    cell = SimpleRNNCell(UNITS)
    (after,), trace = cell.advance_traced((tf.constant(z),), (tf.zeros_like(z),))
    np.testing.assert_allclose(after, np.tanh(z), atol=1e-12)
    (d_sum,), d_states = cell.backward(trace, (tf.zeros_like(z),), (tf.constant(above),))
    # Element by element the loss Σ above ∘ tanh z, so that all elements can be moved at once.
    numeric = above * (np.tanh(z + step) - np.tanh(z - step)) / (2 * step)
    np.testing.assert_allclose(d_sum, numeric, atol=1e-9)
    assert d_states == (None,)  # the old state matters by the product alone


def test_the_oracle_notices_a_transposed_recurrent_kernel(randomised: Any) -> None:
    cell, rng = SimpleRNNCell(UNITS), np.random.default_rng(5)
    cell.build((None, FEATURES))
    kernel, recurrent, bias = randomised(cell).get_weights()
    x, h = rng.normal(size=(BATCH, FEATURES)), rng.normal(size=(BATCH, UNITS))
    right, wrong = oracle(x, h, [kernel, recurrent, bias]), oracle(x, h, [kernel, recurrent.T, bias])
    assert np.abs(right - wrong).max() > 0.01


def test_a_state_without_input_is_squashed_away() -> None:
    cell = SimpleRNNCell(UNITS, recurrent_initializer="identity")
    cell.build((None, FEATURES))
    states = [tf.ones((1, UNITS))]
    for _ in range(50):
        _, states = cell(tf.zeros((1, FEATURES)), states)
    assert float(tf.reduce_max(states[0])) < 0.25


@pytest.mark.parametrize("activation", ["tanh", keras.activations.tanh])
def test_the_gradient_by_hand_is_for_tanh_alone(activation: Any) -> None:
    assert SimpleRNNCell(UNITS, activation=activation).fused
    assert not SimpleRNNCell(UNITS, activation="relu").fused
    assert not SimpleRNNCell(UNITS, activation=lambda x: keras.activations.tanh(x)).fused


def test_another_activation_is_that_of_the_equation(randomised: Any) -> None:
    cell, rng = SimpleRNNCell(UNITS, activation="relu", use_bias=False), np.random.default_rng(6)
    cell.build((None, FEATURES))
    kernel, recurrent = randomised(cell).get_weights()
    x, h = rng.normal(size=(BATCH, FEATURES)), rng.normal(size=(BATCH, UNITS))
    got = cell(tf.constant(x, tf.float32), [tf.constant(h, tf.float32)])[0]
    np.testing.assert_allclose(got, np.maximum(0.0, x @ kernel + h @ recurrent), atol=1e-6)
