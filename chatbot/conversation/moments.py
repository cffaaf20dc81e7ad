"""A moment of a conversation: a turn, how it came about, and what it added to the memory.

The memory after any moment is put together again from what the moments up to it added, number for number: an annotation
is held once, however many moments remember it.  Where moments are kept is the business of ``session`` and ``store``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from chatbot.config import SamplingConfig
from chatbot.runtime.engine import Array, State
from chatbot.runtime.memory import Memory
from chatbot.text.template import Turn

Luck = dict[str, Any]
"""State of a random generator before it drew a reply, in plain values, ready for JSON; drawn from again, it repeats."""


@dataclass(frozen=True)
class Facts:
    """How a turn came about; None for what is not known, as of a turn that was said elsewhere."""

    time: float | None = None
    """When it had been said: seconds since 1970."""
    seconds: float | None = None
    """What the model took to say it."""
    tokens: int | None = None
    """Pieces it consists of, without the end."""
    model: str | None = None
    """Name of the model that said it, safe to show."""
    fingerprint: str | None = None
    """Of that model; see ``Voice.fingerprint``."""
    sampling: SamplingConfig | None = None
    """How it was chosen, the seed included."""
    luck: Luck | None = None
    """What the seed had become by then: with the same memory and sampling it gives the same reply."""
    stopped: bool = False
    """Whether it was ended before its end."""

    @property
    def tokens_per_second(self) -> float | None:
        """How fast it was said; None if that is not known."""
        return self.tokens / self.seconds if self.tokens is not None and self.seconds else None


@dataclass(frozen=True, eq=False)
class Gain:
    """What reading one turn added to the memory."""

    state: State
    """After the turn, each part [1, units]."""
    annotations: Array
    """[k, units]: those of the turn that were in the memory after it, the oldest first."""
    ids: NDArray[np.int32]
    """[k]: their tokens."""
    positions: int
    """How many annotations the memory held after it: these k, and the rest from the turns before."""
    model: str
    """Fingerprint of the model whose memory it is."""

    @classmethod
    def of(cls, after: Memory, read: int, model: str) -> Self:
        """What the last ``read`` tokens added to the memory ``after`` them."""
        start = max(0, len(after.ids) - read)
        # Copies, since a view would keep the whole memory of every moment alive.
        return cls(after.state, after.annotations[start:].copy(), after.ids[start:].copy(), len(after.ids), model)


@dataclass(frozen=True, eq=False)
class Moment:
    """One turn, and everything that is kept with it.  Two moments are the same only if they are one object."""

    turn: Turn
    facts: Facts = field(default_factory=Facts)
    gain: Gain | None = None
    """None if it is not known (any more); the turn is then read again where its memory is needed."""


def recall(moments: Sequence[Moment], end: int) -> Memory | None:
    """The memory after the first ``end`` >= 1 moments, from their gains; None if one that it takes is not known."""
    last = moments[end - 1].gain
    if last is None:
        return None
    missing, found = last.positions, [last]
    for index in range(end - 1, -1, -1):
        gain = moments[index].gain
        if gain is None or gain.model != last.model:
            return None
        if gain is not last:
            found.append(gain)
        missing -= len(gain.ids)
        if missing <= 0:
            break
    if missing > 0:
        return None
    annotations = np.concatenate([gain.annotations for gain in reversed(found)])
    ids = np.concatenate([gain.ids for gain in reversed(found)])
    start = len(ids) - last.positions
    return Memory(last.state, annotations[start:].copy(), ids[start:].copy())
