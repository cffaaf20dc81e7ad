"""The sizes that are measured (`make bench ARGS=layers`), and one small one against equations in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

KINDS = ("SimpleRNN", "LSTM", "GRU")
MEASURED = ((64, 32, 256, 512), (32, 64, 512, 1024), (128, 16, 128, 256), (1, 256, 256, 512))
"""(batch, steps, features, units)."""
EVERYTHING = {"return_sequences": True, "return_state": True}
States = tuple[np.ndarray, ...]


@pytest.mark.slow
@pytest.mark.parametrize("size", MEASURED, ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize("kind", KINDS)
def test_the_measured_sizes_agree_under_random_masks(kind: str, size: tuple[int, ...], parity: Any) -> None:
    # A vanilla layer damps nothing: Keras itself is 2e-6 from float64 at these sizes (the next test), so two float32
    # ways cannot agree to less.
    shape, units, outputs = size[:3], size[3], 3e-6 if kind == "SimpleRNN" else 1e-6
    parity.same(kind, shape=shape, units=units, mask=parity.mask(shape), started=True, outputs=outputs, **EVERYTHING)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_large_size_is_as_near_to_double_precision_as_keras_is(kind: str, parity: Any) -> None:
    shape, units = (64, 32, 256), 512
    ours, theirs = parity.twins(kind, shape=shape, units=units, return_sequences=True)
    exact = parity.reference(kind, units, return_sequences=True, dtype="float64")
    exact.build(shape)
    parity.copy(theirs, exact)
    inputs = parity.data(kind, shape=shape, units=units).inputs
    got, want, truth = (np.asarray(layer(inputs), np.float64) for layer in (ours, theirs, exact))
    assert np.square(got - truth).mean() <= 1.5 * np.square(want - truth).mean()
    assert np.abs(got - truth).max() <= 4e-6


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-x))


def simple_step(x: np.ndarray, states: States, w: Any, u: Any, b: Any) -> States:
    """Elman 1990: h(t) = tanh(W x(t) + U h(t-1) + b)."""
    return (np.tanh(x @ w + states[0] @ u + b),)


def lstm_step(x: np.ndarray, states: States, w: Any, u: Any, b: Any) -> States:
    """Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000; Keras's blocks are i, f, c, o."""
    h, c = states
    wi, wf, wc, wo = np.split(w, 4, axis=1)
    ui, uf, uc, uo = np.split(u, 4, axis=1)
    bi, bf, bc, bo = np.split(b, 4)
    i, f, o = (sigmoid(x @ k + h @ r + v) for k, r, v in ((wi, ui, bi), (wf, uf, bf), (wo, uo, bo)))
    c = f * c + i * np.tanh(x @ wc + h @ uc + bc)
    return o * np.tanh(c), c


def gru_step(x: np.ndarray, states: States, w: Any, u: Any, b: Any) -> States:
    """Cho et al. 2014.  A bias of two rows: version 1 of the paper, the reset gate after the product; of one row:
    version 3, the reset gate before it.  Keras's blocks are z, r, h."""
    h = states[0]
    wz, wr, wh = np.split(w, 3, axis=1)
    uz, ur, uh = np.split(u, 3, axis=1)
    (bz, br, bh), own = np.split(b[0] if b.ndim == 2 else b, 3), np.split(b[-1], 3) if b.ndim == 2 else (0.0, 0.0, 0.0)
    z = sigmoid(x @ wz + bz + h @ uz + own[0])
    r = sigmoid(x @ wr + br + h @ ur + own[1])
    inner = r * (h @ uh + own[2]) if b.ndim == 2 else (r * h) @ uh
    return (z * h + (1.0 - z) * np.tanh(x @ wh + bh + inner),)


STEPS = {"SimpleRNN": simple_step, "LSTM": lstm_step, "GRU": gru_step}


def oracle(kind: str, data: Any, mask: np.ndarray, weights: list[np.ndarray]) -> list[np.ndarray]:
    """All outputs and the last states in float64, row by row and step by step."""
    outputs, last = [], []
    for row in range(len(data.inputs)):
        states: States = tuple(state[row].astype(np.float64) for state in data.initial)
        out, rows = np.zeros_like(states[0]), []
        for step, seen in enumerate(mask[row]):
            if seen:  # a masked step repeats the output before it, which is zero at first, and holds the state
                states = STEPS[kind](data.inputs[row, step].astype(np.float64), states, *weights)
                out = states[0]
            rows.append(out)
        outputs.append(rows)
        last.append(states)
    return [np.array(outputs), *(np.array(part) for part in zip(*last, strict=True))]


@pytest.mark.parametrize(
    ("kind", "options"), [*((kind, {}) for kind in KINDS), ("GRU", {"reset_after": False})], ids=str
)
@pytest.mark.parametrize("masked", [False, True], ids=["no mask", "mask"])
@pytest.mark.parametrize("seed", range(3))
def test_a_small_size_is_within_rounding_of_the_published_equations(
    kind: str, options: dict[str, Any], masked: bool, seed: int, parity: Any
) -> None:
    shape = (4, 6, 3)
    ours, _ = parity.twins(kind, shape=shape, weights=seed, **options, **EVERYTHING)
    data = parity.data(kind, shape=shape, seed=seed)
    mask = parity.mask(shape, seed) if masked else np.ones(shape[:2], bool)
    want = oracle(kind, data, mask, [w.astype(np.float64) for w in ours.get_weights()])
    got = parity.call(ours, data.inputs, data.initial, mask if masked else None, False)
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(a, b, rtol=0.0, atol=1e-6)


@pytest.mark.parametrize(
    ("kind", "options"), [*((kind, {}) for kind in KINDS), ("GRU", {"reset_after": False})], ids=str
)
def test_in_double_precision_the_equations_hold_to_a_trillionth(
    kind: str, options: dict[str, Any], parity: Any
) -> None:
    shape = (4, 6, 3)
    ours, _ = parity.twins(kind, shape=shape, dtype="float64", **options, **EVERYTHING)
    data, mask = parity.data(kind, shape=shape, dtype="float64"), parity.mask(shape)
    want = oracle(kind, data, mask, ours.get_weights())
    for a, b in zip(parity.call(ours, data.inputs, data.initial, mask, False), want, strict=True):
        np.testing.assert_allclose(a, b, rtol=0.0, atol=1e-12)
