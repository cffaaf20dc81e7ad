"""The LSTM with layer normalisation against its equations in NumPy."""

from __future__ import annotations

import itertools
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from chatbot.errors import LayerError
from chatbot.layers import LayerNormLSTMCell

EPSILON = 1e-5
GATES = [order for order in itertools.permutations(range(4)) if order != (0, 1, 2, 3)]


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-x))


def layer_norm(z: np.ndarray, gain: np.ndarray, shift: np.ndarray) -> np.ndarray:
    return gain * (z - z.mean(-1, keepdims=True)) / np.sqrt(z.var(-1, keepdims=True) + EPSILON) + shift


def oracle(x: np.ndarray, states: Any, weights: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Ba et al. 2016, equations 20-22; the blocks are i, f, g, o."""
    w, (h, c) = weights, states
    z = layer_norm(h @ w["recurrent_kernel"], w["recurrent_gain"], w["recurrent_shift"])
    z = z + layer_norm(x @ w["kernel"], w["gain"], w["shift"]) + w["bias"]
    i, f, g, o = np.split(z, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(layer_norm(c, w["state_gain"], w["state_shift"])), c


@pytest.mark.parametrize("seed", range(3))
def test_steps_and_sequences_equal_the_equations(seed: int, laws: Any) -> None:
    laws.check_steps(LayerNormLSTMCell, oracle, seed)
    laws.check_sequence(LayerNormLSTMCell, oracle, seed)


def test_the_gradients_equal_central_differences(laws: Any) -> None:
    laws.check_gradients(LayerNormLSTMCell, oracle, 0)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float16", 0.02), ("bfloat16", 0.15)])
def test_half_precision_is_near(dtype: str, tolerance: float, laws: Any) -> None:
    laws.check_half_precision(LayerNormLSTMCell, dtype, tolerance)


def test_a_configuration_makes_the_same_cell(laws: Any) -> None:
    laws.check_configuration(LayerNormLSTMCell, "LayerNormLSTMCell", epsilon=1e-3, use_bias=False)


@pytest.mark.parametrize("order", GATES)
def test_gates_in_any_other_order_are_noticed(order: tuple[int, ...], laws: Any) -> None:
    cell = laws.cell(LayerNormLSTMCell, 7)
    x, states, _ = laws.data(cell, 7)
    weights = laws.weights(cell)
    got = cell.step(cell.project(x[:, 0]), states)[0]
    swapped = {
        name: np.concatenate([np.split(w, 4, axis=-1)[gate] for gate in order], axis=-1)
        for name, w in weights.items()
        if not name.startswith("state_")
    }
    assert np.abs(oracle(x[:, 0], states, {**weights, **swapped})[0] - got).max() > 0.01
    np.testing.assert_allclose(got, oracle(x[:, 0], states, weights)[0], atol=1e-12)


@pytest.mark.parametrize("name", ["recurrent_gain", "recurrent_shift", "gain", "shift", "state_gain", "state_shift"])
def test_each_gain_and_shift_begins_as_if_it_were_not_there_and_counts(name: str, laws: Any) -> None:
    fresh = LayerNormLSTMCell(4)
    fresh.build((None, 3))
    np.testing.assert_array_equal(laws.weights(fresh)[name], float(name.endswith("gain")))
    cell = laws.cell(LayerNormLSTMCell, 8)
    x, states, _ = laws.data(cell, 8)
    weights = laws.weights(cell)
    got = cell.step(cell.project(x[:, 0]), states)[0]
    other = {**weights, name: weights[name] + 0.5 * np.arange(len(weights[name]))}
    assert np.abs(oracle(x[:, 0], states, other)[0] - got).max() > 1e-3


def test_the_scale_of_the_inputs_does_not_matter(laws: Any) -> None:
    cell = laws.cell(LayerNormLSTMCell, 9)
    x, states, _ = laws.data(cell, 9)
    near, far = (cell.step(cell.project(scale * x[:, 0]), states) for scale in (100.0, 1e6))
    for a, b in zip(near, far, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_equal_features_divide_by_nothing(laws: Any) -> None:
    cell = laws.cell(LayerNormLSTMCell, 10, dtype="float16")
    nothing = tf.zeros((2, 4), tf.float16)
    for large in (0.0, 3e4):  # whose squares are not numbers of half precision
        x = tf.fill((2, 3), tf.constant(large, tf.float16))
        with tf.GradientTape() as tape:
            tape.watch(nothing)
            h, c = cell.step(cell.project(x), (nothing, nothing))
            loss = tf.reduce_sum(tf.cast(h + c, tf.float32))
        for part in (h, c, tape.gradient(loss, nothing)):
            assert np.isfinite(tf.cast(part, tf.float32)).all()


def test_the_forget_gate_starts_open() -> None:
    cell = LayerNormLSTMCell(4, bias_initializer=keras.initializers.Constant(0.5))
    cell.build((None, 3))
    np.testing.assert_array_equal(np.split(np.asarray(cell.bias), 4)[1], 1.0)


@pytest.mark.parametrize("epsilon", [0.0, -1e-5, float("nan")])
def test_an_epsilon_that_guards_nothing_is_refused(epsilon: float) -> None:
    with pytest.raises(LayerError, match="epsilon"):
        LayerNormLSTMCell(4, epsilon=epsilon)
