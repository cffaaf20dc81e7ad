"""The cell that remembers nothing, against its equation in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from chatbot.layers import MemorylessCell, Recurrent


def oracle(x: np.ndarray, states: Any, weights: dict[str, np.ndarray]) -> tuple[np.ndarray]:
    """h(t) = tanh(x(t) W + b)."""
    return (np.tanh(x @ weights["kernel"] + weights["bias"]),)


@pytest.mark.parametrize("seed", range(3))
def test_steps_and_sequences_equal_the_equation(seed: int, laws: Any) -> None:
    laws.check_steps(MemorylessCell, oracle, seed)
    laws.check_sequence(MemorylessCell, oracle, seed)


def test_the_gradients_equal_central_differences(laws: Any) -> None:
    laws.check_gradients(MemorylessCell, oracle, 0)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float16", 0.005), ("bfloat16", 0.04)])
def test_half_precision_is_near(dtype: str, tolerance: float, laws: Any) -> None:
    laws.check_half_precision(MemorylessCell, dtype, tolerance)


def test_a_configuration_makes_the_same_cell(laws: Any) -> None:
    laws.check_configuration(MemorylessCell, "MemorylessCell", activation="softsign", use_bias=False)


def test_there_is_nothing_recurrent_in_it(laws: Any) -> None:
    assert set(laws.weights(laws.cell(MemorylessCell))) == {"kernel", "bias"}
    with pytest.raises((TypeError, ValueError), match="recurrent_initializer"):
        MemorylessCell(4, recurrent_initializer="zeros")


def test_no_state_and_no_earlier_step_changes_what_it_says(laws: Any) -> None:
    layer = Recurrent(laws.cell(MemorylessCell, 4), return_sequences=True, dtype="float64")
    x, states, _ = laws.data(layer.cell, 4)
    whole = layer.unfold(tf.constant(x), tuple(map(tf.constant, states)))[0]
    other = np.concatenate([-x[:, :3], x[:, 3:]], axis=1)
    np.testing.assert_array_equal(
        layer.unfold(tf.constant(other), (tf.zeros((2, 4), tf.float64),))[0][:, 3:], whole[:, 3:]
    )
