"""What a model thought while it said a reply: recorded when asked for, so that it can be looked at.

For each piece: how likely it was and what else was likely, whether it was copied, where the decoder looked and from
where it would have copied, and the recurrent state.  Showing any of it is the business of the user interface.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chatbot.runtime.engine import Array, Decoded, Engine, State
from chatbot.runtime.memory import Memory
from chatbot.runtime.speaker import Speaker, Speech
from chatbot.text.template import SYMBOLS
from chatbot.text.tokenizer import Tokenizer

ALTERNATIVES = 5
"""How many of the likeliest pieces are recorded for each that was said."""


class Alternative(NamedTuple):
    """A piece that could have been said."""

    token: int
    piece: str
    """As SentencePiece writes it ("▁the", "<0x0A>", "<end>"); not yet safe to show."""
    probability: float


@dataclass(frozen=True, eq=False)
class Choice:
    """One piece of a reply, and what the model thought when it was chosen.  n is the positions of the memory."""

    token: int
    piece: str
    """As SentencePiece writes it; not yet safe to show."""
    text: str
    """What could be seen of the reply with this piece and not before it, safe to show; empty amid a character."""
    probability: float
    """Of the piece under the model: before temperature, filters and rules, but 0 for an end of nothing said."""
    alternatives: tuple[Alternative, ...]
    """The five likeliest pieces, the likeliest first; the one that was said may be among them."""
    copy: float
    """Probability that the piece is copied from the conversation."""
    attention: Array
    """[n]: where the decoder looked; sums to at most 1."""
    pointer: Array
    """[n]: from where it would copy; sums to at most 1."""
    state: State
    """Of the decoder, from which the piece was chosen: after all pieces before it, each part [1, units]."""


class Trace:
    """A reply as it is thought, choice by choice; give an empty one to ``Conversation.stream``.

    Choices are only ever appended, so another thread may read while the reply is said; if a reply is begun a second
    time (see ``Voice.speak``), so is its list.
    """

    def __init__(self) -> None:
        self.choices: list[Choice] = []
        """The pieces of the reply so far."""
        self.ids: NDArray[np.int32] = np.zeros(0, np.int32)
        """[n]: the tokens of the memory that the reply is said from, the oldest first: what attention is over."""
        self.pieces: tuple[str, ...] = ()
        """[n]: those tokens as SentencePiece writes them; not yet safe to show."""

    @property
    def text(self) -> str:
        """The reply so far."""
        return "".join(choice.text for choice in self.choices)

    def begin(self, memory: Memory, tokenizer: Tokenizer) -> None:
        """Start over with a reply from this memory."""
        self.choices, self.ids = [], memory.ids
        self.pieces = tuple(tokenizer.piece(token) for token in memory.ids)


def likeliest(log_probs: Array) -> list[int]:
    """The ids of the five highest of ``log_probs`` [V], the highest first; of equal ones the lowest id first."""
    left, best = log_probs.copy(), []
    for _ in range(min(ALTERNATIVES, len(left))):  # five times the highest: a quarter of the time of a partition
        best.append(int(left.argmax()))
        left[best[-1]] = -np.inf
    return best


class _Step(NamedTuple):
    before: Speech  # held, so that no other object gets its identity
    decoded: Decoded
    log_probs: Array
    after: Speech


class Witness(Speaker):
    """A speaker that remembers its steps, and of those that led to a reply tells what was thought at each.

    A search tries many steps that lead nowhere: the path is known only once its tokens are, so it is followed then.
    """

    def __init__(self, engine: Engine, tokenizer: Tokenizer, memory: Memory) -> None:
        super().__init__(engine, tokenizer, memory)
        self._tokenizer = tokenizer
        self._positions = len(memory.ids)
        self._steps: dict[tuple[int, int], _Step] = {}
        self._said, self._speech = SYMBOLS["assistant"], self.start

    def step(self, token: int, speech: Speech) -> tuple[Array, Speech]:
        """As of ``Speaker``, remembered."""
        log_probs, after = super().step(token, speech)
        self._steps[token, id(speech)] = _Step(speech, self._decoded, log_probs, after)
        return log_probs, after

    def _mix(self, decoded: Decoded) -> Array:
        self._decoded = decoded
        return super()._mix(decoded)

    def chosen(self, token: int, text: str) -> Choice:
        """What was thought when ``token``, the next of the reply, was chosen, with which ``text`` became visible."""
        key = (self._said, id(self._speech))
        if key not in self._steps:
            self.step(self._said, self._speech)
        _, decoded, log_probs, after = self._steps.pop(key)
        self._said, self._speech = token, after
        piece, positions = self._tokenizer.piece, self._positions
        return Choice(
            token=token,
            piece=piece(token),
            text=text,
            probability=math.exp(log_probs[token]),
            alternatives=tuple(Alternative(i, piece(i), math.exp(log_probs[i])) for i in likeliest(log_probs)),
            copy=decoded.copy,
            attention=decoded.attention[:positions],
            pointer=decoded.pointer[:positions],
            state=decoded.state,
        )
