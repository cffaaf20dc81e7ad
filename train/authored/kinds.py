"""What the grammar is made of: kinds of facts, exchanges, and lists of values, read from tables of its files."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from chatbot.errors import CorpusError
from train.authored.grammar import parse

Templates = tuple[str, ...]
OF_THE_KEY = "@key"
"""In the place of a list of values: the key names it."""


class _Read:
    """A dataclass that is read from a TOML table."""

    @classmethod
    def of(cls, where: str, table: Mapping[str, Any], **more: Any) -> Self:
        """From a table; a list of texts becomes templates, and is checked for its brackets.

        Raises:
            CorpusError: if a name is unknown, or a list of templates is none.
        """
        known = {each.name: each for each in fields(cls)}  # type: ignore[arg-type]
        values: dict[str, Any] = {}
        for name, value in table.items():
            if name not in known:
                raise wrong(where, f"unknown name {name!r}", f"one of {', '.join(sorted(known))}")
            if isinstance(value, list) and all(isinstance(each, str) for each in value):
                for each in value:
                    parse(each)
                values[name] = tuple(value)
            else:
                values[name] = value
        if missing := [n for n in ("user", "reply") if n in known and not {**values, **more}.get(n)]:
            raise wrong(where, f"no {missing[0]}", "templates of what the user says and of the reply")
        return cls(**values, **more)


@dataclass(frozen=True)
class Key:
    """Which of several like things a fact is about: the sister, the dog, the favourite colour."""

    text: str
    he: str = "it"
    him: str = "it"
    his: str = "its"
    us: str | None = None
    """As it is written in America, if otherwise."""
    values: str | None = None
    """The list of its values, where that hangs on the key."""

    @property
    def filling(self) -> dict[str, str]:
        """What the slots about the key are filled with."""
        us = self.us or self.text
        return {"key": self.text, "key.he": self.he, "key.him": self.him, "key.his": self.his, "key.us": us}


@dataclass(frozen=True)
class Ask(_Read):
    """One thing that can be asked of a fact."""

    user: Templates
    reply: Templates
    unknown: Templates = ()
    about: str | None = None
    """The slot, or "key", that is asked for; None: what all of ``reply`` need."""


@dataclass(frozen=True)
class Check(_Read):
    """A question that is answered with yes or no."""

    user: Templates
    yes: Templates
    no: Templates
    unknown: Templates = ()
    about: str = "value"


@dataclass(frozen=True)
class Intent(_Read):
    """Something a user says that is no fact, what is answered, and what may be said right after it."""

    user: Templates
    reply: Templates
    weight: float = 1.0
    values: Mapping[str, str] = field(default_factory=dict)
    then: tuple[Intent, ...] = ()
    tells: bool = False
    """Whether it tells what a kind of fact could be asked for: then nothing is asked in the same dialogue."""
    group: str = ""
    """The file it stands in: asides are what is said between other things."""


@dataclass(frozen=True)
class Kind(_Read):
    """A kind of fact that users tell about themselves."""

    name: str
    values: Mapping[str, str] = field(default_factory=dict)
    tell: Templates = ()
    clause: Templates = ()
    reply: Templates = ()
    summary: Templates = ()
    correct: Templates = ()
    corrected: Templates = ()
    ask: tuple[Ask, ...] = ()
    follow: tuple[Ask, ...] = ()
    check: tuple[Check, ...] = ()
    key: str | None = None
    weight: float = 1.0
    """How common it is."""
    shared: str | None = None
    """Kinds that share a name exclude each other: it rains or it snows."""

    @functools.cached_property
    def named(self) -> bool:
        """Whether it is the name of somebody or of an animal: "My sister Ottoline phoned"."""
        return self.key is not None and any(each.startswith("My {key} {value} [") for each in self.tell)

    def list_of(self, slot: str, key: Key | None) -> str:
        """The list that the values of a slot come from."""
        if (name := self.values[slot]) != OF_THE_KEY:
            return name
        assert key is not None
        assert key.values is not None
        return key.values


@dataclass(frozen=True)
class Library:
    """All of the grammar."""

    kinds: tuple[Kind, ...]
    intents: tuple[Intent, ...]
    values: Mapping[str, tuple[str, ...]]
    keys: Mapping[str, tuple[Key, ...]]
    frames: Mapping[str, Templates]

    @functools.cached_property
    def common(self) -> list[float]:
        """The weights of the kinds, summed up as they stand: a kind is drawn at every other move."""
        return list(itertools.accumulate(kind.weight for kind in self.kinds))


def wrong(where: str, received: str, expected: str) -> CorpusError:
    """A mistake in the grammar: where, what stands there, and what should."""
    return CorpusError(f"grammar, {where}: {received}", expected=expected, remedy="correct it in train/authored")
