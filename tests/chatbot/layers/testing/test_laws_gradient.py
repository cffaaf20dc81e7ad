"""Cells with one fault each that the laws of gradients must catch."""

from __future__ import annotations

from typing import Any

import pytest
from keras import ops

from chatbot.layers import GRUCell, LSTMCell, MinGRUCell, SimpleRNNCell
from chatbot.layers.testing import LAWS, LawBroken, check_cell


class ConstantState(SimpleRNNCell):
    """The state is held fixed where it is differentiated."""

    fused = False

    def step(self, projected: Any, states: Any, masks: Any = None) -> Any:
        return super().step(projected, tuple(ops.stop_gradient(state) for state in states), masks)


class SwappedGates(GRUCell):
    """The gradients of two gates are exchanged."""

    def backward(self, trace: Any, states: Any, gradients: Any) -> Any:
        (z, r, *rest), d_states = super().backward(trace, states, gradients)
        return (r, z, *rest), d_states


class HalfTheState(LSTMCell):
    """Half of what flows back through c."""

    def backward(self, trace: Any, states: Any, gradients: Any) -> Any:
        d_sums, (_, kept) = super().backward(trace, states, gradients)
        return d_sums, (None, 0.5 * kept)


class LosesTheState(GRUCell):
    """Nothing flows back by z."""

    def backward(self, trace: Any, states: Any, gradients: Any) -> Any:
        return super().backward(trace, states, gradients)[0], (None,)


class AlmostRight(LSTMCell):
    """One number in a hundred thousand."""

    def backward(self, trace: Any, states: Any, gradients: Any) -> Any:
        (i, *rest), d_states = super().backward(trace, states, gradients)
        return (1.00001 * i, *rest), d_states


class RowsAlone(GRUCell):
    """Right for tensors [batch, units] alone, by the number of rows that the check has."""

    def backward(self, trace: Any, states: Any, gradients: Any) -> Any:
        d_sums, d_states = super().backward(trace, states, gradients)
        right = states[0].shape[-1] == self.units
        return (d_sums if right else (2.0 * d_sums[0], *d_sums[1:])), d_states


class IgnoresTruncation(MinGRUCell):
    def at_once(self, projected: Any, initial: Any, plan: Any) -> Any:
        return super().at_once(projected, initial, plan._replace(bptt_steps=None))


FAULTS = [
    (ConstantState, "the gradient of a step"),
    (ConstantState, "the gradient of a sequence"),
    (SwappedGates, "the gradient by hand"),
    (SwappedGates, "the gradient of a sequence"),
    (HalfTheState, "the gradient by hand"),
    (HalfTheState, "the gradient of a sequence"),
    (HalfTheState, "every way is the same"),
    (LosesTheState, "the gradient of a sequence"),
    (AlmostRight, "the gradient by hand"),
    (AlmostRight, "every way is the same"),
    (RowsAlone, "the gradient by hand"),
    (RowsAlone, "the gradient of a sequence"),
    (IgnoresTruncation, "every way is the same"),
]


@pytest.mark.parametrize(("kind", "law"), FAULTS)
def test_the_law_catches_the_fault(kind: Any, law: str, monkeypatch: Any) -> None:
    monkeypatch.setattr("chatbot.layers.testing.check.LAWS", {law: LAWS[law]})  # the others take their time
    with pytest.raises(LawBroken) as caught:
        check_cell(kind)
    assert set(caught.value.broken) == {law}
    assert not any("expected no error" in finding for finding in caught.value.broken[law])


def test_every_law_of_this_kind_is_seen_broken() -> None:
    of_this_kind = {name for name, law in LAWS.items() if law.__module__.endswith("laws_gradient")}
    assert {law for _, law in FAULTS} == of_this_kind


def test_the_wrong_gradient_is_named_and_the_right_ones_are_not() -> None:
    with pytest.raises(LawBroken) as caught:
        check_cell(ConstantState)
    (finding,) = caught.value.broken["the gradient of a step"]
    assert "state 'h'" in finding
    assert "found 0 " in finding
