"""The general way: what it gives to cells that are not fused, and to dropout; the rest of its laws are those of both
ways, in ``test_loop`` and ``test_plan``."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from chatbot.layers import CELLS, Cell
from chatbot.layers.plan import Plan
from chatbot.layers.steps import run_any

UNITS, FEATURES, BATCH, STEPS = 5, 3, 4, 6


class TwoPaces(Cell):
    """A cell with a step of its own: what ``project`` makes has another width, and the second state is slow."""

    state_names: ClassVar[tuple[str, ...]] = ("h", "slow")

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], 2), name="kernel")
        self.spread = self.add_weight(shape=(2, self.units), name="spread")

    def project(self, inputs: Any, masks: Any = None) -> Any:
        return ops.matmul(inputs, self.kernel)

    def step(self, projected: Any, states: Any, masks: Any = None) -> Any:
        slow = 0.9 * states[1] + 0.1 * states[0]
        return ops.tanh(ops.matmul(projected, self.spread) - slow), slow


@pytest.mark.parametrize("used", [{}, {"masked": True, "restarted": True, "bptt_steps": 2}], ids=["plain", "all"])
def test_a_cell_with_a_step_of_its_own_runs(used: dict[str, Any], sequences: Any, randomised: Any) -> None:
    cell = TwoPaces(UNITS)
    cell.build((None, FEATURES))
    randomised(cell, 1)
    data, case = sequences.data(cell, 31), sequences.case(**used)
    got = sequences.gradients(lambda: sequences.run("general", cell, data, case), cell, data)
    want = sequences.gradients(lambda: sequences.plain(cell, data, case), cell, data)
    sequences.close(got[0], want[0], 1e-6)
    sequences.close(got[1], want[1], 1e-5)


@pytest.mark.parametrize("form", ["one mask", "one for each gate"])
@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
def test_the_masks_of_recurrent_dropout_are_those_given_at_every_step(name: str, form: str, sequences: Any) -> None:
    cell = sequences.cell(name)
    data, rng = sequences.data(cell, 32), np.random.default_rng(3)
    drawn = [tf.constant(2.0 * (rng.random((BATCH, UNITS)) < 0.5), tf.float32) for _ in range(cell.gates)]
    masks = drawn if form != "one mask" and cell.gates > 1 else drawn[0]
    after = run_any(cell, cell.project(data.inputs), data.initial, Plan(), masks)
    states, kernels = data.initial, tf.split(cell.recurrent_kernel.value, cell.gates, axis=1)
    for t in range(STEPS):
        dropped = masks if isinstance(masks, list) else [masks] * cell.gates
        product = tf.concat([(states[0] * m) @ k for m, k in zip(dropped, kernels, strict=True)], axis=1)
        product = product if cell.recurrent_bias is None else product + cell.recurrent_bias
        states = cell.advance(cell.sums(cell.project(data.inputs[:, t]), product, axis=-1), states)
        sequences.close([part[:, t] for part in after.sequences], states, 1e-6)
    without = run_any(cell, cell.project(data.inputs), data.initial, Plan())
    assert np.abs(np.asarray(after.last[0]) - np.asarray(without.last[0])).max() > 0.01


def test_nothing_but_the_step_is_asked_of_a_cell(sequences: Any) -> None:
    calls: list[tuple[int, ...]] = []

    class Watched(CELLS["gru"]):  # type: ignore[misc]
        def step(self, projected: Any, states: Any, masks: Any = None) -> Any:
            calls.append(tuple(projected.shape))
            return super().step(projected, states, masks)

        def advance_traced(self, sums: Any, states: Any) -> Any:
            found = super().advance_traced(sums, states)
            return found[0], ()

        def backward(self, *_: Any) -> Any:
            raise AssertionError("the general way is differentiated by the framework")

    cell = Watched(UNITS)
    cell.build((None, FEATURES))
    data, case = sequences.data(cell, 33), sequences.case()
    gradients = sequences.gradients(lambda: sequences.run("general", cell, data, case), cell, data)[1]
    assert set(calls) == {(BATCH, 3 * UNITS)}
    assert len(calls) >= STEPS
    assert all(np.abs(gradient).max() > 0 for gradient in gradients[: 1 + len(data.initial)])
