"""A dialogue as every reader hands it over, whatever the file looked like."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from chatbot.text.template import Role, Turn

UNKNOWN, NOTHING = -2, -1
"""In the place of the number of a turn: nobody knows which it is; there is none."""


class Utterance(NamedTuple):
    """Who said what."""

    speaker: str
    text: str


class Conversation(NamedTuple):
    """What a reader finds: who said what, before anybody's role is settled."""

    utterances: tuple[Utterance, ...]
    line: int
    """Where it begins in its source, from 1."""


class Skipped(NamedTuple):
    """A record that could not be used."""

    where: str
    """File and line, "chat.jsonl:7"."""
    reason: str


class Dialogue(NamedTuple):
    """The turns of one conversation; where nobody says otherwise, whoever speaks first has the user's role, everybody
    else the assistant's, and which side is which only decides the symbol a turn starts with."""

    turns: tuple[Turn, ...]
    only: Role | None = None
    """Whose turns are replies to learn; None: everybody's, so that each side learns to answer the other."""
    guides: tuple[int, ...] = ()
    """For each turn, the number of the turn that tells what is said in it, NOTHING if what was asked for was not told,
    or UNKNOWN, as are all if there is none (the supporting facts of Weston et al. 2015, section 3.1)."""

    @property
    def replies(self) -> tuple[Turn, ...]:
        """The turns that are learned."""
        return tuple(turn for number, turn in enumerate(self.turns) if self.learns(number))

    def learns(self, number: int) -> bool:
        """Whether that turn is a reply to learn: the first one answers nothing."""
        return number > 0 and self.only in (None, self.turns[number].role)

    @classmethod
    def of(cls, utterances: Iterable[Utterance]) -> Dialogue:
        """From utterances in the order in which they were made."""
        turns: list[Turn] = []
        first = None
        for speaker, text in utterances:
            first = speaker if first is None else first
            role: Role = "user" if speaker == first else "assistant"
            turns.append(Turn(role, text))
        return cls(tuple(turns))

    def lower(self) -> Dialogue:
        """The same in lower case."""
        return self._replace(turns=tuple(Turn(turn.role, turn.text.lower()) for turn in self.turns))

    def key(self, salt: str = "") -> int:
        """64 bits that hang on the texts alone: equal dialogues have equal keys."""
        digest = hashlib.sha256("\x1f".join((salt, *(turn.text for turn in self.turns))).encode("utf-8", "replace"))
        return int.from_bytes(digest.digest()[:8])

    def share(self, salt: str) -> float:
        """A number in [0, 1) that hangs on the content alone: equal dialogues fall on the same side of any split."""
        return self.key(salt) / 2**64

    def is_held_out(self, share: float) -> bool:
        """Whether it is to be validated with, if ``share`` of all dialogues are."""
        return self.share("validation") < share
