"""What cells say of their gates, against the equations in NumPy; and who says nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from chatbot.layers import CELLS, Cell, GRUCell, LSTMCell
from chatbot.layers.cells.gates import GATES, gates_of, shows_gates

Found = dict[str, np.ndarray]
Weights = dict[str, np.ndarray]
Oracle = Callable[[np.ndarray, Any, Weights], Found]


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-x))


def named(i: np.ndarray, f: np.ndarray, o: np.ndarray) -> Found:
    return {"kept": sigmoid(f), "written": sigmoid(i), "shown": sigmoid(o)}


def lstm(x: np.ndarray, states: Any, w: Weights) -> Found:
    """Gers et al. 2000; the blocks are i, f, g, o."""
    i, f, _, o = np.split(x @ w["kernel"] + states[0] @ w["recurrent_kernel"] + w["bias"], 4, axis=-1)
    return named(i, f, o)


def layernorm(x: np.ndarray, states: Any, w: Weights) -> Found:
    """Ba et al. 2016, equation 20."""

    def norm(z: np.ndarray, gain: np.ndarray, shift: np.ndarray) -> np.ndarray:
        return gain * (z - z.mean(-1, keepdims=True)) / np.sqrt(z.var(-1, keepdims=True) + 1e-5) + shift

    z = norm(states[0] @ w["recurrent_kernel"], w["recurrent_gain"], w["recurrent_shift"])
    i, f, _, o = np.split(z + norm(x @ w["kernel"], w["gain"], w["shift"]) + w["bias"], 4, axis=-1)
    return named(i, f, o)


def peephole(x: np.ndarray, states: Any, w: Weights) -> Found:
    """Gers et al. 2002: i and f see the state before, o the one that they have made."""
    h, c = states
    i, f, g, o = np.split(x @ w["kernel"] + h @ w["recurrent_kernel"] + w["bias"], 4, axis=-1)
    i, f = i + w["peephole_i"] * c, f + w["peephole_f"] * c
    after = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return named(i, f, o + w["peephole_o"] * after)


def gru(x: np.ndarray, states: Any, w: Weights) -> Found:
    """Cho et al. 2014; the blocks are z, r, n; z is how much is kept."""
    bias = w["bias"] if w["bias"].ndim == 2 else np.stack([w["bias"], np.zeros_like(w["bias"])])
    z, r, _ = np.split(x @ w["kernel"] + bias[0] + states[0] @ w["recurrent_kernel"] + bias[1], 3, axis=-1)
    return {"kept": sigmoid(z), "written": 1.0 - sigmoid(z), "reset": sigmoid(r)}


def mingru(x: np.ndarray, states: Any, w: Weights) -> Found:
    """Feng et al. 2024; the blocks are z, n; z is how much is new."""
    z = sigmoid(np.split(x @ w["kernel"] + w["bias"], 2, axis=-1)[0])
    return {"kept": 1.0 - z, "written": z}


ORACLES: dict[str, tuple[str, dict[str, Any], Oracle]] = {
    "lstm": ("lstm", {}, lstm),
    "lstm_layernorm": ("lstm_layernorm", {}, layernorm),
    "lstm_peephole": ("lstm_peephole", {}, peephole),
    "gru": ("gru", {}, gru),
    "gru of the paper": ("gru", {"reset_after": False}, gru),
    "mingru": ("mingru", {}, mingru),
}


@pytest.mark.parametrize("name", ORACLES)
@pytest.mark.parametrize("seed", range(2))
def test_the_gates_are_those_of_the_equations(name: str, seed: int, laws: Any) -> None:
    kind, options, oracle = ORACLES[name]
    cell = laws.cell(CELLS[kind], seed, **options)
    x, states, _ = laws.data(cell, seed)
    assert shows_gates(cell)
    got = gates_of(cell, cell.project(x[:, 0]), states)
    want = oracle(x[:, 0], states, laws.weights(cell))
    assert list(got) == list(want) == [gate for gate in GATES if gate in want]
    for gate, value in want.items():
        np.testing.assert_allclose(got[gate], value, atol=1e-12, err_msg=gate)


def test_what_is_kept_and_written_makes_the_next_state(laws: Any) -> None:
    cell = laws.cell(LSTMCell, 4)
    x, (h, c), _ = laws.data(cell, 4)
    projected = cell.project(x[:, 0])
    gates = gates_of(cell, projected, (h, c))
    after = cell.step(projected, (h, c))
    np.testing.assert_allclose(after[0], gates["shown"] * np.tanh(after[1]), atol=1e-12)
    candidate = (np.asarray(after[1]) - gates["kept"] * c) / gates["written"]
    assert np.abs(candidate).max() <= 1


@pytest.mark.parametrize("name", ["rnn", "memoryless"])
def test_a_cell_without_gates_says_nothing(name: str, laws: Any) -> None:
    cell = laws.cell(CELLS[name])
    x, states, _ = laws.data(cell, 0)
    assert not shows_gates(cell)
    assert gates_of(cell, cell.project(x[:, 0]), states) == {}


class Other(LSTMCell):
    """Has equations of its own, and nothing of its own to say of them."""

    def advance(self, sums: Any, states: Any) -> Any:
        return tuple(0.5 * state for state in states)


class Stepping(GRUCell):
    def step(self, projected: Any, states: Any, masks: Any = None) -> Any:
        return (0.5 * states[0],)


class Saying(Other):
    def shown_gates(self, sums: Any, states: Any) -> Any:
        return {"kept": keras.ops.full_like(sums[0], 0.5)}


@pytest.mark.parametrize("kind", [Other, Stepping])
def test_what_was_inherited_says_nothing_of_other_equations(kind: type[Cell], laws: Any) -> None:
    cell = laws.cell(kind)
    x, states, _ = laws.data(cell, 0)
    assert gates_of(cell, cell.project(x[:, 0]), states) == {}


def test_a_cell_of_ones_own_may_say_it(laws: Any) -> None:
    cell = laws.cell(Saying)
    x, states, _ = laws.data(cell, 0)
    np.testing.assert_array_equal(gates_of(cell, cell.project(x[:, 0]), states)["kept"], 0.5)
