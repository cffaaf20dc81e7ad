"""What is looked at: a conversation as it was at one moment, with what it takes to read it again.

A value, so that a thread may look at it while the conversation goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from chatbot.conversation.moments import Moment, recall
from chatbot.runtime.engine import Array, Gates, State
from chatbot.runtime.memory import Memory
from chatbot.text.template import SYMBOLS, Turn, encode_turn


class Reader(Protocol):
    """The part of ``Engine`` that reads; threads may share it."""

    def initial_state(self) -> State:
        """Of an empty conversation."""

    def encode_step(self, token: int, state: State) -> tuple[State, Array]:
        """Read one token: the next state and the annotation."""

    def gates(self, token: int, state: State) -> Gates | None:
        """What the gates do meanwhile; None if that cannot be said."""


class Pieces(Protocol):
    """The part of ``Tokenizer`` that is needed."""

    def encode(self, text: str) -> list[int]:
        """The ids of a text."""

    def piece(self, token: int) -> str:
        """An id as SentencePiece writes it."""


@dataclass(frozen=True, eq=False, repr=False)
class Subject:
    """A conversation, to be looked at."""

    reader: Reader
    tokenizer: Pieces
    layers: int
    """Of the encoder; its state has the same number of parts for each."""
    moments: tuple[Moment, ...]
    memory: Memory
    fingerprint: str
    """Of the model; the gain of another one is not looked at."""
    tied: bool = False
    """Whether it speaks with the layers that it reads with."""

    @classmethod
    def of(cls, conversation: Any) -> Subject | None:
        """What a conversation is now; None if it is none that can be looked into (scripted ones in tests)."""
        voice = getattr(conversation, "voice", None)
        if voice is None:
            return None
        return cls(
            reader=voice.engine,
            tokenizer=voice.tokenizer,
            layers=voice.engine.config.layers,
            moments=tuple(conversation.moments),
            memory=conversation.memory,
            fingerprint=voice.fingerprint,
            tied=voice.engine.config.tied,
        )

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What was said."""
        return tuple(moment.turn for moment in self.moments)

    def ids(self, turn: int) -> list[int]:
        """What is read of a turn."""
        return ids_of(self.tokenizer, self.moments[turn].turn)

    def state_after(self, turns: int) -> State | None:
        """The state after the first ``turns`` turns as it was kept; None if it was not, or by another model."""
        if turns == 0:
            return self.reader.initial_state()
        gain = self.moments[turns - 1].gain
        return gain.state if gain is not None and gain.model == self.fingerprint else None

    def memory_after(self, turns: int) -> Memory | None:
        """The memory after the first ``turns`` turns as it was kept; None if it was not, or by another model."""
        if turns == 0 or self.state_after(turns) is None:
            return None
        return recall(self.moments, turns)


def ids_of(tokenizer: Pieces, turn: Turn) -> list[int]:
    """What is read of a turn."""
    return encode_turn(tokenizer, turn)  # type: ignore[arg-type]  # it asks for the whole class, and needs ``encode``


_SYMBOLS = set(SYMBOLS.values())


def turns_of(ids: Sequence[int], after: int) -> list[int]:
    """For each token of a memory the number of its turn, if ``after`` turns had been said by then; may be below 0."""
    numbers, turn = [], after - 1
    for token in reversed([int(token) for token in ids]):
        numbers.append(turn)
        turn -= token in _SYMBOLS
    return numbers[::-1]
