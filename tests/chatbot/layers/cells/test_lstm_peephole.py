"""The LSTM with peepholes against its equations in NumPy."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from chatbot.layers import LSTMCell, PeepholeLSTMCell

GATES = [order for order in itertools.permutations(range(4)) if order != (0, 1, 2, 3)]


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-x))


def oracle(x: np.ndarray, states: Any, weights: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Gers et al. 2002; i and f see the state before, o sees the one that they have made."""
    h, c = states
    z = x @ weights["kernel"] + h @ weights["recurrent_kernel"] + weights["bias"]
    zi, zf, zg, zo = np.split(z, 4, axis=-1)
    new = sigmoid(zf + weights["peephole_f"] * c) * c + sigmoid(zi + weights["peephole_i"] * c) * np.tanh(zg)
    return sigmoid(zo + weights["peephole_o"] * new) * np.tanh(new), new


@pytest.mark.parametrize("seed", range(3))
def test_steps_and_sequences_equal_the_equations(seed: int, laws: Any) -> None:
    laws.check_steps(PeepholeLSTMCell, oracle, seed)
    laws.check_sequence(PeepholeLSTMCell, oracle, seed)


def test_the_gradients_equal_central_differences(laws: Any) -> None:
    laws.check_gradients(PeepholeLSTMCell, oracle, 0)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float16", 0.02), ("bfloat16", 0.15)])
def test_half_precision_is_near(dtype: str, tolerance: float, laws: Any) -> None:
    laws.check_half_precision(PeepholeLSTMCell, dtype, tolerance)


def test_a_configuration_makes_the_same_cell(laws: Any) -> None:
    laws.check_configuration(PeepholeLSTMCell, "PeepholeLSTMCell", peephole_initializer="ones", activation="softsign")


@pytest.mark.parametrize("order", GATES)
def test_gates_in_any_other_order_are_noticed(order: tuple[int, ...], laws: Any) -> None:
    cell = laws.cell(PeepholeLSTMCell, 7)
    x, states, _ = laws.data(cell, 7)
    weights = laws.weights(cell)
    got = cell.step(cell.project(x[:, 0]), states)[0]
    swapped = {
        name: np.concatenate([np.split(w, 4, axis=-1)[gate] for gate in order], axis=-1)
        for name, w in weights.items()
        if not name.startswith("peephole_")
    }
    assert np.abs(oracle(x[:, 0], states, {**weights, **swapped})[0] - got).max() > 0.01


@pytest.mark.parametrize(("one", "other"), [("i", "f"), ("i", "o"), ("f", "o")])
def test_peepholes_of_another_gate_are_noticed(one: str, other: str, laws: Any) -> None:
    cell = laws.cell(PeepholeLSTMCell, 8)
    x, states, _ = laws.data(cell, 8)
    weights = laws.weights(cell)
    swapped = {f"peephole_{one}": weights[f"peephole_{other}"], f"peephole_{other}": weights[f"peephole_{one}"]}
    got = cell.step(cell.project(x[:, 0]), states)[0]
    assert np.abs(oracle(x[:, 0], states, {**weights, **swapped})[0] - got).max() > 1e-3


def test_without_its_peepholes_it_is_the_lstm(laws: Any) -> None:
    fresh, lstm = PeepholeLSTMCell(4, dtype="float64"), laws.cell(LSTMCell, 9)
    fresh.build((None, 3))
    for weight in ("kernel", "recurrent_kernel", "bias"):
        getattr(fresh, weight).assign(getattr(lstm, weight))
    x, states, _ = laws.data(lstm, 9)
    for got, want in zip(*(c.step(c.project(x[:, 0]), states) for c in (fresh, lstm)), strict=True):
        np.testing.assert_allclose(got, want, atol=1e-12)
