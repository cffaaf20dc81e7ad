"""The linear recurrence h(t) = a(t) ∘ h(t-1) + b(t), for all steps at once.

Two steps in a row are one step of the same form, (a, b) then (a', b') being (a' ∘ a, a' ∘ b + b'); that is associative,
so all prefixes can be made in log₂(time) rounds (Blelloch 1990, section 1.4.1; Martin & Cundy 2018).  The rounds are
those of Hillis & Steele 1986.  ``keras.ops.associative_scan`` takes no unknown length on TensorFlow, which training
has, and was measured at 2.6 times the time (32 × 256 × 256 numbers, two CPU cores).
"""

from __future__ import annotations

import keras
from keras import ops

from chatbot.layers.cells.base import States, Tensor
from chatbot.layers.plan import Plan, Unfolded, carried_back
from chatbot.layers.scan import with_gradient


def unfold(a: Tensor | None, b: Tensor, initial: States, plan: Plan) -> Unfolded:
    """Run a cell whose only state is h(t) = a(t) ∘ h(t-1) + b(t).

    In half precision the sums are made in float32: unlike in one step after the other, products of many a meet here.

    Args:
        a: What is kept of the state, [batch, time, units]; None means 0, nothing.
        b: What is added, [batch, time, units].
        initial: The state before the first step, one tensor [batch, units].
        plan: Masks, restarts, and how far the gradient flows.
    """
    dtype = keras.backend.standardize_dtype(b.dtype)
    if a is None and plan.mask is None:  # nothing comes from the step before
        h = b
    else:
        exact = keras.backend.result_type(dtype, "float32")
        b = ops.cast(b, exact)
        a = ops.zeros_like(b) if a is None else ops.cast(a, exact)
        h = ops.cast(_planned(a, b, ops.cast(initial[0], exact), plan), dtype)
    return Unfolded(() if plan.sequences == 0 else (h,), (h[:, -1],))


def _planned(a: Tensor, b: Tensor, initial: Tensor, plan: Plan) -> Tensor:
    """Each part of the plan makes another a and b: what is done to the state last in a step comes first here."""
    if plan.mask is not None:  # h(t) = h(t-1)
        on = ops.expand_dims(ops.cast(plan.mask, "bool"), -1)
        a, b = ops.where(on, a, ops.ones_like(a)), ops.where(on, b, ops.zeros_like(b))
    if plan.restarts is not None:  # h(t) = a(t) ∘ r(t) + b(t); r is read where it counts alone, it may be anything else
        at = ops.expand_dims(ops.cast(plan.restarts.flags, "bool"), -1)
        (state,) = plan.restarts.states
        state = ops.where(at, ops.cast(state, b.dtype), ops.zeros_like(b))
        a, b = ops.where(at, ops.zeros_like(a), a), b + a * state
    if plan.bptt_steps is not None:  # h(t-1) as a constant where a stretch begins: the same numbers, no gradient
        whole = recurrence(*map(ops.stop_gradient, (a, b, initial)))
        before = ops.stop_gradient(ops.concatenate([ops.expand_dims(initial, 1), whole[:, :-1]], axis=1))
        carried = ops.moveaxis(carried_back(b, plan.bptt_steps), 0, 1)
        a, b = ops.where(carried, a, ops.zeros_like(a)), ops.where(carried, b, b + a * before)
    return recurrence(a, b, initial)


def recurrence(a: Tensor, b: Tensor, initial: Tensor) -> Tensor:
    """h(t) = a(t) ∘ h(t-1) + b(t) for all t.

    Args:
        a: [batch, time, units].
        b: [batch, time, units].
        initial: h before the first step, [batch, units].

    Returns:
        h(1), h(2), …: [batch, time, units].
    """
    first = ops.expand_dims(initial, 1) * a[:, :1]
    return with_gradient(_forward, _backward, (a, ops.concatenate([b[:, :1] + first, b[:, 1:]], axis=1)))[0]


def _forward(a: Tensor, b: Tensor) -> tuple[tuple[Tensor], tuple[Tensor, Tensor]]:
    h = _from_zero(a, b)
    return (h,), (a, h)


def _backward(left: tuple[Tensor, Tensor], upstream: tuple[Tensor]) -> tuple[Tensor, Tensor]:
    """The gradient runs through the same recurrence from the end (Martin & Cundy 2018, section 2.2):

    ∂b(t) = ∂h(t) + a(t+1) ∘ ∂b(t+1)        ∂a(t) = ∂b(t) ∘ h(t-1)
    """
    a, h = left
    none = ops.zeros_like(a[:, :1])
    following = ops.concatenate([a[:, 1:], none], axis=1)
    db = ops.flip(_from_zero(ops.flip(following, axis=1), ops.flip(upstream[0], axis=1)), axis=1)
    return db * ops.concatenate([none, h[:, :-1]], axis=1), db


def _from_zero(a: Tensor, b: Tensor) -> Tensor:
    """The recurrence from h(0) = 0.  After the round with ``stride`` s, (a, h) at t are 2s steps in one, up to t."""
    length = ops.shape(b)[1]
    t = ops.expand_dims(ops.arange(length), -1)

    def join(stride: Tensor, a: Tensor, h: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        inside = t >= stride  # before the first step there is the step that changes nothing: a = 1, b = 0
        earlier_a = ops.where(inside, ops.roll(a, stride, axis=1), ops.ones_like(a))
        earlier_h = ops.where(inside, ops.roll(h, stride, axis=1), ops.zeros_like(h))
        return 2 * stride, a * earlier_a, a * earlier_h + h

    return ops.while_loop(lambda stride, a, h: stride < length, join, (ops.convert_to_tensor(1), a, b))[2]
