"""The reach of gradients, against automatic differentiation through the whole sequence in float64."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from chatbot.layers import CELLS
from chatbot.layers.cells import SimpleRNNCell
from train.compare.gradients import random_upstream, reach, slope, spectral_radii

STEPS, BATCH, FEATURES, UNITS = 7, 3, 4, 5


def by_autodiff(cell: object, inputs: np.ndarray, upstream: np.ndarray) -> list[float]:
    """Adds a zero to every state, asks TensorFlow for the gradient of each of them in one backward pass."""
    like = cell.get_initial_state(BATCH)
    zeros = [tuple(tf.Variable(tf.zeros_like(part)) for part in like) for _ in range(STEPS + 1)]
    with tf.GradientTape() as tape:
        states = tuple(part + zero for part, zero in zip(like, zeros[0], strict=True))
        for t in range(STEPS):
            stepped = cell.step(cell.project(tf.constant(inputs[:, t])), states)
            states = tuple(part + zero for part, zero in zip(stepped, zeros[t + 1], strict=True))
        loss = tf.reduce_sum(states[0] * upstream)
    gradients = tape.gradient(loss, zeros, unconnected_gradients="zero")
    return [
        float(np.sqrt(np.mean(sum(np.sum(np.asarray(part) ** 2, axis=1) for part in parts)))) for parts in gradients
    ][::-1]


@pytest.mark.parametrize("name", sorted(CELLS))
def test_it_equals_automatic_differentiation(name: str, randomised: object) -> None:
    cell = CELLS[name](UNITS, dtype="float64")
    cell.build((None, FEATURES))
    randomised(cell, 3)
    rng = np.random.default_rng(1)
    inputs, upstream = rng.normal(size=(BATCH, STEPS, FEATURES)), random_upstream(BATCH, UNITS)
    np.testing.assert_allclose(reach(cell, inputs, upstream), by_autodiff(cell, inputs, upstream), rtol=1e-10)


def linear_cell(factor: float) -> SimpleRNNCell:
    cell = SimpleRNNCell(4, activation="linear", dtype="float64")
    cell.build((None, 2))
    turned = np.linalg.qr(np.random.default_rng(0).normal(size=(4, 4)))[0]
    cell.recurrent_kernel.assign(factor * turned)
    return cell


@pytest.mark.parametrize("factor", [0.8, 1.0, 1.25])
def test_of_a_linear_cell_it_is_a_power_of_the_spectral_radius(factor: float) -> None:
    cell = linear_cell(factor)
    norms = reach(cell, np.zeros((2, 20, 2)), random_upstream(2, 4))
    np.testing.assert_allclose(norms, factor ** np.arange(21), rtol=1e-9)
    assert slope(norms).factor == pytest.approx(factor)
    assert spectral_radii(cell) == pytest.approx([factor])


def test_a_memoryless_cell_reaches_nowhere() -> None:
    cell = CELLS["memoryless"](3)
    cell.build((None, 2))
    norms = reach(cell, np.ones((1, 5, 2)), np.ones((1, 3)))
    assert norms[0] > 0
    assert not norms[1:].any()
    assert slope(norms).steps == 1
    assert spectral_radii(cell) == []


def test_what_is_no_number_is_left_out_of_the_slope() -> None:
    norms = np.array([1.0, 0.5, 0.25, 0.125, np.inf, 0.0, np.nan])
    assert slope(norms).factor == pytest.approx(0.5)
    assert slope(norms).steps == 4


def test_every_gate_has_a_radius_of_its_own() -> None:
    cell = CELLS["lstm"](3)
    cell.build((None, 2))
    matrix = np.concatenate([np.diag([0.1, 0.2, scale]) for scale in (1.0, 2.0, 3.0, 0.5)], axis=1)
    cell.recurrent_kernel.assign(matrix)
    assert spectral_radii(cell) == pytest.approx([1.0, 2.0, 3.0, 0.5])
    assert keras.backend.floatx() == "float32"
