"""Attention against a softmax in NumPy."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from chatbot.layers import ContinuingPointer, GeneralAttention

BATCH, QUERIES, POSITIONS, FEATURES, UNITS = 3, 4, 7, 5, 6


def oracle(query: np.ndarray, annotations: np.ndarray, visible: np.ndarray, kernel: np.ndarray) -> Any:
    """Luong et al. 2015, "general", scaled by 1/√units, one query at a time; softmax over what is visible alone."""
    weights = np.zeros((*query.shape[:2], annotations.shape[1]))
    visible = np.broadcast_to(visible, weights.shape)
    for b, n in np.ndindex(query.shape[:2]):
        seen = np.flatnonzero(visible[b, n])
        if len(seen):
            scores = np.array([query[b, n] @ kernel @ annotations[b, p] for p in seen]) / np.sqrt(kernel.shape[1])
            powers = np.exp(scores - scores.max())
            weights[b, n, seen] = powers / powers.sum()
    return np.einsum("bnp,bpu->bnu", weights, annotations), weights


def example(seed: int, queries: int = QUERIES) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    query, annotations = rng.normal(size=(BATCH, queries, FEATURES)), rng.normal(size=(BATCH, POSITIONS, UNITS))
    visible = rng.random((BATCH, queries, POSITIONS)) < 0.5
    visible[0, 0], visible[1, 0] = False, np.arange(POSITIONS) == 3
    return query.astype(np.float32), annotations.astype(np.float32), visible


@pytest.fixture(scope="module")
def attention(randomised: Any) -> GeneralAttention:
    layer = GeneralAttention()
    layer.build((None, None, FEATURES), (None, None, UNITS))
    layer.kernel.assign(np.random.default_rng(9).normal(size=(FEATURES, UNITS)) * 2.0)
    return layer


@pytest.mark.parametrize("seed", range(5))
def test_context_and_weights_equal_a_softmax_over_what_is_visible(attention: GeneralAttention, seed: int) -> None:
    query, annotations, visible = example(seed)
    context, weights = oracle(query, annotations, visible, np.asarray(attention.kernel, np.float64))
    got = attention(query, annotations, visible)
    np.testing.assert_allclose(got[1], weights, atol=1e-5)
    np.testing.assert_allclose(got[0], context, atol=1e-5)


@pytest.mark.parametrize("score", [-3.0, 0.0, 2.5])
def test_a_sink_takes_its_share_and_gives_nothing(score: float) -> None:
    query, annotations, visible = example(11)
    layer = GeneralAttention(sink=True)
    layer.build((None, None, FEATURES), (None, None, UNITS))
    layer.kernel.assign(np.random.default_rng(9).normal(size=(FEATURES, UNITS)) * 2.0)
    layer.sink.assign(score)
    weights = np.zeros((BATCH, QUERIES, POSITIONS))
    for b, n in np.ndindex(BATCH, QUERIES):
        scores = query[b, n] @ np.asarray(layer.kernel, np.float64) @ annotations[b].T / np.sqrt(UNITS)
        powers = np.exp(scores) * visible[b, n]
        weights[b, n] = powers / (powers.sum() + np.exp(score))
    got = layer(query, annotations, visible)
    np.testing.assert_allclose(got[1], weights, atol=1e-5)
    np.testing.assert_allclose(got[0], weights @ annotations, atol=1e-5)
    copy = GeneralAttention.from_config(layer.get_config())
    copy.build((None, None, FEATURES), (None, None, UNITS))
    assert copy.sink is not None


@pytest.mark.parametrize("seed", range(5))
def test_weights_sum_to_one_and_what_is_invisible_gets_none(attention: GeneralAttention, seed: int) -> None:
    query, annotations, visible = example(seed)
    weights = np.asarray(attention(query, annotations, visible)[1])
    assert not weights[~visible].any()
    np.testing.assert_allclose(weights.sum(-1), visible.any(-1), atol=1e-6)


def test_where_nothing_is_visible_nothing_is_seen(attention: GeneralAttention) -> None:
    query, annotations, visible = example(0)
    for scale in (1.0, 1e4):
        context, weights = attention(query * scale, annotations, np.zeros_like(visible))
        assert not np.asarray(context).any()
        assert not np.asarray(weights).any()


def test_the_gradient_is_finite_where_nothing_is_visible(attention: GeneralAttention) -> None:
    query, annotations, visible = example(0)
    tensors = [tf.constant(query), tf.constant(annotations)]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        loss = tf.reduce_sum(attention(*tensors, np.zeros_like(visible))[0])
    for gradient in tape.gradient(loss, [*tensors, attention.kernel.value]):
        assert np.isfinite(gradient).all()


def test_what_is_invisible_does_not_matter(attention: GeneralAttention) -> None:
    query, annotations, visible = example(1)
    visible[:] = visible[:, :1]
    visible[:, :, 5] = False
    changed = annotations.copy()
    changed[:, 5] = 1e3
    for a, b in zip(attention(query, annotations, visible), attention(query, changed, visible), strict=True):
        np.testing.assert_array_equal(a, b)


def test_one_row_of_visibility_serves_all_queries(attention: GeneralAttention) -> None:
    query, annotations, visible = example(2)
    one = visible[:, 1:2]
    for a, b in zip(
        attention(query, annotations, one), attention(query, annotations, np.repeat(one, QUERIES, 1)), strict=True
    ):
        np.testing.assert_array_equal(a, b)


def test_no_query_looks_at_another(attention: GeneralAttention) -> None:
    query, annotations, visible = example(3)
    together = attention(query, annotations, visible)
    for n in range(QUERIES):
        alone = attention(query[:, n : n + 1], annotations, visible[:, n : n + 1])
        for a, b in zip(alone, together, strict=True):
            np.testing.assert_allclose(a[:, 0], b[:, n], atol=1e-6)


def test_a_configuration_makes_the_same_layer(attention: GeneralAttention) -> None:
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(attention))
    assert isinstance(again, GeneralAttention)
    assert again.built
    again.set_weights(attention.get_weights())
    query, annotations, visible = example(4)
    np.testing.assert_array_equal(again(query, annotations, visible)[0], attention(query, annotations, visible)[0])


@pytest.fixture(scope="module")
def pointer() -> ContinuingPointer:
    layer = ContinuingPointer()
    layer.build((None, None, FEATURES), (None, None, UNITS))
    rng = np.random.default_rng(10)
    for weight in (layer.kernel, layer.likeness):
        weight.assign(rng.normal(size=(FEATURES, UNITS)) * 2.0)
    return layer


@pytest.mark.parametrize("seed", range(5))
def test_a_pointer_scores_a_position_and_the_one_before_it_if_that_is_seen(
    pointer: ContinuingPointer, seed: int
) -> None:
    query, annotations, visible = example(seed)
    kernel, likeness = (np.asarray(weight, np.float64) for weight in (pointer.kernel, pointer.likeness))
    want = np.zeros(visible.shape)
    for b, n in np.ndindex(query.shape[:2]):
        seen = np.flatnonzero(visible[b, n])
        scores = []
        for p in seen:
            score = query[b, n] @ kernel @ annotations[b, p]
            if p - 1 in seen:
                score += query[b, n] @ likeness @ annotations[b, p - 1]
            scores.append(score / np.sqrt(UNITS))
        if len(seen):
            powers = np.exp(np.array(scores) - max(scores))
            want[b, n, seen] = powers / powers.sum()
    np.testing.assert_allclose(pointer(query, annotations, visible), want, atol=1e-5)


def test_a_new_pointer_goes_on_behind_the_state_that_is_most_like_the_query() -> None:
    layer = ContinuingPointer()
    layer.build((None, None, UNITS), (None, None, UNITS))
    annotations = np.eye(UNITS, dtype=np.float32)[None] * 30.0
    seen = np.ones((1, 1, UNITS), bool)
    layer.kernel.assign(np.zeros((UNITS, UNITS)))
    for place in range(UNITS - 1):
        weights = np.asarray(layer(annotations[:, place : place + 1] / 3, annotations, seen))[0, 0]
        assert weights.argmax() == place + 1
        assert weights.max() > 0.99


def test_a_pointer_that_sees_nothing_points_nowhere_and_one_row_serves_all(pointer: ContinuingPointer) -> None:
    query, annotations, visible = example(1)
    assert not np.asarray(pointer(query, annotations, np.zeros_like(visible))).any()
    one = visible[:, 1:2]
    np.testing.assert_array_equal(
        pointer(query, annotations, one), pointer(query, annotations, np.repeat(one, QUERIES, 1))
    )
