"""Cornell Movie-Dialogs: a file of conversations that names lines, and a file of lines beside it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Literal

from chatbot.errors import CorpusError
from train.corpora.dialogue import Conversation, Utterance
from train.corpora.reader import Head, OnSkip, Reader
from train.corpora.source import Source
from train.corpora.turns import conversation

_SEPARATOR = re.compile(r" ?\+\+\+\$\+\+\+ ?")
_ID = re.compile(r"[^\s\[\],'\"]+")
_TAG = re.compile(r"</?[A-Za-z]{1,6}\s?/?>")

_Part = Literal["conversations", "lines", ""]


class CornellReader(Reader):
    """Reads the conversations file; the lines file gives nothing of its own, nor do those about films and actors."""

    name = "cornell"
    expects = "fields parted by +++$+++: a …conversations… file with lists of line ids, and a …lines… file beside it"

    def recognises(self, head: Head) -> float:
        """By its separator."""
        marked = sum("+++$+++" in line for line in head.lines)
        return 0.98 if head.lines and marked * 10 >= len(head.lines) * 8 else 0.0

    def read(self, source: Source, on_skip: OnSkip) -> Iterator[Conversation]:
        """The conversations; all lines of the corpus are in memory meanwhile.

        Raises:
            CorpusError: if the other one of the two files is not there.
        """
        part = _part(Head.of(source))
        if part == "conversations":
            yield from _conversations(source, _texts(_beside(source, "conversations", "lines")), on_skip)
        elif part == "lines":
            _beside(source, "lines", "conversations")  # the dialogues are found when that one is read
        else:
            on_skip(1, "neither conversations nor lines")


def _part(head: Head) -> _Part:
    """Which of the corpus's files begins so: films and actors have other numbers of fields."""
    kinds = Counter(_kind(_SEPARATOR.split(line)) for line in head.lines)
    return max(kinds, key=lambda kind: kinds[kind], default="")


def _kind(fields: list[str]) -> _Part:
    if len(fields) == 4 and fields[3].startswith("["):
        return "conversations"
    return "lines" if len(fields) == 5 else ""


def _beside(source: Source, word: str, other: str) -> Source:
    """The file beside a source whose name has the other word, under the same compression or under none."""
    last = source.name.replace("\\", "/").rpartition("/")[2]
    plain = last[: len(source.filename)]
    wanted = [re.sub(word, spelt, name, flags=re.IGNORECASE) for name in (last, plain)
              for spelt in (other, other.capitalize(), other.upper())]  # fmt: skip
    for name in dict.fromkeys(wanted):
        found = source.sibling(name) if name != last else None
        if found is not None:
            return found
    expected = wanted[0] if wanted[0] != last else f"movie_{other}.txt"
    raise CorpusError(
        f"{source.name}: the {other} that belong to it are missing",
        expected=f"{expected} beside it",
        remedy=f"put the corpus's {other} file there (the names differ in {word!r} and {other!r} alone)",
    )


def _texts(source: Source) -> dict[str, Utterance]:
    """Who says what in which line, by the line's id."""
    said = {}
    for _, line in _decoded(source):
        fields = _SEPARATOR.split(line, maxsplit=4)
        if len(fields) == 5:
            said[fields[0].strip()] = Utterance(fields[1].strip(), _TAG.sub("", fields[4]))
    return said


def _decoded(source: Source) -> Iterator[tuple[int, str]]:
    """The lines, each as UTF-8 or, where it is none, as ISO-8859-1 with Windows's dashes and quotation marks.

    The corpus has ten thousand lines of plain ASCII before its first accent, so its head does not tell.
    """
    for number, line in source.lines("iso-8859-1"):
        raw = line.encode("iso-8859-1")
        for encoding in ("utf-8-sig", "cp1252"):
            try:
                yield number, raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
        else:
            yield number, line


def _conversations(source: Source, said: dict[str, Utterance], on_skip: OnSkip) -> Iterator[Conversation]:
    for number, line in _decoded(source):
        if not line.strip():
            continue
        fields = _SEPARATOR.split(line)
        if _kind(fields) != "conversations":
            on_skip(number, "no list of line ids")
            continue
        yield from conversation((said[name] for name in _ID.findall(fields[3]) if name in said), number, on_skip)
