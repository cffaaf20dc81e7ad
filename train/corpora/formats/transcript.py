"""Plain transcripts: ``Name: text`` lines, or one turn a line; an empty line or ``===`` ends a dialogue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from train.corpora.dialogue import Conversation, Utterance
from train.corpora.markup import is_markup
from train.corpora.reader import Head, OnSkip, Reader
from train.corpora.source import Source
from train.corpora.turns import conversation, merged

_NAMED = re.compile(r"([^:：?!;{}<>|=\t]{1,40})(?::(?=\s|$)|：)(.*)")
_END = re.compile(r"(?:={3,}|-{3,})?")


class TranscriptReader(Reader):
    """Reads what people write down; any text of lines is one, so it is never sure.

    Whether lines begin with names is decided for a file as a whole: by most lines, or most first lines of dialogues.
    """

    name = "transcript"
    expects = "lines of `Name: text`, or one turn a line, with an empty line or === between dialogues"

    def recognises(self, head: Head) -> float:
        """The last resort."""
        if not head.lines or is_markup(head):
            return 0.0
        return 0.3 if _has_names(head) else 0.1

    def read(self, source: Source, on_skip: OnSkip) -> Iterator[Conversation]:
        """The dialogues; a line without a name goes on with the turn before it, where there are names."""
        turns = _named if _has_names(Head.of(source)) else _alternating
        for first, lines in _blocks(source.lines()):
            yield from conversation(turns(lines), first, on_skip)


def _speaker(line: str) -> tuple[str, str] | None:
    """Name and text of a line that begins with a name of up to four words: no address, no time of day."""
    found = _NAMED.match(line.strip())
    if not found or not 1 <= len(found[1].split()) <= 4:
        return None
    return found[1].strip(), found[2].strip()


def _has_names(head: Head) -> bool:
    lines = named = blocks = begun = 0
    for _, block in _blocks(enumerate(re.split(r"\r\n|\n|\r", head.text), start=1)):
        names = [_speaker(line) is not None for line in block]
        lines, named = lines + len(names), named + sum(names)
        blocks, begun = blocks + 1, begun + names[0]
    return named >= 2 and (named * 2 > lines or (named * 5 > lines and begun * 2 > blocks))


def _blocks(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
    """(number of the first line, lines) of every dialogue."""
    first, block = 0, list[str]()
    for number, line in lines:
        if not _END.fullmatch(line.strip()):
            first = first if block else number
            block.append(line)
        elif block:
            yield first, block
            block = []
    if block:
        yield first, block


def _named(lines: list[str]) -> Iterator[Utterance]:
    return merged(_utterances(lines))


def _utterances(lines: list[str]) -> Iterator[Utterance]:
    speaker = None
    for line in lines:
        found = _speaker(line)
        if found:
            speaker = found[0]
            yield Utterance(*found)
        elif speaker is not None:  # else a title
            yield Utterance(speaker, line.strip())


def _alternating(lines: list[str]) -> Iterator[Utterance]:
    return (Utterance("ab"[number % 2], line.strip()) for number, line in enumerate(lines))
