"""What the commands of the plain chat work on, and what they share."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from chatbot.conversation import ModelCard
from chatbot.conversation.saved import SavedConversation
from chatbot.conversation.store import Store
from chatbot.errors import UsageError

_Number = TypeVar("_Number", int, float)


@dataclass
class Desk:
    """What the commands work on."""

    args: argparse.Namespace
    """The options that hold; what a command sets stands in them, so that the next model gets it too."""
    saved: SavedConversation
    store: Store | None
    """Where conversations are kept; None keeps nothing."""
    _told: str | None = field(default=None, init=False)

    def notices(self) -> Iterator[str]:
        """What has to be told about how the conversation is kept, each once."""
        notice, self.saved.notice = self.saved.notice, None
        trouble = None if self.saved.trouble is None else str(self.saved.trouble)
        if notice is not None:
            yield notice
        if trouble is not None and trouble != self._told:
            yield trouble
        self._told = trouble


class Command(NamedTuple):
    """One command."""

    run: Callable[[Desk, str], str | None]
    """Does it with what stands after its name; returns the answer, None ends the chat; raises ChatbotError."""
    operand: str
    meaning: str


def describe(card: ModelCard) -> str:
    """A model in a few words."""
    return f"model {card.name}, {card.cell}, {card.layers} layers of {card.units}"


def counted(turns: int) -> str:
    """So many turns, in words."""
    return f"{turns} turn{'' if turns == 1 else 's'}"


def number(text: str, kind: type[_Number]) -> _Number:
    """What a user typed, as a number.

    Raises:
        UsageError: if it is none.
    """
    try:
        return kind(text)
    except ValueError as error:
        what = "a whole number" if kind is int else "a number"
        raise UsageError(repr(text), expected=what, remedy="give one") from error
