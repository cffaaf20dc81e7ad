"""What holds for gradients: they are the slopes of what they are the gradients of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from keras import ops

from chatbot.errors import LayerError
from chatbot.layers import steps
from chatbot.layers.cells.base import Cell, States, Tensor
from chatbot.layers.plan import Plan, Restarts
from chatbot.layers.recurrent import Recurrent
from chatbot.layers.testing.compare import Findings, all_off, numbers, off
from chatbot.layers.testing.gradients import differentiated, precision, slope
from chatbot.layers.testing.subject import BATCH, STEPS, Numbers, Subject, weights_of, with_weights


class LeftOut(Exception):  # noqa: N818 (nothing is wrong)
    """A law says nothing of this cell, or cannot be examined here; the reason is the message."""


def the_gradient_of_a_step(subject: Subject) -> Findings:
    """The gradients of one step are its slopes: those of the input, of every part of the state and of every weight."""
    dtype = precision().dtype
    cell, given = subject.cell(dtype), subject.numbers(dtype)
    run = with_weights(cell, lambda x, *states: cell.step(cell.project(x), states), 1 + len(given.initial))
    sources = {"the input": given.inputs[:, 0], **dict(zip(subject.part_names(), given.initial, strict=True))}
    yield from _not_the_slopes(run, {**sources, **weights_of(cell)}, (BATCH, subject.units), len(given.initial))


def the_gradient_of_a_sequence(subject: Subject) -> Findings:
    """The gradients of a sequence are its slopes, plain and with a mask and restarts."""
    dtype = precision().dtype
    cell, given = subject.cell(dtype), subject.numbers(dtype)
    layer, parts = subject.layer(dtype, cell), len(given.initial)
    shape = (BATCH, STEPS, subject.units)
    for masked in (False, True):
        sources = _sources(subject, given, restarted=masked)
        run = with_weights(cell, _unfolded(layer.unfold, given, parts, masked), len(sources))
        what = "with mask and restarts, " if masked else ""
        yield from _not_the_slopes(run, {**sources, **weights_of(cell)}, shape, parts, what)


def _sources(subject: Subject, given: Numbers, restarted: bool) -> dict[str, np.ndarray]:
    names = subject.part_names()
    sources = {"the inputs": given.inputs, **dict(zip(names, given.initial, strict=True))}
    if restarted:
        sources |= {f"{name} of the restarts": s for name, s in zip(names, given.restart_states, strict=True)}
    return sources


def _unfolded(unfold: Callable[..., States], given: Numbers, parts: int, masked: bool) -> Callable[..., States]:
    """A layer's ``unfold`` as a function of inputs, initial states and, if masked, restart states."""

    def run(inputs: Tensor, *rest: Tensor) -> States:
        if not masked:
            return unfold(inputs, rest[:parts])
        restarts = Restarts(ops.convert_to_tensor(given.flags), rest[parts:])
        return unfold(inputs, rest[:parts], mask=ops.convert_to_tensor(given.mask), restarts=restarts)

    return run


def _not_the_slopes(
    run: Callable[..., Sequence[Tensor]],
    sources: dict[str, np.ndarray],
    shape: tuple[int, ...],
    outputs: int,
    what: str = "",
) -> Findings:
    rng, arguments = np.random.default_rng(2), list(sources.values())
    upstream = [rng.normal(size=shape) for _ in range(outputs)]
    gradients = [numbers(gradient) for gradient in differentiated(run, arguments, upstream)[1]]
    along = [rng.normal(size=argument.shape) for argument in arguments]

    def along_those(which: list[bool], name: str) -> Findings:
        length = np.sqrt(sum(float((d**2).sum()) for d, moved in zip(along, which, strict=True) if moved))
        directions = [d / length if moved else np.zeros_like(d) for d, moved in zip(along, which, strict=True)]
        found = sum(float((g * d).sum()) for g, d in zip(gradients, directions, strict=True))
        expected = slope(run, arguments, directions, upstream)
        yield from off(f"{what}slope of {name} in a random direction", found, expected, precision().of_slopes)

    everything = list(along_those([True] * len(along), "everything at once"))
    if everything:  # now it is worth the time to say of what
        each = [along_those([name == one for one in sources], name) for name in sources]
        yield from [finding for findings in each for finding in findings] or everything


