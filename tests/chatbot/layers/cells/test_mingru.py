"""The minimal gated recurrent unit against its equations in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chatbot.layers import MinGRUCell


def oracle(x: np.ndarray, states: Any, weights: dict[str, np.ndarray]) -> tuple[np.ndarray]:
    """Feng et al. 2024, section 3.1: h(t) = (1 - z) h(t-1) + z h̃; the blocks are z, h̃."""
    z, candidate = np.split(x @ weights["kernel"] + weights["bias"], 2, axis=-1)
    z = 1.0 / (1.0 + np.exp(-z))
    return ((1.0 - z) * states[0] + z * candidate,)


@pytest.mark.parametrize("seed", range(3))
def test_steps_and_sequences_equal_the_equations(seed: int, laws: Any) -> None:
    laws.check_steps(MinGRUCell, oracle, seed)
    laws.check_sequence(MinGRUCell, oracle, seed)


def test_the_gradients_equal_central_differences(laws: Any) -> None:
    laws.check_gradients(MinGRUCell, oracle, 0)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float16", 0.01), ("bfloat16", 0.1)])
def test_half_precision_is_near(dtype: str, tolerance: float, laws: Any) -> None:
    laws.check_half_precision(MinGRUCell, dtype, tolerance)


def test_a_configuration_makes_the_same_cell(laws: Any) -> None:
    laws.check_configuration(MinGRUCell, "MinGRUCell", recurrent_activation="hard_sigmoid", activation="tanh")


def test_gate_and_candidate_the_other_way_round_are_noticed(laws: Any) -> None:
    cell = laws.cell(MinGRUCell, 5)
    x, states, _ = laws.data(cell, 5)
    swapped = {name: np.concatenate(np.split(w, 2, axis=-1)[::-1], axis=-1) for name, w in laws.weights(cell).items()}
    got = cell.step(cell.project(x[:, 0]), states)[0]
    assert np.abs(oracle(x[:, 0], states, swapped)[0] - got).max() > 0.01


@pytest.mark.parametrize("gate", [-50.0, 50.0])
def test_a_closed_gate_holds_and_an_open_one_forgets(gate: float, laws: Any) -> None:
    cell = laws.cell(MinGRUCell, 6)
    x, states, _ = laws.data(cell, 6)
    kernel, bias = (w.copy() for w in laws.weights(cell).values())
    kernel[:, :4], bias[:4] = 0.0, gate
    cell.set_weights([kernel, bias])
    expected = states[0] if gate < 0 else x[:, 0] @ kernel[:, 4:] + bias[4:]
    np.testing.assert_allclose(cell.step(cell.project(x[:, 0]), states)[0], expected, atol=1e-12)
