"""Reads the grammar's files, and checks them."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from chatbot.text.sanitize import one_line
from train.authored.grammar import slots
from train.authored.kinds import OF_THE_KEY, Ask, Check, Intent, Key, Kind, Library, Templates, wrong

HOME = Path(__file__).parent
"""Where the grammar lies: ``facts/``, ``talk/``, ``values/`` and ``frames.toml``."""
_SHARED = re.compile(r"@([a-z_]+)")
"""In the place of a template, the name of a list of ``frames.toml``: all of that list."""


@functools.cache
def load(home: Path = HOME) -> Library:
    """Read the grammar.

    Raises:
        CorpusError: if something in it is not as it should be; the message names file and table.
    """
    values, keys = _lists(home / "values")
    frames = {name: tuple(texts) for name, texts in _toml(home / "frames.toml").items()}
    kinds = [_kind(f"{path.name}, [{name}]", name, table) for path, name, table in _tables(home / "facts")]
    intents = [
        intent
        for path, name, table in _tables(home / "talk")
        for intent in _intents(f"{path.name}, [{name}]", table, path.stem, frames)
    ]
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
        raise wrong(path.name, one_line(str(error)), "a TOML file of the grammar") from error


def _lists(folder: Path) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[Key, ...]]]:
    """Value lists, which several files may add to, and key lists."""
    values: dict[str, tuple[str, ...]] = {}
    keys: dict[str, tuple[Key, ...]] = {}
    for path, name, entries in _tables(folder):
        keyed = bool(entries) and isinstance(entries[0], dict)
        if name in keys or (keyed and name in values):
            raise wrong(path.name, f"another list {name!r}", "each key list once")
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


def _intents(where: str, table: Mapping[str, Any], group: str, frames: Mapping[str, Templates]) -> Iterator[Intent]:
    """The exchange of a table; with ``at_once``, its weight, also one where what follows is said in the same turn."""
    intent = _intent(where, {name: value for name, value in table.items() if name != "at_once"}, group, frames)
    yield intent
    if "at_once" in table:
        for then in intent.then:
            user = tuple(f"{_ended(first)} {last}" for first in intent.user for last in then.user)
            values = {**intent.values, **then.values}
            yield Intent(user, then.reply, float(table["at_once"]), values, tells=intent.tells, group=group)


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?", "]")) else f"{text}."


def _intent(where: str, table: Mapping[str, Any], group: str, frames: Mapping[str, Templates]) -> Intent:
    then = tuple(_intent(f"{where} then", each, group, frames) for each in table.get("then", ()))
    told = {**table, "user": _shared(where, table.get("user", ()), frames)}
    return Intent.of(where, {name: value for name, value in told.items() if name != "then"}, then=then, group=group)


def _shared(where: str, templates: Sequence[str], frames: Mapping[str, Templates]) -> list[str]:
    """The templates, with those of the lists that are named among them."""
    found: list[str] = []
    for each in templates:
        named = _SHARED.fullmatch(each)
        if named is None:
            found.append(each)
        elif named[1] in frames:
            found.extend(frames[named[1]])
        else:
            raise wrong(where, f"the list {each!r}", f"one of {', '.join(sorted(frames))}")
    return found


def _check_kind(kind: Kind, library: Library) -> None:
    where = f"the kind {kind.name!r}"
    known = {*kind.values, "old", "guess", *(Key("").filling if kind.key else ())}
    if kind.key not in (None, *library.keys):
        raise wrong(where, f"key list {kind.key!r}", f"one of {', '.join(sorted(library.keys))}")
    for name in kind.values.values():
        if name != OF_THE_KEY and name not in library.values:
            raise wrong(where, f"value list {name!r}", "a list of values/*.toml")
    asked = [t for each in (*kind.ask, *kind.follow) for t in (*each.user, *each.reply, *each.unknown)]
    checked = [t for each in kind.check for t in (*each.user, *each.yes, *each.no, *each.unknown)]
    own = (*kind.tell, *kind.clause, *kind.reply, *kind.summary, *kind.correct, *kind.corrected)
    for template in (*own, *asked, *checked):
        if strange := slots(template) - known:
            received = f"the slot {sorted(strange)[0]!r} in {template!r}"
            raise wrong(where, received, f"one of {', '.join(sorted(known))}")


def _check_intent(intent: Intent, library: Library, outer: Mapping[str, str]) -> None:
    known = {**outer, **intent.values}
    for name in known.values():
        if name not in library.values:
            raise wrong(f"an exchange ({intent.user[0]!r})", f"value list {name!r}", "a list of values/*.toml")
    for template in (*intent.user, *intent.reply):
        if strange := slots(template) - set(known):
            raise wrong("an exchange", f"the slot {sorted(strange)[0]!r} in {template!r}", "a slot of its values")
    for each in intent.then:
        _check_intent(each, library, known)
