"""What the grammar's files hold: kinds of facts, exchanges, and lists of values; checked when they are read."""

from __future__ import annotations

import functools
import itertools
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from chatbot.errors import CorpusError
from chatbot.text.sanitize import one_line
from train.authored.grammar import parse, slots

HOME = Path(__file__).parent
"""Where the grammar lies: ``facts/``, ``talk/``, ``values/`` and ``frames.toml``."""

Templates = tuple[str, ...]
_OF_THE_KEY = "@key"


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
                raise _wrong(where, f"unknown name {name!r}", f"one of {', '.join(sorted(known))}")
            if isinstance(value, list) and all(isinstance(each, str) for each in value):
                for each in value:
                    parse(each)
                values[name] = tuple(value)
            else:
                values[name] = value
        if missing := [n for n in ("user", "reply") if n in known and not {**values, **more}.get(n)]:
            raise _wrong(where, f"no {missing[0]}", "templates of what the user says and of the reply")
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
        if (name := self.values[slot]) != _OF_THE_KEY:
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


@functools.cache
def load(home: Path = HOME) -> Library:
    """Read the grammar.

    Raises:
        CorpusError: if something in it is not as it should be; the message names file and table.
    """
    values, keys = _lists(home / "values")
    kinds = [_kind(f"{path.name}, [{name}]", name, table) for path, name, table in _tables(home / "facts")]
    intents = [_intent(f"{path.name}, [{name}]", table, path.stem) for path, name, table in _tables(home / "talk")]
    frames = {name: tuple(texts) for name, texts in _toml(home / "frames.toml").items()}
    library = Library(tuple(kinds), tuple(intents), values, keys, frames)
    for kind in kinds:
        _check_kind(kind, library)
    for intent in intents:
        _check_intent(intent, library, {})
    return library


def _tables(folder: Path) -> Iterator[tuple[Path, str, Any]]:
    """What stands in the files of a folder: each with its file and its name."""
    for path in sorted(folder.glob("*.toml")):
        for name, table in _toml(path).items():
            yield path, name, table


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(path.name, one_line(str(error)), "a TOML file of the grammar") from error


def _lists(folder: Path) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[Key, ...]]]:
    """Value lists, which several files may add to, and key lists."""
    values: dict[str, tuple[str, ...]] = {}
    keys: dict[str, tuple[Key, ...]] = {}
    for path, name, entries in _tables(folder):
        keyed = bool(entries) and isinstance(entries[0], dict)
        if name in keys or (keyed and name in values):
            raise _wrong(path.name, f"another list {name!r}", "each key list once")
        if keyed:
            keys[name] = tuple(Key(**entry) for entry in entries)
        else:
            values[name] = tuple(dict.fromkeys((*values.get(name, ()), *map(str, entries))))
    return values, keys


def _kind(where: str, name: str, table: Mapping[str, Any]) -> Kind:
    nested = {
        "ask": tuple(Ask.of(f"{where} ask", each) for each in table.get("ask", ())),
        "follow": tuple(Ask.of(f"{where} follow", each) for each in table.get("follow", ())),
        "check": tuple(Check.of(f"{where} check", each) for each in table.get("check", ())),
    }
    return Kind.of(where, {n: v for n, v in table.items() if n not in nested}, name=name, **nested)


def _intent(where: str, table: Mapping[str, Any], group: str) -> Intent:
    then = tuple(_intent(f"{where} then", each, group) for each in table.get("then", ()))
    return Intent.of(where, {n: v for n, v in table.items() if n != "then"}, then=then, group=group)


def _check_kind(kind: Kind, library: Library) -> None:
    where = f"the kind {kind.name!r}"
    known = {*kind.values, "old", "guess", *(Key("").filling if kind.key else ())}
    if kind.key not in (None, *library.keys):
        raise _wrong(where, f"key list {kind.key!r}", f"one of {', '.join(sorted(library.keys))}")
    for name in kind.values.values():
        if name != _OF_THE_KEY and name not in library.values:
            raise _wrong(where, f"value list {name!r}", "a list of values/*.toml")
    asked = [t for each in (*kind.ask, *kind.follow) for t in (*each.user, *each.reply, *each.unknown)]
    checked = [t for each in kind.check for t in (*each.user, *each.yes, *each.no, *each.unknown)]
    own = (*kind.tell, *kind.clause, *kind.reply, *kind.summary, *kind.correct, *kind.corrected)
    for template in (*own, *asked, *checked):
        if strange := slots(template) - known:
            received = f"the slot {sorted(strange)[0]!r} in {template!r}"
            raise _wrong(where, received, f"one of {', '.join(sorted(known))}")


def _check_intent(intent: Intent, library: Library, outer: Mapping[str, str]) -> None:
    known = {**outer, **intent.values}
    for name in known.values():
        if name not in library.values:
            raise _wrong(f"an exchange ({intent.user[0]!r})", f"value list {name!r}", "a list of values/*.toml")
    for template in (*intent.user, *intent.reply):
        if strange := slots(template) - set(known):
            raise _wrong("an exchange", f"the slot {sorted(strange)[0]!r} in {template!r}", "a slot of its values")
    for each in intent.then:
        _check_intent(each, library, known)


def _wrong(where: str, received: str, expected: str) -> CorpusError:
    return CorpusError(f"grammar, {where}: {received}", expected=expected, remedy="correct it in train/authored")
