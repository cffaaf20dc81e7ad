"""The general way over a sequence: any cell, one step after the other, differentiated by the framework."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from keras import ops

from chatbot.layers.cells.base import Cell, States, Tensor
from chatbot.layers.plan import Plan, Unfolded, carried_back, length_of
from chatbot.layers.scan import scan, stacked


def run_any(cell: Cell, inputs: Tensor, initial: States, plan: Plan, masks: Any = None) -> Unfolded:
    """Run any cell, differentiated automatically: ``project`` for all steps, then ``step`` after ``step``.

    ``inputs`` are what ``cell.project`` made, [batch, time, …]; ``masks`` those of recurrent dropout.
    """
    wanted = len(initial) if plan.sequences is None else plan.sequences
    length = length_of(inputs)
    mask = () if plan.mask is None else (_rows(ops.cast(plan.mask, "bool")),)
    flags = () if plan.restarts is None else (_rows(ops.cast(plan.restarts.flags, "bool")),)
    restart_states = () if plan.restarts is None else tuple(ops.moveaxis(s, 1, 0) for s in plan.restarts.states)
    cut = () if plan.bptt_steps is None else (carried_back(inputs, plan.bptt_steps),)

    def step(states: States, now: tuple[Tensor, ...]) -> tuple[States, States]:
        read = iter(now)
        take: Callable[[Any], States] = lambda group: tuple(next(read) for _ in group)  # noqa: E731
        projected, on, at, new, kept = next(read), *map(take, (mask, flags, restart_states, cut))
        if cut:
            states = tuple(ops.where(kept[0], state, ops.stop_gradient(state)) for state in states)
        if flags:
            states = tuple(ops.where(at[0], a, b) for a, b in zip(new, states, strict=True))
        after = tuple(cell.step(projected, states, masks))
        if mask:
            after = tuple(ops.where(on[0], a, b) for a, b in zip(after, states, strict=True))
        return after, after[:wanted]

    reads = (ops.moveaxis(inputs, 1, 0), *mask, *flags, *restart_states, *cut)
    last, recorded = scan(step, tuple(initial), reads, length)
    return Unfolded(tuple(ops.moveaxis(stacked(part), 0, 1) for part in recorded), tuple(last))


def _rows(flags: Tensor) -> Tensor:
    return ops.expand_dims(ops.transpose(flags), -1)
