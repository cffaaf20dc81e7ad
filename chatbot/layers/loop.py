"""The one time loop: runs a cell over a sequence and returns the state after every step.

Written on TensorFlow (``tf.while_loop`` and ``TensorArray``), since ``keras.ops.scan`` cannot return outputs of another
structure than its carry there.  For a cell with a hand-written one-step gradient, back-propagation through time is a
second loop of ours, and the gradient of the recurrent kernel is one matrix product over all steps; any other cell is
differentiated by TensorFlow.  Inside, time is the first axis.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import tensorflow as tf

from chatbot.layers.cells.base import Cell, States, Tensor


class Restarts(NamedTuple):
    """Steps at which the state is replaced before the step is made (a reply starts from the encoder's state)."""

    flags: Tensor
    """[batch, time] bool: whether to replace the state that came from the step before."""
    states: States
    """The states to go on from, each [batch, time, units]; read only where ``flags`` is set."""


class _Sequence(NamedTuple):
    """What the loops read, time first: everything but the weights."""

    projected: Tensor
    mask: Tensor | None
    flags: Tensor | None
    restart_states: States


def run(
    cell: Cell, projected: Tensor, initial: States, *, mask: Tensor | None = None, restarts: Restarts | None = None
) -> States:
    """The states after every step.

    Args:
        cell: A built cell.
        projected: ``cell.project`` of all steps [batch, time, gates × units].
        initial: The states before the first step, each [batch, units].
        mask: [batch, time] bool; where False, the state is held.
        restarts: Where the state is replaced before a step; see ``Restarts``.

    Returns:
        For each part of the state a tensor [batch, time, units]; the first is the output sequence.
    """
    kernel = tf.convert_to_tensor(cell.recurrent_kernel)
    bias = None if cell.recurrent_bias is None else tf.convert_to_tensor(cell.recurrent_bias)
    flags = None if restarts is None else _time_first(restarts.flags)[..., None]
    fixed_mask = None if mask is None else _time_first(tf.cast(mask, tf.bool))[..., None]
    restart_states = () if restarts is None else tuple(_time_first(s) for s in restarts.states)
    sequence = _Sequence(_time_first(projected), fixed_mask, flags, restart_states)
    unfold = _unfold_with_backward if cell.has_backward else _unfold
    return tuple(_time_first(states) for states in unfold(cell, sequence, kernel, bias, tuple(initial)))


def _time_first(sequence: Tensor) -> Tensor:
    """Swaps the first two axes: [batch, time, …] ↔ [time, batch, …]."""
    axes = [1, 0, *range(2, len(sequence.shape))]
    return tf.transpose(sequence, axes)


def _product(states: States, kernel: Tensor, bias: Tensor | None) -> Tensor:
    product = tf.matmul(states[0], kernel)
    return product if bias is None else product + bias


def _select(flag: Tensor, chosen: States, otherwise: States) -> States:
    return tuple(tf.where(flag, a, b) for a, b in zip(chosen, otherwise, strict=True))


def _forward(
    cell: Cell, sequence: _Sequence, kernel: Tensor, bias: Tensor | None, initial: States, *, traced: bool
) -> tuple[States, States]:
    """The states after every step and, if ``traced``, the cell's traces; all [time, batch, …]."""
    steps = tf.shape(sequence.projected)[0]
    if traced:  # how many tensors a trace has is the cell's business: ask it once, on the first step, unused otherwise
        example = cell.advance_traced(sequence.projected[0], _product(initial, kernel, bias), initial)[1]
    count = len(initial) + (len(example) if traced else 0)
    dtype = sequence.projected.dtype
    arrays = tuple(tf.TensorArray(dtype, size=steps) for _ in range(count))

    def body(t: Tensor, states: States, arrays: tuple[Any, ...]) -> tuple[Tensor, States, tuple[Any, ...]]:
        if sequence.flags is not None:
            states = _select(sequence.flags[t], tuple(s[t] for s in sequence.restart_states), states)
        product = _product(states, kernel, bias)
        trace: States = ()
        if traced:
            after, trace = cell.advance_traced(sequence.projected[t], product, states)
        else:
            after = cell.advance(sequence.projected[t], product, states)
        if sequence.mask is not None:
            after = _select(sequence.mask[t], after, states)
        written = zip(arrays, (*after, *trace), strict=True)
        return t + 1, after, tuple(array.write(t, value) for array, value in written)

    loop = tf.while_loop(
        lambda t, *_: t < steps, body, (tf.constant(0), initial, arrays), maximum_iterations=sequence.projected.shape[0]
    )
    stacked = tuple(array.stack() for array in loop[2])
    return stacked[: len(initial)], stacked[len(initial) :]


def _unfold(cell: Cell, sequence: _Sequence, kernel: Tensor, bias: Tensor | None, initial: States) -> States:
    return _forward(cell, sequence, kernel, bias, initial, traced=False)[0]


def _unfold_with_backward(
    cell: Cell, sequence: _Sequence, kernel: Tensor, bias: Tensor | None, initial: States
) -> States:
    """``_unfold`` with the cell's own gradient: every tensor that has one is an argument of the inner function."""
    parts = len(initial)
    weights = (kernel,) if bias is None else (kernel, bias)

    @tf.custom_gradient
    def unfold(projected: Tensor, *rest: Tensor) -> tuple[States, Any]:
        kernel, bias = rest[0], rest[1] if len(weights) > 1 else None
        states = rest[len(weights) :]
        initial = tuple(states[:parts])
        own = sequence._replace(projected=projected, restart_states=tuple(states[parts:]))
        after, traces = _forward(cell, own, kernel, bias, initial, traced=True)

        def gradient(*upstream: Tensor) -> tuple[Tensor, ...]:
            return _backward(cell, own, kernel, bias, initial, (after, traces), tuple(upstream))

        return after, gradient

    return tuple(unfold(sequence.projected, *weights, *initial, *sequence.restart_states))


def _backward(
    cell: Cell,
    sequence: _Sequence,
    kernel: Tensor,
    bias: Tensor | None,
    initial: States,
    results: tuple[States, States],
    upstream: States,
) -> tuple[Tensor, ...]:
    """Back-propagation through time: gradients of projected, kernel, bias, initial states and restart states."""
    after, traces = results
    before = tuple(tf.concat([first[None], states[:-1]], axis=0) for first, states in zip(initial, after, strict=True))
    if sequence.flags is not None:
        before = _select(sequence.flags, sequence.restart_states, before)
    carried, arrays = _backward_loop(cell, sequence, kernel, before, traces, upstream)
    d_projected, d_product, *d_restarts = (array.stack() for array in arrays)
    flat = [-1, d_product.shape[-1]]
    d_kernel = tf.matmul(
        tf.reshape(before[0], [-1, before[0].shape[-1]]), tf.reshape(d_product, flat), transpose_a=True
    )
    d_bias = () if bias is None else (tf.reduce_sum(d_product, axis=[0, 1]),)
    return (d_projected, d_kernel, *d_bias, *carried, *d_restarts)


def _backward_loop(
    cell: Cell, sequence: _Sequence, kernel: Tensor, before: States, traces: States, upstream: States
) -> tuple[States, tuple[Any, ...]]:
    """From the last step to the first: the gradient of the initial states, and arrays of (projected, product,
    restart states)."""
    steps = tf.shape(sequence.projected)[0]
    count = 2 + len(sequence.restart_states)
    arrays = tuple(tf.TensorArray(kernel.dtype, size=steps) for _ in range(count))
    nothing = tuple(tf.zeros_like(states[0]) for states in before)

    def body(t: Tensor, carried: States, arrays: tuple[Any, ...]) -> tuple[Tensor, States, tuple[Any, ...]]:
        gradients = tuple(above[t] + later for above, later in zip(upstream, carried, strict=True))
        held = nothing
        if sequence.mask is not None:  # a masked step is the identity: its gradient passes by the cell
            held = _select(sequence.mask[t], nothing, gradients)
            gradients = _select(sequence.mask[t], gradients, nothing)
        d_projected, d_product, d_before = cell.backward(
            tuple(trace[t] for trace in traces), tuple(states[t] for states in before), gradients
        )
        d_before = (d_before[0] + tf.matmul(d_product, kernel, transpose_b=True), *d_before[1:])
        if sequence.mask is not None:
            d_before = tuple(a + b for a, b in zip(d_before, held, strict=True))
        written: tuple[Tensor, ...] = (d_projected, d_product)
        if sequence.flags is not None:  # the gradient leaves the loop where the state came in
            written += _select(sequence.flags[t], d_before, nothing)
            d_before = _select(sequence.flags[t], nothing, d_before)
        return t - 1, d_before, tuple(array.write(t, value) for array, value in zip(arrays, written, strict=True))

    loop = tf.while_loop(
        lambda t, *_: t >= 0, body, (steps - 1, nothing, arrays), maximum_iterations=sequence.projected.shape[0]
    )
    return loop[1], loop[2]
