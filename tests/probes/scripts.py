"""The scripts: turns of a user, and what the reply to the last of them must hold.  One a line, in a file for each kind.

    {"name": "pet-tock", "gap": 3, "turns": ["My hen is called Tock.", "What's my hen's name?"], "any": ["tock"]}

``gap`` (default 1) is how many turns lie between telling and asking: gap - 1 turns of small talk are put before the
last one, drawn from `fillers.txt` by the script's name, so that they are always the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.errors import ChatbotError
from tests.probes.expectation import Expectation, Groups, Item, read_groups

HERE = Path(__file__).resolve().parent
KINDS = ("remember", "pairs", "update", "abstain", "follow_up", "sum_up", "talk")
NEED_MEMORY = frozenset(("remember", "pairs", "update", "follow_up", "sum_up"))
"""Kinds that nobody can pass who remembers nothing; to admit that, or to talk, needs no memory."""
GAPS = (1, 3, 10, 30)
_KEYS = {"name", "gap", "turns", "any", "all", "none", "least"}


class ScriptError(ChatbotError):
    """A script is not written as it should be."""


@dataclass(frozen=True)
class Script:
    """One dialogue whose last reply is judged."""

    name: str
    kind: str
    gap: int
    turns: tuple[str, ...]
    """As written: without the small talk."""
    expected: Expectation
    where: str
    """File and line."""

    def played(self, fillers: Sequence[str]) -> tuple[str, ...]:
        """All turns, the small talk included."""
        return (*self.turns[:-1], *draw(self.name, self.gap - 1, fillers), self.turns[-1])


def draw(name: str, count: int, fillers: Sequence[str]) -> list[str]:
    """Different fillers in the order that a name gives: the same on every machine and in every version."""
    return sorted(fillers, key=lambda filler: hashlib.sha256(f"{name}\n{filler}".encode()).digest())[:count]


def read_fillers(path: Path = HERE / "fillers.txt") -> tuple[str, ...]:
    """The turns of small talk, one a line."""
    return tuple(line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def read_scripts(kinds: Iterable[str] = KINDS, directory: Path = HERE) -> list[Script]:
    """The scripts of some kinds, in the order of the files.

    Raises:
        ScriptError: if a script is malformed, or two have the same name; it says the file and the line.
    """
    groups = read_groups()
    scripts = [script for kind in kinds for script in _read_file(directory / f"{kind}.jsonl", kind, groups)]
    seen: dict[str, str] = {}
    for script in scripts:
        if script.name in seen:
            raise ScriptError(
                f"{script.where}: the name {script.name!r} again",
                expected=f"a name of its own; {seen[script.name]} has this one",
                remedy="rename one of the two",
            )
        seen[script.name] = script.where
    return scripts


def _read_file(path: Path, kind: str, groups: Groups) -> Iterator[Script]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        where = f"{path.name}:{number}"
        try:
            yield _script(json.loads(line), kind, where, groups)
        except json.JSONDecodeError as error:
            raise _malformed(
                where, f"no JSON ({error})", 'an object as {"name": …, "turns": […], "any": […]}'
            ) from None


def _script(record: Any, kind: str, where: str, groups: Groups) -> Script:
    if not isinstance(record, dict):
        raise _malformed(where, f"a JSON {type(record).__name__}", "an object")
    if unknown := sorted(set(record) - _KEYS):
        raise _malformed(where, f"the keys {', '.join(unknown)}", f"keys of {', '.join(sorted(_KEYS))}")
    name, gap, least = record.get("name"), record.get("gap", 1), record.get("least", 1)
    if not isinstance(name, str) or not name.strip():
        raise _malformed(where, f"name = {name!r}", "a text")
    if gap not in GAPS or isinstance(gap, bool):
        raise _malformed(where, f"gap = {gap!r}", f"one of {', '.join(map(str, GAPS))}")
    turns = _texts(record, "turns", where)
    if len(turns) < 1 + (kind in NEED_MEMORY or gap > 1):
        raise _malformed(where, f"{len(turns)} turns", "something that is told and a last turn that asks")
    found = {key: _items(_texts(record, key, where), where, groups) for key in ("any", "all", "none")}
    if not found["any"] and not found["all"]:
        raise _malformed(where, 'neither "any" nor "all"', "something that the reply must hold")
    if not isinstance(least, int) or not 1 <= least <= max(1, len(found["any"])):
        raise _malformed(where, f"least = {least!r}", 'a number from 1 to how many there are under "any"')
    return Script(name, kind, gap, turns, Expectation(**found, least=least), where)


def _texts(record: dict[str, Any], key: str, where: str) -> tuple[str, ...]:
    found = record.get(key, [])
    if not isinstance(found, list) or not all(isinstance(text, str) and text.strip() for text in found):
        raise _malformed(where, f"{key} = {found!r}", "a list of texts, none of them empty")
    return tuple(found)


def _items(written: Sequence[str], where: str, groups: Groups) -> tuple[Item, ...]:
    try:
        return tuple(Item.of(text, groups) for text in written)
    except ValueError as error:
        raise _malformed(where, str(error), "regular expressions, or @ and the name of a group") from error


def _malformed(where: str, received: str, expected: str) -> ScriptError:
    return ScriptError(f"{where}: {received}", expected=expected, remedy="correct the line")
