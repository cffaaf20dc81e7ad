"""What the readers of JSON formats share: a record at a time, the turns in it, and what to say of one that has none."""

from __future__ import annotations

import abc
from collections.abc import Iterator
from typing import Any, ClassVar

from chatbot.text.sanitize import one_line
from train.corpora.dialogue import Conversation, Utterance
from train.corpora.json_items import json_items, json_lines
from train.corpora.reader import Head, OnSkip, Reader
from train.corpora.source import Source

_SURE = 0.95
_BROKEN = 0.6
"""The keys are there, but what stands first is not JSON: a line of something else before it, or a broken record."""


class JsonReader(Reader):
    """Reads one record a conversation: one a line, a list of them, one after another, or a single one."""

    keys: ClassVar[tuple[str, ...]]
    """Those that no file in this format goes without, and that no other format has all of."""

    def recognises(self, head: Head) -> float:
        """By its keys."""
        if not head.has_keys(*self.keys):
            return 0.0
        if head.is_json_lines or head.is_json_document:
            return _SURE
        return _BROKEN if any(line.lstrip().startswith(("{", "[")) for line in head.lines) else 0.0

    def read(self, source: Source, on_skip: OnSkip) -> Iterator[Conversation]:
        """The conversation of each record."""
        for line, record in self.records(source, on_skip):
            try:
                utterances = tuple(self.utterances(record))
                count = sum(bool(text.strip()) for _, text in utterances)
                if count < 2:
                    raise ValueError(f"{count} turn(s): expected at least 2, so that there is a reply to learn")
            except ValueError as error:
                on_skip(line, str(error))
            else:
                yield Conversation(utterances, line)

    def records(self, source: Source, on_skip: OnSkip) -> Iterator[tuple[int, Any]]:
        """(line, record) of all records; a line that is broken costs no other where each has its own."""
        read = json_lines if Head.of(source).is_json_lines else json_items
        return read(source, on_skip)

    @abc.abstractmethod
    def utterances(self, record: Any) -> Iterator[Utterance]:
        """Who said what in a record; a ValueError says why it cannot be used."""


def listed(record: Any, key: str, layout: str) -> list[Any]:
    """The list of that key; a ValueError says what there is instead of this layout."""
    found = record.get(key) if isinstance(record, dict) else None
    if isinstance(found, list):
        return found
    what = f"{_kind(found)} as {key}" if isinstance(record, dict) and key in record else _kind(record)
    raise ValueError(f'no "{key}": expected {layout}, found {what}')


def spoken(turns: list[Any], speaker: str, text: str) -> Iterator[Utterance]:
    """What is under these two keys of each turn, but for turns in which nothing is said."""
    for number, turn in enumerate(turns, start=1):
        said = text_of(turn, text, number)
        if said.strip():
            yield Utterance(speaker_of(turn, speaker, number), said)


def text_of(turn: Any, key: str, number: int) -> str:
    """The string under a key; a ValueError names the turn that has none."""
    text = turn.get(key) if isinstance(turn, dict) else None
    if not isinstance(text, str):
        raise ValueError(f'turn {number} has no "{key}" string')
    return text


def speaker_of(turn: Any, key: str, number: int) -> str:
    """The name or number under a key; a ValueError names the turn that has none."""
    speaker = turn.get(key) if isinstance(turn, dict) else None
    if not isinstance(speaker, (str, int)) or isinstance(speaker, bool):
        raise ValueError(f'turn {number} has no "{key}" string')
    return str(speaker)


def _kind(value: Any) -> str:
    """What a value is, without showing what it holds, but for the first names in it."""
    if isinstance(value, dict):
        names = ", ".join(f'"{one_line(name[:20])}"' for name in list(value)[:4])
        return f"an object of {names}{', …' if len(value) > 4 else ''}" if value else "an empty object"
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (list, "a list"),
        (str, "a string"),
        (bool, "true or false"),
        ((int, float), "a number"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "null")
