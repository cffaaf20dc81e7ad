"""Opened gates: where the biases of Tallec & Ollivier 2018 must stand, and that they keep."""

from __future__ import annotations

import numpy as np
import pytest

from chatbot.layers import make_cell
from train.compare.opening import open_gates


@pytest.mark.parametrize("name", ["lstm", "gru", "mingru", "lstm_peephole"])
def test_an_opened_cell_keeps_a_state_longer(name: str) -> None:
    left = []
    for opened in (False, True):
        cell = make_cell(name, 64)
        cell.build((None, 3))
        if opened:
            assert open_gates(cell, 200, 1)
        states = tuple(np.full((1, 64), 0.5, np.float32) for _ in cell.state_names)
        for _ in range(30):
            states = tuple(np.asarray(s) for s in cell.step(cell.project(np.zeros((1, 3), np.float32)), states))
        left.append(np.abs(states[-1]).mean())
    assert left[1] > 3 * left[0]


def test_the_biases_of_an_lstm_are_opposite_and_within_their_bounds() -> None:
    cell = make_cell("lstm", 500)
    cell.build((None, 3))
    open_gates(cell, 100, 1)
    i, f, g, o = np.split(np.asarray(cell.bias), 4)
    assert np.array_equal(i, -f)
    assert f.min() >= 0
    assert f.max() <= np.log(99)
    assert np.exp(f).mean() == pytest.approx(50, rel=0.1), "uniform from 1 to 99"
    assert not g.any()
    assert not o.any()


@pytest.mark.parametrize("name", ["rnn", "memoryless"])
def test_a_cell_without_such_gates_is_left_alone(name: str) -> None:
    cell = make_cell(name, 4)
    cell.build((None, 3))
    before = [np.array(v) for v in cell.trainable_variables]
    assert not open_gates(cell, 100, 1)
    assert all(np.array_equal(a, b) for a, b in zip(before, cell.trainable_variables, strict=True))
