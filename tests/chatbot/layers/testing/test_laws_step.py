"""Cells with one fault each that the laws of one step must catch."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from keras import ops

from chatbot.layers import LSTMCell, MinGRUCell, SimpleRNNCell
from chatbot.layers.testing import LAWS, LawBroken, check_cell


class Unfused(LSTMCell):
    """The LSTM differentiated by the framework, so that a fault in ``advance`` is a fault in every way."""

    fused = False


class SingleOutput(Unfused):
    """In half precision its states are single."""

    def step(self, projected: Any, states: Any, masks: Any = None) -> Any:
        return tuple(ops.cast(state, "float32") for state in super().step(projected, states, masks))


class CellAsOutput(Unfused):
    """Shows c, and carries h first."""

    def call(self, inputs: Any, states: Any, training: bool = False) -> Any:
        _, after = super().call(inputs, states, training=training)
        return after[1], after


class WideStart(LSTMCell):
    """Begins with states for another number of units."""

    def get_initial_state(self, batch_size: Any = None) -> Any:
        return [ops.zeros((batch_size, self.units + 1), dtype=self.compute_dtype) for _ in self.state_names]


class Forgets(Unfused):
    """c(t-1) is lost."""

    def advance(self, sums: Any, states: Any) -> Any:
        return super().advance(sums, (states[0], ops.zeros_like(states[1])))


class NoProduct(SimpleRNNCell):
    """h(t-1) is lost."""

    fused = False

    def step(self, projected: Any, states: Any, masks: Any = None) -> Any:
        return self.advance((projected,), states)


class Spare(LSTMCell):
    """A third part of the state that nothing reads."""

    fused = False
    state_names: ClassVar[tuple[str, ...]] = ("h", "c", "spare")

    def advance(self, sums: Any, states: Any) -> Any:
        return (*super().advance(sums, states[:2]), states[2] + 1.0)


class ClaimsToForget(SimpleRNNCell):
    """Remembers, and says that it does not."""

    memoryless = True


class MixedRows(Unfused):
    """Takes the mean of the batch away."""

    def advance(self, sums: Any, states: Any) -> Any:
        h, c = super().advance(sums, states)
        return h - ops.mean(h, axis=0, keepdims=True), c


class MixedRowsInTheLoop(LSTMCell):
    """The same, in the loop alone, whose tensors are [units, batch]."""

    def advance(self, sums: Any, states: Any) -> Any:
        return LSTMCell.advance_traced(self, sums, states)[0]

    def advance_traced(self, sums: Any, states: Any) -> Any:
        (h, c), trace = super().advance_traced(sums, states)
        return (h - 0.1 * ops.mean(h, axis=1, keepdims=True), c), trace

    def backward(self, trace: Any, states: Any, gradients: Any) -> Any:  # with its own gradient it is fused
        return super().backward(trace, states, gradients)


class LooksAhead(MinGRUCell):
    """All at once, with the mean over time."""

    def at_once(self, projected: Any, initial: Any, plan: Any) -> Any:
        return super().at_once(projected + 0.1 * ops.mean(projected, axis=1, keepdims=True), initial, plan)


FAULTS = [
    (SingleOutput, "shapes and dtypes"),
    (CellAsOutput, "shapes and dtypes"),
    (WideStart, "shapes and dtypes"),
    (Forgets, "the state is carried"),
    (NoProduct, "the state is carried"),
    (Spare, "the state is carried"),
    (ClaimsToForget, "the state is carried"),
    (MixedRows, "rows are independent"),
    (MixedRowsInTheLoop, "rows are independent"),
    (LooksAhead, "no step sees a later one"),
]


@pytest.mark.parametrize(("kind", "law"), FAULTS)
def test_the_law_catches_the_fault(kind: Any, law: str, monkeypatch: Any) -> None:
    monkeypatch.setattr("chatbot.layers.testing.check.LAWS", {law: LAWS[law]})  # the others take their time
    with pytest.raises(LawBroken) as caught:
        check_cell(kind)
    assert set(caught.value.broken) == {law}
    assert not any("expected no error" in finding for finding in caught.value.broken[law])


def test_every_law_of_this_kind_is_seen_broken() -> None:
    assert {law for _, law in FAULTS} == {name for name, law in LAWS.items() if law.__module__.endswith("laws_step")}


def test_the_lost_part_of_the_state_is_named() -> None:
    with pytest.raises(LawBroken) as caught:
        check_cell(Spare)
    (finding,) = caught.value.broken["the state is carried"]
    assert "'spare'" in finding
    assert finding.endswith("found 0 at most")
