"""The likelihood in blocks against the plain formula in float64 NumPy, and its gradient against TensorFlow's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from chatbot.model import likelihood
from chatbot.model.likelihood import log_likelihood

SIZE, VOCABULARY = 4, 11


def given(batch: int, n: int, seed: int = 0) -> tuple[Any, ...]:
    rng = np.random.default_rng(seed)
    shapes = ((batch, n, SIZE), (VOCABULARY, SIZE), (VOCABULARY,))
    features, table, bias = (tf.constant(rng.normal(size=shape), tf.float32) for shape in shapes)
    return features, table, bias, tf.constant(rng.integers(0, VOCABULARY, (batch, n)), tf.int32)


def plain(features: Any, table: Any, bias: Any, targets: Any) -> np.ndarray:
    logits = np.float64(features) @ np.float64(table).T + np.float64(bias)
    chances = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    return np.log(np.take_along_axis(chances, np.asarray(targets)[..., None], -1)[..., 0])


@pytest.mark.parametrize(("batch", "n"), [(1, 1), (3, 5), (2, 7), (4, 4)])
@pytest.mark.parametrize("columns", [1, 4, 256])
def test_it_is_the_log_of_the_softmax_at_the_target(
    monkeypatch: pytest.MonkeyPatch, columns: int, batch: int, n: int
) -> None:
    monkeypatch.setattr(likelihood, "_COLUMNS", columns)  # one, several, and an incomplete last block
    arguments = given(batch, n)
    np.testing.assert_allclose(log_likelihood(*arguments).chosen, plain(*arguments), rtol=1e-5)


@pytest.mark.parametrize("columns", [4, 256])
@pytest.mark.parametrize("compiled", [False, True])
def test_its_gradient_is_that_of_the_whole_formula(
    monkeypatch: pytest.MonkeyPatch, columns: int, compiled: bool
) -> None:
    monkeypatch.setattr(likelihood, "_COLUMNS", columns)
    *sources, targets = given(3, 5)
    above = tf.constant(np.random.default_rng(1).normal(size=(3, 5)), tf.float32)

    @tf.function(jit_compile=compiled)
    def gradients(blocks: bool) -> list[tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(sources)
            features, table, bias = sources
            if blocks:
                values = log_likelihood(features, table, bias, targets).chosen
            else:
                logits = tf.matmul(features, table, transpose_b=True) + bias
                values = -tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)
        return [tf.convert_to_tensor(g) for g in tape.gradient(values, sources, output_gradients=above)]

    for found, expected in zip(gradients(True), gradients(False), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_large_logits_neither_overflow_nor_vanish() -> None:
    features, table, bias, targets = given(2, 3)
    for shift in (-500.0, 500.0):
        found = log_likelihood(features, table, bias + shift, targets).chosen
        np.testing.assert_allclose(found, plain(features, table, bias, targets), rtol=1e-3)


def test_the_number_of_positions_may_be_unknown_when_it_is_traced() -> None:
    features, table, bias, targets = given(2, 3)
    traced = tf.function(
        lambda f, t: log_likelihood(f, table, bias, t).chosen,
        input_signature=[tf.TensorSpec([None, None, SIZE]), tf.TensorSpec([None, None], tf.int32)],
    )
    np.testing.assert_allclose(traced(features, targets), plain(features, table, bias, targets), rtol=1e-5)


def test_products_in_half_precision_are_off_by_their_rounding_alone() -> None:
    *sources, targets = given(3, 200)
    sources = [tf.Variable(part) for part in sources]
    found = {}
    for products in (None, "bfloat16"):
        with tf.GradientTape() as tape:
            chosen = log_likelihood(*sources, targets, products).chosen
            total = tf.reduce_mean(chosen)
        assert chosen.dtype == tf.float32
        found[products] = [chosen, *tape.gradient(total, sources)]
    for exact, rounded in zip(found[None], found["bfloat16"], strict=True):
        scale = np.abs(exact).max()
        assert 0 < np.abs(np.asarray(exact) - rounded).max() < 2.0**-6 * scale
