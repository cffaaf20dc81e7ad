"""The gated recurrent unit against its equations in NumPy."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from chatbot.layers import GRUCell

UNITS, FEATURES, BATCH, STEPS = 5, 3, 4, 6


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-x))


def rest(projected: np.ndarray, product: np.ndarray, h: np.ndarray) -> np.ndarray:
    """Cho et al. 2014, after the matrix products, with the reset gate after the product; the blocks are z, r, n."""
    (xz, xr, xn), (hz, hr, hn) = np.split(projected, 3, axis=-1), np.split(product, 3, axis=-1)
    z, r = sigmoid(xz + hz), sigmoid(xr + hr)
    return z * h + (1.0 - z) * np.tanh(xn + r * hn)


def oracle(x: np.ndarray, h: np.ndarray, weights: list[np.ndarray]) -> np.ndarray:
    kernel, recurrent, bias = weights
    return rest(x @ kernel + bias[0], h @ recurrent + bias[1], h)


def random_cell(seed: int, randomised: Any) -> GRUCell:
    cell = GRUCell(UNITS)
    cell.build((None, FEATURES))
    return randomised(cell, seed)


@pytest.mark.parametrize("seed", range(3))
def test_several_steps_equal_the_equations(seed: int, randomised: Any) -> None:
    cell, rng = random_cell(seed, randomised), np.random.default_rng(seed)
    weights = [w.astype(np.float64) for w in cell.get_weights()]
    h = rng.normal(size=(BATCH, UNITS))
    states = [tf.constant(h, tf.float32)]
    for x in rng.normal(size=(STEPS, BATCH, FEATURES)):
        h = oracle(x, h, weights)
        output, states = cell(tf.constant(x, tf.float32), states)
        np.testing.assert_allclose(output, h, atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_the_gradient_of_a_step_equals_central_differences(seed: int) -> None:
    rng, step = np.random.default_rng(seed), 1e-5
    at = [rng.normal(size=(BATCH, size * UNITS)) for size in (3, 3, 1)]
    above = rng.normal(size=(BATCH, UNITS))

    def numeric(part: int) -> np.ndarray:
        gradient = np.zeros_like(at[part])
        for index in np.ndindex(gradient.shape):
            losses = []
            for sign in (1, -1):
                moved = [value.copy() for value in at]
                moved[part][index] += sign * step
                losses.append((above * rest(moved[0], moved[1], moved[2])).sum())
            gradient[index] = (losses[0] - losses[1]) / (2 * step)
        return gradient

    cell, (projected, product, h) = GRUCell(UNITS), map(tf.constant, at)
    (after,), trace = cell.advance_traced(cell.sums(projected, product, axis=-1), (h,))
    np.testing.assert_allclose(after, rest(*at), atol=1e-12)
    (d_z, d_r, d_xn, d_hn), (d_h,) = cell.backward(trace, (h,), (tf.constant(above),))
    d_projected, d_product = tf.concat([d_z, d_r, d_xn], axis=-1), tf.concat([d_z, d_r, d_hn], axis=-1)
    for part, found in enumerate((d_projected, d_product, d_h)):
        np.testing.assert_allclose(found, numeric(part), atol=1e-8)


@pytest.mark.parametrize("order", [order for order in itertools.permutations(range(3)) if order != (0, 1, 2)])
def test_gates_in_any_other_order_are_noticed(order: tuple[int, ...], randomised: Any) -> None:
    cell, rng = random_cell(7, randomised), np.random.default_rng(7)
    x, h = rng.normal(size=(BATCH, FEATURES)), rng.normal(size=(BATCH, UNITS))
    weights = cell.get_weights()
    swapped = [np.concatenate([np.split(w, 3, axis=-1)[gate] for gate in order], axis=-1) for w in weights]
    got = cell(tf.constant(x, tf.float32), [tf.constant(h, tf.float32)])[0]
    assert np.abs(oracle(x, h, swapped) - np.asarray(got)).max() > 0.01
    np.testing.assert_allclose(got, oracle(x, h, weights), atol=1e-6)


def test_the_rows_of_the_bias_belong_to_the_inputs_and_to_the_state(randomised: Any) -> None:
    cell, rng = random_cell(8, randomised), np.random.default_rng(8)
    x, h = rng.normal(size=(BATCH, FEATURES)), rng.normal(size=(BATCH, UNITS))
    kernel, recurrent, bias = cell.get_weights()
    got = cell(tf.constant(x, tf.float32), [tf.constant(h, tf.float32)])[0]
    assert np.abs(oracle(x, h, [kernel, recurrent, bias[::-1]]) - np.asarray(got)).max() > 0.01


def reset_before(x: np.ndarray, h: np.ndarray, weights: list[np.ndarray]) -> np.ndarray:
    """Cho et al. 2014 as printed: the reset gate before the product, one row of bias."""
    kernel, recurrent, bias = weights
    (xz, xr, xn), (uz, ur, un) = np.split(x @ kernel + bias, 3, axis=-1), np.split(recurrent, 3, axis=-1)
    z, r = sigmoid(xz + h @ uz), sigmoid(xr + h @ ur)
    return z * h + (1.0 - z) * np.tanh(xn + (r * h) @ un)


@pytest.mark.parametrize("seed", range(3))
def test_the_form_of_the_paper_equals_its_equations(seed: int, randomised: Any) -> None:
    cell, rng = GRUCell(UNITS, reset_after=False), np.random.default_rng(seed)
    cell.build((None, FEATURES))
    weights = [w.astype(np.float64) for w in randomised(cell, seed).get_weights()]
    assert [w.shape for w in weights] == [(FEATURES, 3 * UNITS), (UNITS, 3 * UNITS), (3 * UNITS,)]
    h = rng.normal(size=(BATCH, UNITS))
    states = [tf.constant(h, tf.float32)]
    for x in rng.normal(size=(STEPS, BATCH, FEATURES)):
        other, h = rest(x @ weights[0] + weights[2], h @ weights[1], h), reset_before(x, h, weights)
        _, states = cell(tf.constant(x, tf.float32), states)
        np.testing.assert_allclose(states[0], h, atol=1e-6)
        assert np.abs(other - h).max() > 1e-3  # the two forms are not the same


def test_the_gradient_by_hand_is_for_one_product_and_the_standard_functions_alone() -> None:
    assert GRUCell(UNITS).fused
    assert GRUCell(UNITS, use_bias=False).fused
    for other in ({"reset_after": False}, {"activation": "relu"}, {"recurrent_activation": "hard_sigmoid"}):
        assert not GRUCell(UNITS, **other).fused
