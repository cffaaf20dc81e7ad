"""Masks of any pattern and kind, and what stands at masked steps."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

KINDS = ("SimpleRNN", "LSTM", "GRU")
BATCH, STEPS = 4, 5
EVERYTHING = {"return_sequences": True, "return_state": True}
every_layer = pytest.mark.parametrize("kind", KINDS)


def lengths(*counts: int) -> np.ndarray:
    return np.arange(STEPS)[None] < np.array(counts)[:, None]


def holes(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((BATCH, STEPS)) < 0.5


PATTERNS: dict[str, np.ndarray] = {
    "all seen": lengths(5, 5, 5, 5),
    "padded at the end": lengths(5, 3, 1, 4),
    "padded at the start": lengths(5, 3, 1, 4)[:, ::-1],
    "padded at both ends": lengths(4, 4, 4, 4) & lengths(4, 3, 4, 4)[:, ::-1],
    "holes": holes(0),
    "other holes": holes(1),
    "a row unseen": lengths(5, 0, 2, 5),
    "nothing seen": lengths(0, 0, 0, 0),
    "only the first step": lengths(1, 1, 1, 1),
    "only the last step": lengths(1, 1, 1, 1)[:, ::-1],
    "every other step": np.tile(np.arange(STEPS) % 2 == 1, (BATCH, 1)),
}
every_pattern = pytest.mark.parametrize("pattern", PATTERNS)


@every_layer
@every_pattern
def test_every_pattern_gives_what_it_gives_in_keras(kind: str, pattern: str, parity: Any) -> None:
    parity.same(kind, mask=PATTERNS[pattern].copy(), started=True, **EVERYTHING)


@every_layer
@every_pattern
def test_the_last_output_and_the_zeros_before_anything_is_seen(kind: str, pattern: str, parity: Any) -> None:
    # Without an initial state: Keras's output of a masked step is that of the step before, and zeros at first.
    ours, theirs = parity.twins(kind, return_state=True)
    inputs, mask = parity.data(kind).inputs, PATTERNS[pattern].copy()
    for backwards in (False, True):
        ours.go_backwards = theirs.go_backwards = backwards
        for a, b in zip(ours(inputs, mask=mask), theirs(inputs, mask=mask), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)


@every_layer
@pytest.mark.parametrize("pattern", ["padded at the end", "padded at the start", "holes", "a row unseen"])
def test_masked_gradients_in_both_directions(kind: str, pattern: str, parity: Any) -> None:
    parity.same(kind, mask=PATTERNS[pattern].copy(), go_backwards=True, started=True, **EVERYTHING)
    parity.same(kind, mask=PATTERNS[pattern].copy(), zero_output_for_mask=True, **EVERYTHING)


@every_layer
@pytest.mark.parametrize("dtype", ["bool", "int32", "float32", "uint8"])
def test_a_mask_may_be_of_any_type(kind: str, dtype: str, parity: Any) -> None:
    ours, theirs = parity.twins(kind, **EVERYTHING)
    inputs, mask = parity.data(kind).inputs, PATTERNS["holes"]
    for given in (mask.astype(dtype), tf.constant(mask.astype(dtype))):
        for a, b in zip(ours(inputs, mask=given), theirs(inputs, mask=mask), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)


@every_layer
def test_a_mask_that_rides_on_the_inputs_is_seen_and_handed_on(kind: str, parity: Any) -> None:
    inputs = parity.data(kind).inputs
    inputs[~PATTERNS["holes"]] = 0.0
    for arguments in ({"return_sequences": True}, EVERYTHING, {}, {"return_state": True}):
        ours, theirs = parity.twins(kind, **arguments)
        got, want = (keras.tree.flatten(layer(keras.layers.Masking()(inputs))) for layer in (ours, theirs))
        for a, b in zip(got, want, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)
            assert (getattr(a, "_keras_mask", None) is None) is (getattr(b, "_keras_mask", None) is None)
        assert np.array_equal(getattr(got[0], "_keras_mask", None), getattr(want[0], "_keras_mask", None))
        masks = [layer.compute_mask(inputs, tf.constant(PATTERNS["holes"])) for layer in (ours, theirs)]
        assert keras.tree.map_structure(type, masks[0]) == keras.tree.map_structure(type, masks[1])


SPOILT_OPTIONS: list[dict[str, Any]] = [
    {}, {"go_backwards": True}, {"unroll": True}, {"activation": "relu"}, {"zero_output_for_mask": True},
    {"recurrent_dropout": 0.3, "dropout": 0.3, "seed": 1},
]  # fmt: skip


@pytest.mark.parametrize("value", [np.nan, np.inf], ids=str)
@pytest.mark.parametrize(
    ("kind", "options"),
    [*((kind, options) for options in SPOILT_OPTIONS for kind in KINDS), ("GRU", {"reset_after": False})],
    ids=str,
)
def test_what_stands_at_masked_steps_reaches_neither_outputs_nor_gradients(
    kind: str, value: float, options: dict[str, Any], parity: Any
) -> None:
    # Ours alone.  Keras keeps it out of the outputs, but a zero times NaN is NaN, so its gradients are lost: the next
    # test.
    results = []
    data, mask = parity.data(kind), PATTERNS["a row unseen"] & PATTERNS["holes"]
    for spoil in (False, True):
        ours, _ = parity.twins(kind, **EVERYTHING, **options)
        inputs = np.where(mask[..., None], data.inputs, np.float32(value)) if spoil else data.inputs
        given = data._replace(inputs=inputs)
        results.append(parity.results(ours, given, mask=mask, started=True, training="dropout" in options))
    assert all(np.isfinite(part).all() for part in [*results[1].outputs, *results[1].gradients.values()])
    assert not results[1].gradients["inputs"][~mask].any()
    parity.agree(results[1], results[0])


@every_layer
@pytest.mark.parametrize("jit", [False, True], ids=["graph", "jit"])
def test_nor_does_it_in_compiled_calls(kind: str, jit: bool, parity: Any) -> None:
    ours, _ = parity.twins(kind, **EVERYTHING)
    data, mask = parity.data(kind), PATTERNS["a row unseen"] & PATTERNS["holes"]
    spoilt = data._replace(inputs=np.where(mask[..., None], data.inputs, np.float32(np.nan)))
    want = parity.results(ours, data, mask=mask, started=True)
    got = parity.results(ours, spoilt, mask=mask, started=True, wrap=lambda f: tf.function(f, jit_compile=jit))
    parity.agree(got, want)


@every_layer
def test_keras_loses_its_gradients_to_a_nan_at_a_masked_step(kind: str, parity: Any) -> None:
    # Not our layer: the difference that the test above claims, so that it is noticed when Keras mends it.
    _, theirs = parity.twins(kind, **EVERYTHING)
    data, mask = parity.data(kind), PATTERNS["holes"]
    spoilt = data._replace(inputs=np.where(mask[..., None], data.inputs, np.float32(np.nan)))
    results = parity.results(theirs, spoilt, mask=mask, started=True)
    assert all(np.isfinite(part).all() for part in results.outputs)
    assert not np.isfinite(results.gradients["0 kernel"]).any()


@every_layer
def test_an_unseen_row_ends_in_its_initial_state_and_passes_its_gradient_back_unchanged(kind: str, parity: Any) -> None:
    ours, _ = parity.twins(kind, return_state=True)
    data, mask = parity.data(kind), PATTERNS["a row unseen"]
    states = [tf.constant(state) for state in data.initial]
    with tf.GradientTape() as tape:
        tape.watch(states)
        _, *last = ours(data.inputs, mask=mask, initial_state=states)
        weights = [np.random.default_rng(i).normal(size=s.shape).astype(np.float32) for i, s in enumerate(last)]
        loss = tf.add_n([tf.reduce_sum(s * w) for s, w in zip(last, weights, strict=True)])
    for state, after, weight, gradient in zip(states, last, weights, tape.gradient(loss, states), strict=True):
        np.testing.assert_array_equal(after[1], state[1])
        np.testing.assert_array_equal(gradient[1], weight[1])
        assert np.abs(np.asarray(after[0]) - state[0]).max() > 0.01
