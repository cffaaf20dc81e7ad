"""Cells with one fault each that the laws of a sequence must catch."""

from __future__ import annotations

from typing import Any

import pytest
from keras import ops

from chatbot.layers import LSTMCell, MinGRUCell, SimpleRNNCell
from chatbot.layers.testing import LAWS, LawBroken, check_cell


class SwappedInTheLoop(LSTMCell):
    """What is written and what is kept are exchanged in ``advance_traced``, and not in ``advance``."""

    def advance(self, sums: Any, states: Any) -> Any:
        return LSTMCell.advance_traced(self, sums, states)[0]

    def advance_traced(self, sums: Any, states: Any) -> Any:
        i, f, g, o = sums
        return super().advance_traced((f, i, g, o), states)

    def backward(self, trace: Any, states: Any, gradients: Any) -> Any:  # with its own gradient it is fused
        return super().backward(trace, states, gradients)


class OtherAtOnce(MinGRUCell):
    """All at once it is another cell than step by step."""

    def at_once(self, projected: Any, initial: Any, plan: Any) -> Any:
        return super().at_once(1.01 * projected, initial, plan)


class IgnoresMasks(MinGRUCell):
    def at_once(self, projected: Any, initial: Any, plan: Any) -> Any:
        return super().at_once(projected, initial, plan._replace(mask=None))


class IgnoresRestarts(MinGRUCell):
    def at_once(self, projected: Any, initial: Any, plan: Any) -> Any:
        return super().at_once(projected, initial, plan._replace(restarts=None))


class RestartsFromZero(MinGRUCell):
    def at_once(self, projected: Any, initial: Any, plan: Any) -> Any:
        if plan.restarts is not None:
            zeros = tuple(ops.zeros_like(states) for states in plan.restarts.states)
            plan = plan._replace(restarts=plan.restarts._replace(states=zeros))
        return super().at_once(projected, initial, plan)


class LogOfInputs(SimpleRNNCell):
    """Infinite where the input is 0, as a masked one is made."""

    fused = False

    def project(self, inputs: Any, masks: Any = None) -> Any:
        return super().project(ops.log(ops.abs(inputs)), masks)


class CountsSteps(MinGRUCell):
    """Adds the number of the step, which begins at 0 with every call."""

    def at_once(self, projected: Any, initial: Any, plan: Any) -> Any:
        count = ops.cast(ops.arange(ops.shape(projected)[1]), projected.dtype)
        return super().at_once(projected + 0.1 * count[:, None], initial, plan)


class Overflows(SimpleRNNCell):
    """On the way it makes numbers that float16 does not have."""

    fused = False

    def advance(self, sums: Any, states: Any) -> Any:
        return (self.activation(sums[0] * 1e6 / 1e6),)


class Unstable(SimpleRNNCell):
    """A small difference of large numbers."""

    fused = False

    def advance(self, sums: Any, states: Any) -> Any:
        return (self.activation((sums[0] + 100.0) - 100.0),)


FAULTS = [
    (SwappedInTheLoop, "step = sequence"),
    (OtherAtOnce, "step = sequence"),
    (IgnoresMasks, "a mask holds the state"),
    (LogOfInputs, "what is masked reaches nothing"),
    (CountsSteps, "a sequence can be cut in two"),
    (IgnoresRestarts, "restarts replace the state"),
    (RestartsFromZero, "restarts replace the state"),
    (Overflows, "half precision"),
    (Unstable, "half precision"),
]


@pytest.mark.parametrize(("kind", "law"), FAULTS)
def test_the_law_catches_the_fault(kind: Any, law: str, monkeypatch: Any) -> None:
    monkeypatch.setattr("chatbot.layers.testing.check.LAWS", {law: LAWS[law]})  # the others take their time
    with pytest.raises(LawBroken) as caught:
        check_cell(kind)
    assert set(caught.value.broken) == {law}
    assert not any("expected no error" in finding for finding in caught.value.broken[law])


def test_every_law_of_this_kind_is_seen_broken() -> None:
    of_this_kind = {name for name, law in LAWS.items() if law.__module__.endswith("laws_sequence")}
    assert {law for _, law in FAULTS} == of_this_kind
