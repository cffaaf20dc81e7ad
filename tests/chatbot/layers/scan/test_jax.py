"""The loop and the custom gradient on JAX, against a loop in Python; nothing here depends on the backend of Keras."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

jax = pytest.importorskip("jax")

STEPS = 5


def numbers(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def step(carry: Any, now: Any) -> Any:
    (a, b), (x, y) = carry, now
    after = (0.5 * a + x * b, b - 0.25 * a * y)
    return after, (after[0], 2.0 * b, x + 0.0 * y)


def close(got: Any, want: Any, tolerance: float = 1e-6) -> None:
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("reverse", [False, True], ids=["forwards", "backwards"])
@pytest.mark.parametrize("steps", [1, STEPS])
@pytest.mark.parametrize("compiled", [False, True], ids=["plain", "jit"])
def test_it_is_a_loop_in_python(compiled: bool, steps: int, reverse: bool) -> None:
    from chatbot.layers.scan.jax import scan, stacked

    carry, sequences = (numbers(2, 3), numbers(2, 3, seed=1)), (numbers(steps, 2, 3, seed=2), numbers(steps, 1, 3))

    def run(carry: Any, sequences: Any) -> Any:
        last, recorded = scan(step, carry, sequences, steps, reverse=reverse)
        return last, [stacked(part) for part in recorded]

    last, recorded = (jax.jit(run) if compiled else run)(carry, sequences)
    want: list[Any] = [None] * steps
    for t in reversed(range(steps)) if reverse else range(steps):
        carry, want[t] = step(carry, tuple(sequence[t] for sequence in sequences))
    close(last, carry)
    close(recorded, [np.stack(part) for part in zip(*want, strict=True)])


def test_it_is_differentiated_automatically() -> None:
    from chatbot.layers.scan.jax import scan

    def scanned(carry: Any, sequences: Any) -> Any:
        last, recorded = scan(step, carry, sequences, STEPS)
        return sum((part**2).sum() for part in (*last, *recorded))

    def looped(carry: Any, sequences: Any) -> Any:
        loss = 0.0
        for t in range(STEPS):
            carry, recorded = step(carry, tuple(sequence[t] for sequence in sequences))
            loss = loss + sum((part**2).sum() for part in recorded)
        return loss + sum((part**2).sum() for part in carry)

    given = (numbers(2, 3), numbers(2, 3, seed=1)), (numbers(STEPS, 2, 3, seed=2), numbers(STEPS, 2, 3))
    got, want = (jax.grad(loss, argnums=(0, 1))(*given) for loss in (scanned, looped))
    close(jax.tree.leaves(got), jax.tree.leaves(want), 1e-4)


@pytest.mark.parametrize("compiled", [False, True], ids=["plain", "jit"])
def test_the_gradient_is_ours_in_the_structure_of_the_arguments(compiled: bool) -> None:
    from chatbot.layers.scan.jax import with_gradient

    given = [numbers(2, 3, seed=seed) for seed in range(3)]
    upstream = tuple(numbers(2, 3, seed=seed) for seed in (7, 8))

    def forward(x: Any, pair: Any, nothing: Any) -> Any:
        return (x * pair[0], x + pair[1]), (x, pair)

    def backward(left: Any, upstream: Any) -> Any:  # three times the true gradient, so that it is known whose it is
        x, pair = left
        return 3.0 * (upstream[0] * pair[0] + upstream[1]), (3.0 * upstream[0] * x, 3.0 * upstream[1]), ()

    def run(a: Any, b: Any, c: Any) -> Any:
        return with_gradient(forward, backward, (a, (b, c), ()))

    outputs, gradient_of = jax.vjp(jax.jit(run) if compiled else run, *given)
    close(outputs, (given[0] * given[1], given[0] + given[2]))
    want = [3.0 * (upstream[0] * given[1] + upstream[1]), 3.0 * upstream[0] * given[0], 3.0 * upstream[1]]
    close(gradient_of(upstream), want)


ON_JAX = """
import sys
import numpy as np
from chatbot.layers import LSTMCell, Recurrent
layer = Recurrent(LSTMCell(5), return_sequences=True)
layer.build((None, None, 3))
given = np.load(sys.argv[1])
layer.set_weights([given[f"weight {i}"] for i in range(3)])
np.save(sys.argv[2], np.asarray(layer(given["inputs"], mask=given["mask"])))
"""


def test_a_layer_on_jax_gives_what_it_gives_on_tensorflow(tmp_path: Any, randomised: Any) -> None:
    from chatbot.layers import LSTMCell, Recurrent

    layer = Recurrent(LSTMCell(5), return_sequences=True)
    layer.build((None, None, 3))
    weights = {f"weight {i}": weight for i, weight in enumerate(randomised(layer, 1).get_weights())}
    inputs, mask = numbers(4, 6, 3), numbers(4, 6) > -0.5
    np.savez(tmp_path / "given.npz", inputs=inputs, mask=mask, **weights)
    subprocess.run(
        [sys.executable, "-c", ON_JAX, str(tmp_path / "given.npz"), str(tmp_path / "found.npy")],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        check=True,
        capture_output=True,
    )
    want = np.asarray(layer(inputs, mask=mask))
    np.testing.assert_allclose(np.load(tmp_path / "found.npy"), want, atol=1e-6)
    assert np.abs(want).max() > 0.1


def test_columns_are_the_steps_side_by_side() -> None:
    from chatbot.layers.scan.jax import columns

    sequence = numbers(STEPS, 3, 2)
    np.testing.assert_array_equal(columns(jax.numpy.asarray(sequence), STEPS), np.concatenate(list(sequence), axis=1))
