"""Gradients beyond those of one mixed loss: of single outputs, against differences, of gradients, of a frozen layer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

KINDS = ("SimpleRNN", "LSTM", "GRU")
EVERYTHING = {"return_sequences": True, "return_state": True}
every_layer = pytest.mark.parametrize("kind", KINDS)


def gradients_of(parity: Any, layer: Any, data: Any, output: int, mask: Any) -> list[np.ndarray]:
    """Of one output alone, by everything it depends on."""
    sources = [tf.constant(data.inputs), *(tf.constant(state) for state in data.initial)]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        loss = tf.reduce_sum(parity.call(layer, sources[0], sources[1:], mask, False)[output] ** 2)
    sources += [variable.value for variable in layer.trainable_variables]
    return [np.asarray(g) for g in tape.gradient(loss, sources, unconnected_gradients="zero")]


@pytest.mark.parametrize("masked", [False, True], ids=["no mask", "mask"])
@pytest.mark.parametrize(
    ("kind", "output"),
    [(kind, output) for kind in KINDS for output in range(3 if kind == "LSTM" else 2)],
)
def test_each_output_alone_sends_back_what_it_does_in_keras(kind: str, output: int, masked: bool, parity: Any) -> None:
    data, mask = parity.data(kind), parity.mask() if masked else None
    found = [gradients_of(parity, layer, data, output, mask) for layer in parity.twins(kind, **EVERYTHING)]
    for index, (got, want) in enumerate(zip(*found, strict=True)):
        parity.close(got, want, 1e-5, f"gradient {index}")
    assert max(np.abs(want).max() for want in found[1]) > 0.01


@pytest.mark.parametrize("masked", [False, True], ids=["no mask", "mask"])
@pytest.mark.parametrize(
    ("kind", "options"),
    [*((kind, {}) for kind in KINDS), ("GRU", {"reset_after": False}), ("LSTM", {"go_backwards": True})],
    ids=str,
)
def test_the_gradient_is_the_slope_of_the_loss(kind: str, options: dict[str, Any], masked: bool, parity: Any) -> None:
    # The oracle is no layer at all: central differences in float64, along random directions of all sources at once.
    ours, _ = parity.twins(kind, dtype="float64", **EVERYTHING, **options)
    data, rng, step = parity.data(kind, dtype="float64"), np.random.default_rng(5), 1e-6
    mask = parity.mask() if masked else None
    weights = [w.astype(np.float64) for w in ours.get_weights()]
    sources = [data.inputs, *data.initial, *weights]
    upstream = [rng.normal(size=np.shape(o)) for o in parity.call(ours, data.inputs, data.initial, mask, False)]

    def loss(values: list[np.ndarray]) -> float:
        ours.set_weights(values[-len(weights) :])
        outputs = parity.call(ours, values[0], values[1 : -len(weights)], mask, False)
        return sum(float((np.asarray(o) * u).sum()) for o, u in zip(outputs, upstream, strict=True))

    given = [tf.constant(v) for v in sources[: -len(weights)]]
    with tf.GradientTape() as tape:
        tape.watch(given)
        outputs = parity.call(ours, given[0], given[1:], mask, False)
        total = tf.add_n([tf.reduce_sum(o * u) for o, u in zip(outputs, upstream, strict=True)])
    gradients = tape.gradient(total, [*given, *(v.value for v in ours.trainable_variables)])
    for _ in range(3):
        along = [rng.normal(size=v.shape) for v in sources]
        ends = [loss([v + sign * step * d for v, d in zip(sources, along, strict=True)]) for sign in (1, -1)]
        slope = sum(float((np.asarray(g) * d).sum()) for g, d in zip(gradients, along, strict=True))
        assert slope == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-6)


@pytest.mark.parametrize("masked", [False, True], ids=["no mask", "mask"])
@every_layer
def test_the_gradient_of_a_gradient_is_that_of_keras(kind: str, masked: bool, parity: Any) -> None:
    data, mask, found = parity.data(kind), parity.mask() if masked else None, []
    for layer in parity.twins(kind, **EVERYTHING):
        inputs, weights = tf.constant(data.inputs), [v.value for v in layer.trainable_variables]
        with tf.GradientTape() as outer:
            outer.watch(inputs)
            with tf.GradientTape() as inner:
                inner.watch(inputs)
                loss = tf.reduce_sum(layer(inputs, mask=mask)[0] ** 2)
            penalty = tf.reduce_sum(inner.gradient(loss, inputs) ** 2)
        found.append(outer.gradient(penalty, [inputs, *weights], unconnected_gradients="zero"))
    for index, (got, want) in enumerate(zip(*found, strict=True)):
        assert np.abs(want).max() > 1e-3
        parity.close(got, want, 1e-4, f"second gradient {index}")


@every_layer
def test_two_calls_on_one_tape_add_up(kind: str, parity: Any) -> None:
    found = []
    for layer in parity.twins(kind):
        data = [tf.constant(parity.data(kind, seed=seed).inputs) for seed in (1, 2)]
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(layer(data[0]) * layer(data[1]))
        found.append(tape.gradient(loss, [v.value for v in layer.trainable_variables]))
    for got, want in zip(*found, strict=True):
        parity.close(got, want, 1e-5)


@every_layer
def test_a_frozen_layer_still_passes_gradients_to_its_inputs(kind: str, parity: Any) -> None:
    ours, theirs = parity.twins(kind)
    ours.trainable = theirs.trainable = False
    assert ours.trainable_variables == []
    data = parity.data(kind)
    parity.agree(*(parity.results(layer, data) for layer in (ours, theirs)))


@every_layer
def test_the_gradient_of_long_sequences_is_that_of_keras(kind: str, parity: Any) -> None:
    shape = (2, 60, 3)
    parity.same(kind, shape=shape, mask=parity.mask(shape), started=True, **EVERYTHING)
