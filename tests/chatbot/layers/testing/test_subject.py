"""The cell that is examined: always the same weights and numbers, and a plain loop over its calls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chatbot.layers import CELLS, GRUCell, LSTMCell, MemorylessCell
from chatbot.layers.testing.gradients import differentiated
from chatbot.layers.testing.subject import BATCH, STEPS, Subject, weights_of, with_weights

UNITS, FEATURES = 5, 3


def subject(kind: Any = LSTMCell, **options: Any) -> Subject:
    return Subject(kind, UNITS, FEATURES, options)


@pytest.mark.parametrize("name", CELLS)
def test_two_cells_have_the_same_weights_and_every_number_is_random(name: str) -> None:
    one, other = (subject(CELLS[name]).cell(dtype) for dtype in ("float32", "float64"))
    seen: list[float] = []
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)
        seen += a.ravel().tolist()
    assert len(set(seen)) > 0.99 * len(seen)
    assert 0.1 < np.std(seen) < 1.0


def test_options_reach_the_cell() -> None:
    assert not subject(GRUCell, reset_after=False).cell().reset_after
    assert subject(GRUCell).layer(bptt_steps=3).bptt_steps == 3
    assert subject(GRUCell).layer("mixed_bfloat16").cell.compute_dtype == "bfloat16"


def test_the_numbers_are_always_the_same_and_hold_the_hard_cases() -> None:
    one, two = subject().numbers(), subject().numbers()
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a, b)
    assert one.inputs.shape == (BATCH, STEPS, FEATURES)
    assert [state.shape for state in one.initial] == [(BATCH, UNITS)] * 2
    assert one.mask[0].all()
    assert not one.mask[1].any()
    assert not one.mask[2, : STEPS // 2].any()
    assert set(one.mask[3]) == {False, True}
    assert not one.flags[0].any()
    assert one.flags[1:].any()
    assert (one.mask & one.flags).any()  # a restart that is seen
    assert (~one.mask & one.flags).any()  # and one at a masked step
    assert subject().numbers(batch=1, steps=1).inputs.shape == (1, 1, FEATURES)


def test_step_by_step_is_the_cell_called_again_and_again() -> None:
    this = subject()
    cell, given = this.cell(), this.numbers()
    after = this.stepwise(cell, given)
    states: Any = list(given.initial)
    for t in range(STEPS):
        _, states = cell(given.inputs[:, t], states)
        for part, state in zip(after, states, strict=True):
            np.testing.assert_array_equal(part[:, t], state)


def test_step_by_step_a_mask_holds_and_a_restart_replaces() -> None:
    this = subject()
    cell, given = this.cell(), this.numbers()
    masked = this.stepwise(cell, given, masked=True)
    for part, first in zip(masked, given.initial, strict=True):
        np.testing.assert_array_equal(part[1], np.repeat(first[1][None], STEPS, axis=0))
    restarted, at = this.stepwise(cell, given, restarted=True), STEPS // 2
    _, states = cell(given.inputs[:, at], [states[:, at] for states in given.restart_states])
    for part, state in zip(restarted, states, strict=True):
        np.testing.assert_allclose(part[-1, at], state[-1], atol=1e-6)
    np.testing.assert_array_equal(restarted[0][0], this.stepwise(cell, given)[0][0])


def test_a_function_of_the_weights_too_is_differentiated_by_them_and_leaves_them_alone() -> None:
    cell = subject().cell()
    weights, x = weights_of(cell), np.random.default_rng(3).normal(size=(BATCH, FEATURES)).astype(np.float32)
    assert list(weights) == ["weight 'kernel'", "weight 'recurrent_kernel'", "weight 'bias'"]
    run = with_weights(cell, lambda x: [cell.project(x)], 1)
    doubled = [2.0 * weight for weight in weights.values()]
    (output,), gradients = differentiated(run, [x, *doubled], [np.ones((BATCH, 4 * UNITS), np.float32)])
    np.testing.assert_allclose(output, x @ doubled[0] + doubled[2], atol=1e-5)
    np.testing.assert_allclose(gradients[1], np.repeat(x.sum(0)[:, None], 4 * UNITS, axis=1), atol=1e-5)
    np.testing.assert_allclose(gradients[3], np.full(4 * UNITS, float(BATCH)))
    for before, after in zip(weights.values(), weights_of(cell).values(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_class_says_whether_it_remembers() -> None:
    assert not subject(LSTMCell).memoryless
    assert subject(MemorylessCell).memoryless
    assert subject().part_names() == ["state 'h'", "state 'c'"]
