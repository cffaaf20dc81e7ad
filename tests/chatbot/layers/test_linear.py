"""The linear recurrence against a loop in NumPy."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from chatbot.layers.linear import recurrence, unfold
from chatbot.layers.plan import Plan, Restarts

BATCH, UNITS = 2, 3
ON_JAX = """
import jax, numpy as np
jax.config.update("jax_enable_x64", True)
from chatbot.layers.linear import recurrence
rng = np.random.default_rng(0)
given = [rng.random((2, 9, 3)), rng.normal(size=(2, 9, 3)), rng.normal(size=(2, 3))]
above = rng.normal(size=(2, 9, 3))
h, expected = given[2], []
for t in range(9):
    h = given[0][:, t] * h + given[1][:, t]
    expected.append(h)
np.testing.assert_allclose(jax.jit(recurrence)(*given), np.stack(expected, 1), atol=1e-12)
loss = jax.jit(lambda *at: (recurrence(*at) * above).sum())
def step_by_step(a, b, h):
    total = 0.0
    for t in range(9):
        h = a[:, t] * h + b[:, t]
        total += (h * above[:, t]).sum()
    return total
for got, want in zip(*(jax.grad(f, (0, 1, 2))(*given) for f in (loss, step_by_step))):
    np.testing.assert_allclose(got, want, atol=1e-12)
"""


def looped(a: np.ndarray, b: np.ndarray, h: np.ndarray) -> np.ndarray:
    after = []
    for t in range(a.shape[1]):
        h = a[:, t] * h + b[:, t]
        after.append(h)
    return np.stack(after, axis=1)


def example(steps: int, seed: int = 0) -> list[np.ndarray]:
    """a, b and the initial state; some a are 0, some 1, some above 1 or below 0."""
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(BATCH, steps, UNITS))
    a[rng.random(a.shape) < 0.2] = 0.0
    a[rng.random(a.shape) < 0.2] = 1.0
    return [a, rng.normal(size=(BATCH, steps, UNITS)), rng.normal(size=(BATCH, UNITS))]


@pytest.mark.parametrize("steps", [*range(1, 10), 31, 32, 33])
def test_any_number_of_steps_equals_the_loop(steps: int) -> None:
    given = example(steps, seed=steps)
    np.testing.assert_allclose(recurrence(*map(tf.constant, given)), looped(*given), rtol=1e-9, atol=1e-9)


def test_one_compiled_function_serves_every_length() -> None:
    free = [tf.TensorSpec(shape, tf.float64) for shape in ([None, None, UNITS], [None, None, UNITS], [None, UNITS])]
    run = tf.function(recurrence, input_signature=free)
    for steps in (1, 2, 5, 8, 13):
        given = example(steps)
        np.testing.assert_allclose(run(*map(tf.constant, given)), looped(*given), atol=1e-9)
    assert run.experimental_get_tracing_count() == 1


@pytest.mark.parametrize("steps", [1, 2, 6])
def test_the_gradients_equal_central_differences(steps: int) -> None:
    change = 1e-6
    given, above = example(steps), np.random.default_rng(1).normal(size=(BATCH, steps, UNITS))
    tensors = [tf.constant(part) for part in given]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        loss = tf.reduce_sum(recurrence(*tensors) * above)
    for number, found in enumerate(tape.gradient(loss, tensors)):
        numeric = np.zeros_like(given[number])
        for index in np.ndindex(numeric.shape):
            losses = []
            for sign in (1, -1):
                moved = [part.copy() for part in given]
                moved[number][index] += sign * change
                losses.append((looped(*moved) * above).sum())
            numeric[index] = (losses[0] - losses[1]) / (2 * change)
        np.testing.assert_allclose(found, numeric, atol=1e-7)


def test_a_thousand_steps_of_almost_nothing_forgotten_keep_their_precision() -> None:
    rng = np.random.default_rng(2)
    given = [
        part.astype(np.float32)
        for part in (1.0 - 1e-4 * rng.random((1, 1000, 2)), np.ones((1, 1000, 2)), np.ones((1, 2)))
    ]
    expected = looped(*(part.astype(np.float64) for part in given))
    np.testing.assert_allclose(recurrence(*map(tf.constant, given)), expected, rtol=1e-5)


@pytest.mark.parametrize(("dtype", "precision"), [("float16", 2**-10), ("bfloat16", 2**-7)])
def test_half_precision_rounds_only_what_goes_in_and_out(dtype: str, precision: float) -> None:
    a, b, h = (tf.cast(part, dtype) for part in example(40, seed=3))
    a = tf.sigmoid(a)
    (got,), last = unfold(a, b, (h,), Plan())
    expected = looped(*(tf.cast(part, tf.float64).numpy() for part in (a, b, h)))
    assert got.dtype == last[0].dtype == dtype
    np.testing.assert_allclose(tf.cast(got, tf.float64), expected, rtol=precision)


def test_restart_states_that_are_not_read_may_be_anything() -> None:
    a, b, h = map(tf.constant, example(6))
    flags = np.array([[0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 0, 1]], bool)
    states = tf.constant(np.where(flags[..., None], 0.5, np.nan) * np.ones((BATCH, 6, UNITS)))
    sources: list[Any] = [a, b, h, states]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        after = unfold(a, b, (h,), Plan(restarts=Restarts(tf.constant(flags), (states,)))).sequences[0]
        loss = tf.reduce_sum(after)
    for part in (after, *tape.gradient(loss, sources)):
        assert np.isfinite(part).all()
    np.testing.assert_allclose(after[0, 2], 0.5 * a[0, 2] + b[0, 2])


def test_the_same_on_jax() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ON_JAX],
        env={**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
