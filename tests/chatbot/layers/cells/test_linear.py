"""What the cells without a recurrent product share: all steps at once are one step after the other."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from chatbot.layers import MemorylessCell, MinGRUCell, Recurrent
from chatbot.layers.cells import LinearCell
from chatbot.layers.plan import Plan, Restarts
from chatbot.layers.steps import run_any

BATCH, STEPS, UNITS = 2, 7, 4
KINDS = (MinGRUCell, MemorylessCell)
CASES = [
    {"masked": masked, "restarted": restarted, "bptt_steps": bptt, "sequences": wanted}
    for masked, restarted, bptt in itertools.product((False, True), (False, True), (None, 3))
    for wanted in ((None, 0) if masked and restarted else (None,))
]


class Both:
    """A cell, and random data that is the same for both ways."""

    def __init__(self, laws: Any, kind: type[LinearCell], case: dict[str, Any]) -> None:
        rng = np.random.default_rng(11)
        self.cell = laws.cell(kind, 2)
        self.case = case
        self.inputs, self.initial, self.states = (
            tf.constant(rng.normal(size=shape)) for shape in ((BATCH, STEPS, 3), (BATCH, UNITS), (BATCH, STEPS, UNITS))
        )
        self.mask, self.flags = (tf.constant(rng.random((BATCH, STEPS)) < share) for share in (0.6, 0.4))
        self.above = rng.normal(size=(BATCH, STEPS, UNITS))

    def run(self, at_once: bool) -> Any:
        """Outputs, and the gradients of a random mix of them."""
        sources = [self.inputs, self.initial, self.states, *(v.value for v in self.cell.trainable_variables)]
        with tf.GradientTape() as tape:
            tape.watch(sources)
            plan = Plan(
                self.mask if self.case["masked"] else None,
                Restarts(self.flags, (self.states,)) if self.case["restarted"] else None,
                self.case["bptt_steps"],
                sequences=self.case["sequences"],
            )
            projected = self.cell.project(self.inputs)
            way = self.cell.at_once if at_once else lambda *given: run_any(self.cell, *given)
            after = way(projected, (self.initial,), plan)
            mixed = [tf.reduce_sum(part * self.above) for part in after.sequences]
            loss = tf.add_n([*mixed, tf.reduce_sum(after.last[0] * self.above[:, 0])])
        return after, tape.gradient(loss, sources, unconnected_gradients="zero")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_all_steps_at_once_equal_one_after_the_other(kind: type[LinearCell], case: dict[str, Any], laws: Any) -> None:
    both = Both(laws, kind, case)
    expected = both.run(False)
    for run in (both.run, tf.function(both.run)):
        got = run(True)
        assert len(got[0].sequences) == (0 if case["sequences"] == 0 else 1)
        for a, b in zip(tf.nest.flatten(got), tf.nest.flatten(expected), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_compiled_by_xla_too(kind: type[LinearCell], laws: Any) -> None:
    both = Both(laws, kind, {"masked": True, "restarted": True, "bptt_steps": 3, "sequences": None})
    expected, got = both.run(False), tf.function(both.run, jit_compile=True)(True)
    for a, b in zip(tf.nest.flatten(got), tf.nest.flatten(expected), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_training_makes_all_steps_at_once(kind: type[LinearCell], laws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kind, "step", lambda *_: pytest.fail("one step after the other"))
    layer = Recurrent(laws.cell(kind), return_sequences=True, dtype="float64")
    outputs = layer(np.random.default_rng(0).normal(size=(BATCH, STEPS, 3)), mask=np.eye(BATCH, STEPS) > 0)
    assert np.isfinite(outputs).all()


def test_what_stands_in_a_masked_step_is_not_computed_with(laws: Any) -> None:
    layer = Recurrent(laws.cell(MinGRUCell), return_sequences=True, dtype="float64")
    x, states, mask = laws.data(layer.cell, 0)
    spoilt = np.where(mask[..., None], x, np.nan)
    clean, other = (
        layer.unfold(tf.constant(given), (tf.constant(states[0]),), mask=tf.constant(mask))[0] for given in (x, spoilt)
    )
    np.testing.assert_array_equal(clean, other)


@pytest.mark.parametrize("kind", KINDS)
def test_dropout_of_inputs_drops_and_there_is_none_of_the_state(kind: type[LinearCell], laws: Any) -> None:
    layer = Recurrent(laws.cell(kind, dropout=0.5, seed=1), return_sequences=True, dtype="float64")
    x = tf.ones((BATCH, STEPS, 3), tf.float64)
    assert np.abs(layer(x, training=True) - layer(x)).max() > 1e-3
    assert layer.cell.masks(x[:, 0], x[:, 0], True)[1] is None


def test_a_cell_without_coefficients_says_so() -> None:
    with pytest.raises(NotImplementedError):
        LinearCell(UNITS).coefficients(tf.zeros((1, UNITS)))
