"""Which reader reads a source."""

from __future__ import annotations

import difflib

from chatbot.errors import CorpusError, UsageError
from chatbot.text.sanitize import one_line
from train.corpora.reader import Head, Reader, readers
from train.corpora.source import Source

_BINARY = 0.02
"""Share of control characters above which a file is no text."""


def reader_named(name: str) -> Reader:
    """The reader that ``--format`` names.

    Raises:
        UsageError: if there is none; it says which there are.
    """
    known = readers()
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1)
    raise UsageError(
        f"unknown format {one_line(name)!r}",
        expected=f"one of {', '.join(known)}",
        remedy=f"did you mean {near[0]!r}?" if near else "leave --format out to have it found",
    )


def detect(source: Source) -> Reader:
    """The reader that is surest of the source, by its content first.

    Raises:
        CorpusError: if it is empty, no text, or no reader knows it; it says what was seen and which formats there are.
    """
    head = Head.of(source)
    if not head.text.strip():
        raise _refused(source, "is empty")
    controls = sum(ord(c) < 32 and c not in "\t\n\r\f\x1b" for c in head.text)
    if controls > _BINARY * len(head.text):
        raise _refused(source, "is no text")
    sure = {reader: reader.recognises(head) for reader in readers().values()}
    best = max(sure, key=lambda reader: sure[reader])
    if sure[best] <= 0:
        raise _refused(source, f"is in no format that is known (it begins {one_line(head.text[:60])!r})")
    return best


def _refused(source: Source, why: str) -> CorpusError:
    return CorpusError(
        f"{one_line(source.name)} {why}",
        expected=f"dialogues in one of the formats {', '.join(readers())}",
        remedy="convert it to one of them, or name its format with --format",
    )
