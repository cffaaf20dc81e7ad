"""Compiled calls with free sizes: what was traced once serves every batch and every number of steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

KINDS = ("SimpleRNN", "LSTM", "GRU")
EVERYTHING = {"return_sequences": True, "return_state": True}
SIZES = ((4, 5), (1, 1), (2, 9))
JIT_SIZES = ((4, 5), (1, 2))  # each is another compilation
every_layer = pytest.mark.parametrize("kind", KINDS)
PLAIN: list[tuple[str, dict[str, Any], bool]] = [(kind, {}, masked) for kind in KINDS for masked in (False, True)]
OPTIONS: list[tuple[str, dict[str, Any], bool]] = [
    *((kind, {"go_backwards": True}, True) for kind in KINDS),
    ("GRU", {"reset_after": False}, True),
    ("LSTM", {"implementation": 1, "activation": "relu"}, True),
    ("SimpleRNN", {"zero_output_for_mask": True}, True),
]
CASES = [*((*case, jit) for case in PLAIN for jit in (False, True)), *((*case, False) for case in OPTIONS)]


def compiled(parity: Any, layer: Any, kind: str, masked: bool, jit: bool, features: int = 3) -> Any:
    """Outputs and the gradients of everything, from a function with nothing fixed but the number of features."""
    parts = 2 if kind == "LSTM" else 1
    signature = [tf.TensorSpec([None, None, features]), *[tf.TensorSpec([None, 5])] * parts]
    signature += [tf.TensorSpec([None, None], tf.bool)] if masked else []

    @tf.function(input_signature=signature, jit_compile=jit)
    def function(inputs: Any, *rest: Any) -> Any:
        initial, mask = rest[:parts], rest[parts] if masked else None
        with tf.GradientTape() as tape:
            tape.watch([inputs, *initial])
            outputs = parity.call(layer, inputs, initial, mask, False)
            loss = tf.add_n([tf.reduce_sum(output**2) for output in outputs])
        return outputs, tape.gradient(loss, [inputs, *initial, *(v.value for v in layer.trainable_variables)])

    return function


def eager(parity: Any, layer: Any, data: Any, mask: Any) -> Any:
    given = [tf.constant(data.inputs), *(tf.constant(state) for state in data.initial)]
    with tf.GradientTape() as tape:
        tape.watch(given)
        outputs = parity.call(layer, given[0], given[1:], mask, False)
        loss = tf.add_n([tf.reduce_sum(output**2) for output in outputs])
    return outputs, tape.gradient(loss, [*given, *(v.value for v in layer.trainable_variables)])


@pytest.mark.parametrize(("kind", "options", "masked", "jit"), CASES, ids=str)
def test_any_batch_and_any_number_of_steps(
    kind: str, options: dict[str, Any], masked: bool, jit: bool, parity: Any
) -> None:
    ours, theirs = parity.twins(kind, shape=(None, None, 3), **options, **EVERYTHING)
    function = compiled(parity, ours, kind, masked, jit)
    for batch, steps in JIT_SIZES if jit else SIZES:
        shape = (batch, steps, 3)
        data, mask = parity.data(kind, shape=shape), parity.mask(shape)
        given = (data.inputs, *data.initial, *((mask,) if masked else ()))
        got = function(*(tf.constant(value) for value in given))
        want = eager(parity, theirs, data, mask if masked else None)
        for a, b in zip(got[0], want[0], strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)
        for index, (a, b) in enumerate(zip(got[1], want[1], strict=True)):
            parity.close(a, b, 1e-5, f"gradient {index}")


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        *((kind, {"unroll": True}) for kind in KINDS), ("SimpleRNN", {}), ("LSTM", {"go_backwards": True}),
        ("GRU", {"reset_after": False}),
    ],
    ids=str,
)  # fmt: skip
def test_fixed_sizes_and_unrolled_steps_compile_with_jit(kind: str, options: dict[str, Any], parity: Any) -> None:
    ours, theirs = parity.twins(kind, **options, **EVERYTHING)
    data, mask = parity.data(kind), parity.mask()
    got = parity.results(ours, data, mask=mask, started=True, wrap=lambda f: tf.function(f, jit_compile=True))
    parity.agree(got, parity.results(theirs, data, mask=mask, started=True))


@every_layer
def test_the_steps_that_were_traced_keep_their_static_sizes(kind: str, parity: Any) -> None:
    # What comes after the layer reads its static shape: a Dense behind it cannot be built on an unknown one.
    shapes = []
    for layer in parity.twins(kind, shape=(None, None, 3), **EVERYTHING):
        function = tf.function(layer, input_signature=[tf.TensorSpec([None, 6, 3])])
        shapes.append([spec.shape.as_list() for spec in function.get_concrete_function().structured_outputs])
    for got, want in zip(*shapes, strict=True):
        assert len(got) == len(want)
        assert all(a == b for a, b in zip(got, want, strict=True) if b is not None)  # what Keras knows, ours knows


@every_layer
def test_the_layer_maps_over_a_dataset(kind: str, parity: Any) -> None:
    ours, theirs = parity.twins(kind, shape=(None, None, 3))
    inputs = parity.data(kind, shape=(6, 5, 3)).inputs
    got = list(tf.data.Dataset.from_tensor_slices(inputs).batch(2).map(ours))
    np.testing.assert_allclose(np.concatenate(got), theirs(inputs), atol=1e-6)
