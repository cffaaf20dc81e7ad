"""The loop and the custom gradient on TensorFlow, against a loop in Python."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from chatbot.layers.scan.tensorflow import columns, scan, stacked, with_gradient

STEPS = 5


def numbers(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def step(carry: Any, now: Any) -> Any:
    """Two carried tensors, two read at every step, three recorded; no order of any of them is without effect."""
    (a, b), (x, y) = carry, now
    after = (0.5 * a + x * b, b - 0.25 * a * y)
    return after, (after[0], 2.0 * b, x + 0.0 * y)


def plain(carry: Any, sequences: Any, reverse: bool) -> Any:
    recorded: list[Any] = [None] * len(sequences[0])
    for t in reversed(range(len(recorded))) if reverse else range(len(recorded)):
        carry, recorded[t] = step(carry, tuple(sequence[t] for sequence in sequences))
    return carry, [np.stack(part) for part in zip(*recorded, strict=True)]


def close(got: Any, want: Any) -> None:
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("reverse", [False, True], ids=["forwards", "backwards"])
@pytest.mark.parametrize("steps", [1, STEPS])
@pytest.mark.parametrize("how", ["eager", "graph", "jit"])
@pytest.mark.parametrize("known", [True, False], ids=["known length", "unknown length"])
def test_it_is_a_loop_in_python(how: str, known: bool, steps: int, reverse: bool) -> None:
    carry, sequences = (numbers(2, 3), numbers(2, 3, seed=1)), (numbers(steps, 2, 3, seed=2), numbers(steps, 1, 3))

    def run(*given: Any) -> Any:
        length = steps if known else tf.shape(given[2])[0]
        last, recorded = scan(step, given[:2], given[2:], length, reverse=reverse)
        return last, [stacked(part) for part in recorded]

    kinds = [tf.TensorSpec([2, 3])] * 2 + [tf.TensorSpec([steps if known else None, rows, 3]) for rows in (2, 1)]
    if how != "eager":
        run = tf.function(run, input_signature=kinds, jit_compile=how == "jit")
    last, recorded = run(*map(tf.constant, (*carry, *sequences)))
    want = plain(carry, sequences, reverse)
    close(last, want[0])
    close(recorded, want[1])


@pytest.mark.parametrize("known", [True, False], ids=["known length", "unknown length"])
@pytest.mark.parametrize("how", ["eager", "graph", "jit"])
def test_it_is_differentiated_automatically(how: str, known: bool) -> None:
    given = [tf.constant(numbers(2, 3, seed=seed)) for seed in (0, 1)]
    given += [tf.constant(numbers(STEPS, 2, 3, seed=seed)) for seed in (2, 3)]

    def scanned(*given: Any) -> Any:
        length = STEPS if known else tf.shape(given[2])[0]
        last, recorded = scan(step, given[:2], given[2:], length)
        return [*last, *(stacked(part) for part in recorded)]

    def looped(*given: Any) -> Any:
        carry, recorded = given[:2], []
        for t in range(STEPS):
            carry, now = step(carry, (given[2][t], given[3][t]))
            recorded.append(now)
        return [*carry, *(tf.stack(part) for part in zip(*recorded, strict=True))]

    def gradients(run: Any, *given: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(given)
            loss = tf.add_n([tf.reduce_sum(part**2) for part in run(*given)])
        return tape.gradient(loss, given)

    kinds = [tf.TensorSpec([2, 3])] * 2 + [tf.TensorSpec([STEPS if known else None, 2, 3])] * 2
    found = lambda *given: gradients(scanned, *given)  # noqa: E731
    if how != "eager":
        found = tf.function(found, input_signature=kinds, jit_compile=how == "jit")
    for a, b in zip(found(*given), gradients(looped, *given), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "graph"])
def test_what_one_scan_recorded_another_reads_even_twice(compiled: bool) -> None:
    carry, sequences = (numbers(2, 3), numbers(2, 3, seed=1)), (numbers(STEPS, 2, 3, seed=2), numbers(STEPS, 2, 3))

    def run() -> Any:
        begin = tuple(map(tf.constant, carry))
        _, recorded = scan(step, begin, tuple(map(tf.constant, sequences)), STEPS)
        again = [scan(step, begin, recorded[:2], STEPS, reverse=reverse)[1] for reverse in (False, True)]
        return [stacked(part) for parts in again for part in parts]

    first = plain(carry, sequences, False)[1]
    want = [part for reverse in (False, True) for part in plain(carry, first[:2], reverse)[1]]
    close((tf.function(run) if compiled else run)(), want)


def test_a_step_may_record_nothing() -> None:
    last, recorded = scan(lambda carry, now: ((carry[0] + now[0],), ()), (tf.zeros(3),), (tf.ones((STEPS, 3)),), STEPS)
    assert recorded == ()
    np.testing.assert_array_equal(last[0], [STEPS] * 3)


def forward(x: Any, pair: Any, nothing: Any) -> Any:
    return (x * pair[0], x + pair[1]), (x, pair)


def backward(left: Any, upstream: Any) -> Any:
    """Three times the true gradient, so that it is known whose it is."""
    x, pair = left
    return 3.0 * (upstream[0] * pair[0] + upstream[1]), (3.0 * upstream[0] * x, 3.0 * upstream[1]), ()


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "graph"])
def test_the_gradient_is_ours_in_the_structure_of_the_arguments(compiled: bool) -> None:
    given = [numbers(2, 3, seed=seed) for seed in range(3)]
    upstream = [numbers(2, 3, seed=seed) for seed in (7, 8)]

    def run(*given: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(given)
            outputs = with_gradient(forward, backward, (given[0], (given[1], given[2]), ()))
        return outputs, tape.gradient(outputs, given, output_gradients=list(map(tf.constant, upstream)))

    outputs, gradients = (tf.function(run) if compiled else run)(*map(tf.constant, given))
    close(outputs, (given[0] * given[1], given[0] + given[2]))
    close(gradients, [3.0 * (upstream[0] * given[1] + upstream[1]), 3.0 * upstream[0] * given[0], 3.0 * upstream[1]])


def test_a_variable_among_the_arguments_gets_its_gradient() -> None:
    x, variable = tf.constant(numbers(2, 3)), tf.Variable(numbers(2, 3, seed=1))
    with tf.GradientTape() as tape:
        outputs = with_gradient(forward, backward, (x, (variable, tf.ones((2, 3))), ()))
        loss = tf.reduce_sum(outputs[0])
    np.testing.assert_allclose(tape.gradient(loss, variable), 3.0 * x)


def test_another_backend_is_refused_by_name() -> None:
    # The backend is chosen when Keras is imported, so in another process; stubbed, for the others are not installed.
    code = "import keras; keras.backend.backend = lambda: 'openvino'; import chatbot.layers"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env={**os.environ})
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert all(word in last for word in ("LayerError", "'openvino'", "tensorflow or jax", "KERAS_BACKEND"))


@pytest.mark.parametrize("few", [1, 256], ids=["by way of a stack", "piece by piece"])
@pytest.mark.parametrize("known", [True, False], ids=["known length", "unknown length"])
def test_columns_are_the_steps_side_by_side(monkeypatch: pytest.MonkeyPatch, few: int, known: bool) -> None:
    monkeypatch.setattr("chatbot.layers.scan.tensorflow._FEW", few)
    sequence = numbers(STEPS, 3, 2)

    @tf.function
    def run(given: tf.Tensor) -> tf.Tensor:
        length = STEPS if known else tf.shape(given)[0]
        _, (recorded,) = scan(lambda carry, now: (carry, now), (), (given,), length, reverse=True)
        return columns(recorded, length)

    np.testing.assert_array_equal(run(tf.constant(sequence)), np.concatenate(list(sequence), axis=1))
