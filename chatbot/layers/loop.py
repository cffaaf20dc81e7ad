"""The fused way over a sequence, for cells with a one-step gradient of their own (``Cell.fused``).

Back-propagation through time is a second loop of ours, and the gradients of the kernels are one matrix product each
over all steps.  Inside, a tensor of one step is [features, batch] and of all steps [time, features, batch], with the
transposed kernel on the left of the products: measured on two CPU cores, weights on the right or transposed anew at
each step make them two to five times slower; and a gate is then a contiguous block that costs nothing to cut out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from keras import ops

from chatbot.layers.cells.base import Cell, States, Tensor
from chatbot.layers.plan import Plan, Unfolded, carried_back, length_of
from chatbot.layers.scan import columns, scan, stacked, with_gradient


class _Given(NamedTuple):
    """Everything that has a gradient, or may have one, in columns; what is absent is an empty tuple."""

    inputs: Tensor
    kernel: Tensor
    recurrent_kernel: Tensor
    biases: tuple[tuple[Tensor, ...], ...]
    initial: States
    restart_states: States
    switches: tuple[tuple[Tensor, ...], ...]
    """mask, restart flags and, for truncation, what is carried back: 0 or 1, each [time, 1, batch or 1]."""


def run(cell: Cell, inputs: Tensor, initial: States, plan: Plan) -> Unfolded:
    """Run a cell that is ``fused``.

    Args:
        cell: A built cell.
        inputs: [batch, time, features].
        initial: The states before the first step, each [batch, units].
        plan: Masks, restarts, and how the gradient is made.
    """
    assert cell.fused
    tensor, dtype = ops.convert_to_tensor, inputs.dtype
    restarts = plan.restarts
    given = _Given(
        inputs,
        tensor(cell.kernel),
        tensor(cell.recurrent_kernel),
        tuple(() if bias is None else (tensor(bias),) for bias in (cell.input_bias, cell.recurrent_bias)),
        tuple(ops.transpose(state) for state in initial),
        () if restarts is None else tuple(ops.transpose(state, (1, 2, 0)) for state in restarts.states),
        (
            () if plan.mask is None else (_switch(plan.mask, dtype),),
            () if restarts is None else (_switch(restarts.flags, dtype),),
            () if plan.bptt_steps is None else (ops.cast(carried_back(inputs, plan.bptt_steps), dtype),),
        ),
    )
    wanted = len(initial) if plan.sequences is None else plan.sequences
    length = length_of(inputs)

    def forward(*arguments: Any) -> tuple[tuple[Tensor, ...], Any]:
        return _forward(cell, _Given(*arguments), length, wanted, keep=not plan.recompute)

    def backward(left: Any, upstream: tuple[Tensor, ...]) -> tuple[Any, ...]:
        return tuple(_backward(cell, left, upstream, length, wanted))

    outputs = with_gradient(forward, backward, tuple(given))
    return Unfolded(outputs[:wanted], outputs[wanted:])


def _switch(flags: Tensor, dtype: Any) -> Tensor:
    return ops.expand_dims(ops.transpose(ops.cast(flags, dtype)), 1)


def _blend(switch: Tensor, chosen: Tensor, otherwise: Tensor) -> Tensor:
    """``where(switch, chosen, otherwise)`` for a switch of 0 or 1 and finite tensors: exact, and vectorised."""
    return switch * chosen + (1.0 - switch) * otherwise


class _Weights(NamedTuple):
    """What a step multiplies with: turned once, outside the loop."""

    kernels: tuple[Tensor, ...]
    """The kernel of the inputs, then that of the state; of each first the gates that get the sum of their products,
    then, if there are any, those that get them apart."""
    biases: tuple[tuple[Tensor, ...], ...]
    """The bias of each, [features, 1]; empty if there is none."""


def _turned_weights(cell: Cell, given: _Given) -> _Weights:
    last = (cell.gates - cell.apart) * cell.units
    parts = (slice(None, last), slice(last, None)) if cell.apart else (slice(None),)
    return _Weights(
        tuple(ops.transpose(kernel[:, part]) for kernel in (given.kernel, given.recurrent_kernel) for part in parts),
        tuple(tuple(vector[part, None] for vector in bias) for bias in given.biases for part in parts),
    )


def _traced_step(cell: Cell, weights: _Weights, inputs: Tensor, before: States) -> tuple[States, States]:
    """One step in columns: inputs [features, batch].  To project them here costs no more than to project all steps at
    once, and nothing has to be kept or turned around.  What is apart is multiplied apart: what is made in the place of
    a part of a product would keep all of it."""
    half = len(weights.kernels) // 2
    products = [
        ops.matmul(kernel, x)
        for kernel, x in zip(weights.kernels, (*[inputs] * half, *[before[0]] * half), strict=True)
    ]
    products = [sum(bias, product) for product, bias in zip(products, weights.biases, strict=True)]
    sums = [products[0] + products[half], *products[1:half], *products[half + 1 :]]
    counts = (cell.gates - cell.apart, cell.apart, cell.apart)
    parts = (ops.split(part, count, axis=0) for part, count in zip(sums, counts, strict=False))
    return cell.advance_traced(tuple(gate for part in parts for gate in part), before)


def _forward(cell: Cell, given: _Given, length: Any, wanted: int, keep: bool) -> tuple[tuple[Tensor, ...], Any]:
    """(the wanted sequences and the last states, what the backward pass needs)."""
    weights, parts = _turned_weights(cell, given), len(given.initial)
    mask, flags, _ = given.switches

    def step(states: States, now: tuple[Tensor, ...]) -> tuple[States, States]:
        inputs, switches, restart = now[0], now[1 : 1 + len(mask + flags)], now[1 + len(mask + flags) :]
        if flags:
            states = tuple(_blend(switches[-1], new, old) for new, old in zip(restart, states, strict=True))
        after, trace = _traced_step(cell, weights, inputs, states)
        if mask:
            after = tuple(_blend(switches[0], new, old) for new, old in zip(after, states, strict=True))
        return after, (*after[:wanted], *states, *(trace if keep else ()))

    reads = (ops.transpose(given.inputs, (1, 2, 0)), *mask, *flags, *given.restart_states)
    last, recorded = scan(step, given.initial, reads, length)
    outputs = tuple(ops.transpose(stacked(part), (2, 0, 1)) for part in recorded[:wanted])
    before, traces = recorded[wanted : wanted + parts], recorded[wanted + parts :]
    return (*outputs, *(ops.transpose(part) for part in last)), (given, before, traces)


def _backward(cell: Cell, left: Any, upstream: tuple[Tensor, ...], length: Any, wanted: int) -> _Given:
    """Back-propagation through time: gradients in the structure of what was given."""
    given, before, traces = left
    given = _Given(*given)
    batch, time, features = ops.shape(given.inputs)
    first, recorded = _backward_loop(cell, given, before, traces, upstream, wanted, length)
    d_sums = columns(recorded[0], length)
    d_product, d_projected = d_sums[cell.apart * cell.units :], d_sums[: cell.gates * cell.units]
    states = ops.reshape(ops.transpose(stacked(before[0]), (0, 2, 1)), (time * batch, cell.units))
    inputs = ops.reshape(ops.transpose(given.inputs, (1, 0, 2)), (time * batch, features))
    d_kernel = _turned(cell, ops.matmul(d_projected, inputs), back=True)
    to_inputs = given.kernel if not cell.apart else ops.transpose(_turned(cell, ops.transpose(given.kernel)))
    d_inputs = ops.reshape(ops.matmul(to_inputs, d_projected), (features, time, batch))
    d_biases = (
        tuple(_turned(cell, ops.sum(d_projected, axis=1), back=True) for _ in given.biases[0]),
        tuple(ops.sum(d_product, axis=1) for _ in given.biases[1]),
    )
    return _Given(
        ops.transpose(d_inputs, (2, 1, 0)),
        ops.transpose(d_kernel),
        ops.transpose(ops.matmul(d_product, states)),
        d_biases,
        first,
        tuple(stacked(part) for part in recorded[1:]),
        tuple(tuple(ops.zeros_like(switch) for switch in switches) for switches in given.switches),
    )


def _turned(cell: Cell, gates: Tensor, *, back: bool = False) -> Tensor:
    """Gates along the first axis in the order in which their gradients are recorded: the last ``apart`` come first."""
    shift = cell.apart * cell.units
    return ops.roll(gates, -shift if back else shift, axis=0) if shift else gates


def _backward_loop(
    cell: Cell, given: _Given, before: Any, traces: Any, upstream: tuple[Tensor, ...], wanted: int, length: Any
) -> tuple[States, tuple[Any, ...]]:
    """From the last step to the first: the gradient of the initial states, and what was recorded at every step: the
    gradients of the sums and of the restart states.  That of the inputs is one product of all steps."""
    parts, gates, together = len(given.initial), cell.gates, cell.gates - cell.apart
    mask, flags, cut = given.switches
    above = tuple(ops.transpose(part, (1, 2, 0)) for part in upstream[:wanted])
    inputs = () if traces else (ops.transpose(given.inputs, (1, 2, 0)),)
    weights = _turned_weights(cell, given)

    def step(carried: States, now: tuple[Tensor, ...]) -> tuple[States, tuple[Tensor, ...]]:
        read = iter(now)
        take: Callable[[int], States] = lambda count: tuple(next(read) for _ in range(count))  # noqa: E731
        gradients, states, trace, on, at, back = map(
            take, (wanted, parts, len(traces), len(mask), len(flags), len(cut))
        )
        if inputs:
            trace = _traced_step(cell, weights, next(read), states)[1]
        carried = (*(a + b for a, b in zip(carried, gradients, strict=False)), *carried[wanted:])
        passing = tuple(on[0] * part for part in carried) if mask else carried
        d_sums, direct = cell.backward(trace, states, passing)
        # The projections that stand apart first: then those of the projection lie together, and of the product too.
        d_sums = ops.concatenate((*d_sums[together:gates], *d_sums[:together], *d_sums[gates:]), axis=0)
        d_product = d_sums[cell.apart * cell.units :]
        through = ops.matmul(given.recurrent_kernel, d_product)
        after = (through if direct[0] is None else through + direct[0], *direct[1:])
        if mask:  # a masked step is the identity: its gradient passes by the cell
            after = tuple(part + (1.0 - on[0]) * whole for part, whole in zip(after, carried, strict=True))
        leaving: States = ()
        if flags:  # the gradient leaves the loop where the state came in
            leaving, after = tuple(at[0] * p for p in after), tuple((1.0 - at[0]) * p for p in after)
        if cut:
            after = tuple(back[0] * part for part in after)
        return after, (d_sums, *leaving)

    reads = (*above, *before, *traces, *mask, *flags, *cut, *inputs)
    start = tuple(ops.transpose(part) for part in upstream[wanted:])
    return scan(step, start, reads, length, reverse=True)
