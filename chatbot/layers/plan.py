"""How a sequence is to be run, and what running a cell over one gives."""

from __future__ import annotations

from typing import Any, NamedTuple

from keras import ops

from chatbot.layers.cells.base import States, Tensor


class Restarts(NamedTuple):
    """Steps at which the state is replaced before the step is made (a reply starts from the encoder's state)."""

    flags: Tensor
    """[batch, time] bool: whether to replace the state that came from the step before."""
    states: States
    """The states to go on from, each [batch, time, units]; read only where ``flags`` is set."""


class Plan(NamedTuple):
    """How a sequence is run, beside the cell and the inputs."""

    mask: Tensor | None = None
    """[batch, time] bool: where False, the state is held."""
    restarts: Restarts | None = None
    """Where the state is replaced before a step."""
    bptt_steps: int | None = None
    """Truncated back-propagation (Williams & Peng 1990): no gradient flows in the state across multiples of this."""
    recompute: bool = False
    """Keep no traces for the backward pass but make them again from the states: less memory, more time."""
    sequences: int | None = None
    """How many parts of the state are wanted after every step, from the first; None means all."""


class Unfolded(NamedTuple):
    """What running a cell over a sequence gives."""

    sequences: States
    """The wanted parts of the state after every step, each [batch, time, units]; the first is the output."""
    last: States
    """All parts after the last step, each [batch, units]."""


def length_of(inputs: Tensor) -> Any:
    """The number of steps of inputs [batch, time, …]: an int where it is known, else a tensor."""
    return inputs.shape[1] or ops.shape(inputs)[1]


def carried_back(inputs: Tensor, steps: int) -> Tensor:
    """Where truncated back-propagation lets the gradient of the state pass to the step before: [time, 1, 1] bool.

    False where a stretch of ``steps`` begins, but for the first: the initial state has its gradient.
    """
    time = ops.arange(length_of(inputs))
    return ops.logical_or(time % steps != 0, time == 0)[:, None, None]