def the_gradient_by_hand(subject: Subject) -> Findings:
    """``advance_traced`` gives what ``advance`` gives, and ``backward`` its gradient, of rows and of columns."""
    dtype, _, _, tolerance = precision()
    cell = subject.cell(dtype)
    if not cell.fused:
        raise LeftOut("the cell has no gradient by hand")
    rng, names = np.random.default_rng(3), subject.part_names()
    projected, product = map(ops.convert_to_tensor, rng.normal(size=(2, BATCH, cell.gates * cell.units)).astype(dtype))
    sums = cell.sums(projected, product, axis=-1)
    states, upstream = ([rng.normal(size=(BATCH, cell.units)).astype(dtype) for _ in names] for _ in range(2))
    count, given = len(sums), [*sums, *map(ops.convert_to_tensor, states)]
    after, gradients = differentiated(lambda *all_: cell.advance(all_[:count], all_[count:]), given, upstream)
    sources = [*(f"sum {number}" for number in range(count)), *names]
    for what, turn in (("rows", lambda x: x), ("columns", ops.transpose)):
        traced, found = _by_hand(cell, [turn(part) for part in given], [turn(part) for part in upstream])
        turned = [turn(part) for part in after]
        yield from all_off(f"of {what}, advance_traced beside advance", names, traced, turned, tolerance)
        turned = [turn(part) for part in gradients]
        yield from all_off(f"of {what}, gradient", sources, found, turned, tolerance)


def _by_hand(cell: Cell, given: list[Tensor], upstream: list[Any]) -> tuple[States, list[Tensor]]:
    parts = len(cell.state_names)
    sums, states = tuple(given[:-parts]), tuple(given[-parts:])
    traced, trace = cell.advance_traced(sums, states)
    d_sums, d_states = cell.backward(trace, states, tuple(map(ops.convert_to_tensor, upstream)))
    found = [ops.zeros_like(s) if d is None else d for d, s in zip(d_states, states, strict=True)]
    return traced, [*d_sums, *found]


def every_way_is_the_same(subject: Subject) -> Findings:
    """A cell that is fused, or made all at once, gives the values and gradients of one step after the other."""
    dtype, _, _, tolerance = precision()
    cell, given = subject.cell(dtype), subject.numbers(dtype)
    if not cell.fused and type(cell).at_once is Cell.at_once:
        raise LeftOut("there is but one way to run the cell")
    names, parts = subject.part_names(), len(given.initial)
    ways: list[dict[str, Any]] = [{}, {"bptt_steps": 2}, *([{"recompute": True}] if _may_recompute(cell) else [])]
    for masked in (False, True):
        sources = _sources(subject, given, restarted=masked)
        arguments = {**sources, **weights_of(cell)}
        for way in ways:
            both = []
            for unfold in (subject.layer(dtype, cell, **way).unfold, _one_by_one(cell, way.get("bptt_steps"))):
                run = with_weights(cell, _unfolded(unfold, given, parts, masked), len(sources))
                both.append(differentiated(run, list(arguments.values())))
            what = ", ".join([*(["mask and restarts"] if masked else []), *(f"{k}={v}" for k, v in way.items())])
            what = f"({what}) " if what else ""
            (found, found_gradients), (expected, gradients) = both
            yield from all_off(f"{what}value", names, found, expected, tolerance)
            yield from all_off(f"{what}gradient", list(arguments), found_gradients, gradients, tolerance)


def _may_recompute(cell: Cell) -> bool:
    try:
        Recurrent(cell, recompute=True)
    except LayerError:
        return False
    return True


def _one_by_one(cell: Cell, bptt_steps: int | None) -> Callable[..., States]:
    def unfold(inputs: Tensor, initial: States, mask: Any = None, restarts: Any = None) -> States:
        plan = Plan(mask, restarts, bptt_steps)
        return steps.run_any(cell, cell.project(inputs), initial, plan).sequences

    return unfold
