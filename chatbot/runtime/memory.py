"""What the model knows of a conversation: the carried state, and the annotations of the last positions.

A memory is a value: reading a turn gives a new one and leaves the old as it was, so a conversation can be taken back,
saved and compared.  Its size is bounded, so a turn costs the same however long the conversation is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from chatbot.runtime.engine import Array, Engine, State


@dataclass(frozen=True, eq=False)
class Memory:
    """The recurrent state and a window of annotations; n is at most ``memory_positions``."""

    state: State
    """Of the encoder after the last token, each part [1, units]."""
    annotations: Array
    """[n, units], the oldest first."""
    ids: NDArray[np.int32]
    """[n]: the tokens that the annotations belong to, which is what copying copies."""

    @classmethod
    def empty(cls, engine: Engine) -> Self:
        """Of a conversation in which nothing was said."""
        return cls(engine.initial_state(), np.zeros((0, engine.config.units), np.float32), np.zeros(0, np.int32))

    def read(self, engine: Engine, ids: Sequence[int]) -> Memory:
        """The memory after reading some more tokens, from where this one left off; whole turns, so that one looks back
        from their ends."""
        if not len(ids):
            return self
        state, positions = self.state, engine.config.memory_positions
        kept: list[Array] = []
        for number, token in enumerate(ids):
            state, annotation = engine.encode_step(int(token), state)
            if len(ids) - number <= positions:  # what would fall out of the window again need not be held
                kept.append(annotation)
        gained = np.stack(kept) + engine.look_back(ids[-positions:])
        annotations = np.concatenate([self.annotations, gained])[-positions:]
        window = np.concatenate([self.ids, np.asarray(ids, np.int32)])[-positions:]
        return Memory(state, annotations.copy(), window.copy())  # a view would keep all of a long turn alive
