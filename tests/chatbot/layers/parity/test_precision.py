"""Every precision that Keras knows: the same types, and numbers as near as the type allows."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

KINDS = ("SimpleRNN", "LSTM", "GRU")
EVERYTHING = {"return_sequences": True, "return_state": True}
every_layer = pytest.mark.parametrize("kind", KINDS)

ROUNDING = {"float16": 2.0**-10, "bfloat16": 2.0**-7}
"""The distance of two numbers next to 1."""
POLICIES = {
    "mixed_float16": ROUNDING["float16"],
    "mixed_bfloat16": ROUNDING["bfloat16"],
    "float16": ROUNDING["float16"],
    "bfloat16": ROUNDING["bfloat16"],
}
OPTIONS: list[tuple[str, dict[str, Any]]] = [
    *((kind, {}) for kind in KINDS),
    *((kind, {"unroll": True}) for kind in KINDS),
    ("GRU", {"reset_after": False}),
    ("LSTM", {"activation": "relu", "recurrent_activation": "hard_sigmoid"}),
]


def half_twins(parity: Any, kind: str, policy: str, **options: Any) -> tuple[Any, Any]:
    options["recurrent_initializer"] = "glorot_uniform"  # TensorFlow makes no orthogonal matrix of bfloat16
    ours, theirs = (make(kind, 5, dtype=policy, **options) for make in (parity.layer, parity.reference))
    for layer in (ours, theirs):
        layer.build((4, 5, 3))
    parity.copy(parity.randomised(theirs, 3), ours)
    return ours, theirs


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(("kind", "options"), OPTIONS, ids=str)
def test_half_precision_is_as_near_to_the_truth_as_keras_is(
    kind: str, options: dict[str, Any], policy: str, parity: Any
) -> None:
    # Two roundings of one number differ by what rounding does; the truth is the same layer in float64.
    ours, theirs = half_twins(parity, kind, policy, **options, **EVERYTHING)
    exact = parity.reference(kind, 5, dtype="float64", **options, **EVERYTHING)
    exact.build((4, 5, 3))
    exact.set_weights([np.asarray(w, np.float64) for w in theirs.get_weights()])
    data, mask = parity.data(kind), parity.mask()
    got, want, truth = (parity.results(layer, data, mask=mask, started=True) for layer in (ours, theirs, exact))
    parity.agree(got, truth, 8 * POLICIES[policy], 16 * POLICIES[policy])
    errors = [sum(np.abs(a - b).sum() for a, b in zip(r.outputs, truth.outputs, strict=True)) for r in (got, want)]
    assert errors[0] <= 2 * errors[1]


@pytest.mark.parametrize("masked", [False, True], ids=["no mask", "mask"])
@pytest.mark.parametrize(("kind", "options"), [*OPTIONS, ("LSTM", {"go_backwards": True})], ids=str)
def test_double_precision_agrees_to_a_trillionth(kind: str, options: dict[str, Any], masked: bool, parity: Any) -> None:
    ours, theirs = parity.twins(kind, dtype="float64", **options, **EVERYTHING)
    data = parity.data(kind, dtype="float64")
    mask = parity.mask() if masked else None
    got, want = (parity.results(layer, data, mask=mask, started=True) for layer in (ours, theirs))
    parity.agree(got, want, 1e-12, 1e-12)


@pytest.mark.parametrize("policy", [*POLICIES, "float64", "float32"])
@every_layer
def test_types_of_weights_outputs_states_and_gradients_are_those_of_keras(kind: str, policy: str, parity: Any) -> None:
    found = []
    for layer in half_twins(parity, kind, policy, **EVERYTHING, stateful=True):
        inputs = tf.constant(parity.data(kind).inputs)
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs)
            loss = tf.add_n([tf.reduce_sum(output) for output in outputs])
        gradients = tape.gradient(loss, [inputs, *(v.value for v in layer.trainable_variables)])
        initial = layer.get_initial_state(2)
        variables = [v.dtype for v in (*layer.weights, *layer.states)]
        found.append([variables, *([t.dtype for t in part] for part in (outputs, gradients, initial))])
        assert (layer.compute_dtype, layer.variable_dtype) == (layer.cell.compute_dtype, layer.cell.variable_dtype)
    assert found[0] == found[1]


@every_layer
@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_the_global_policy_is_obeyed(kind: str, policy: str, parity: Any) -> None:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        ours, theirs = (make(kind, 5) for make in (parity.layer, parity.reference))
    finally:
        keras.config.set_dtype_policy(before)
    inputs = parity.data(kind).inputs
    assert ours(inputs).dtype == theirs(inputs).dtype == ours.compute_dtype == policy.removeprefix("mixed_")
    assert ours.get_config()["dtype"] == theirs.get_config()["dtype"]


@pytest.mark.parametrize(
    ("kind", "policy", "jit"),
    [
        *((kind, "mixed_bfloat16", False) for kind in KINDS),
        ("LSTM", "mixed_float16", False),
        ("GRU", "mixed_float16", True),
    ],
)
def test_a_model_in_half_precision_trains_as_in_keras(kind: str, policy: str, jit: bool, parity: Any) -> None:
    rng, pair = np.random.default_rng(1), []
    inputs = rng.normal(size=(8, 5, 3)).astype(np.float32)
    targets = rng.normal(size=(8, 5)).astype(np.float32)
    for layer in half_twins(parity, kind, policy):
        model = keras.Sequential([keras.Input((5, 3)), layer])
        start = model.get_weights()
        model.compile(optimizer=keras.optimizers.SGD(0.3), loss="mse", jit_compile=jit)
        model.fit(inputs, targets, batch_size=4, epochs=2, shuffle=False, verbose=0)
        pair.append(model)
    for before, got, want in zip(start, *(model.get_weights() for model in pair), strict=True):
        moved = np.abs(want - before).max()
        assert moved > 1e-3
        np.testing.assert_allclose(got, want, atol=16 * POLICIES[policy] * moved)


@every_layer
def test_a_long_sequence_in_half_precision_stays_finite(kind: str, parity: Any) -> None:
    shape = (2, 60, 3)
    ours, _ = half_twins(parity, kind, "mixed_float16", **EVERYTHING)
    results = parity.results(ours, parity.data(kind, shape=shape), mask=parity.mask(shape), started=True)
    assert all(np.isfinite(part).all() for part in [*results.outputs, *results.gradients.values()])
