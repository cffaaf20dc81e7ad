"""Tables (CSV, TSV, with semicolons): a prompt and a reply a row, or an utterance with its dialogue and speaker."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from train.corpora.delimited import Layout
from train.corpora.dialogue import Conversation, Utterance
from train.corpora.markup import is_markup
from train.corpora.reader import Head, OnSkip, Reader
from train.corpora.source import Source
from train.corpora.turns import conversation

_PROMPTS = ("prompt", "question", "input", "context", "query", "q", "instruction", "user", "human", "message", "text")
_REPLIES = ("response", "answer", "output", "reply", "a", "completion", "target", "assistant", "bot", "ai")
_IDS = ("dialogueid", "dialogid", "conversationid", "convid", "convoid", "chatid", "threadid", "sessionid",
        "dialogue", "dialog", "conversation", "id")  # fmt: skip
_SPEAKERS = ("speaker", "role", "author", "user", "from", "sender", "name")
_TEXTS = ("text", "utterance", "message", "content", "body")
_ENDINGS = (".csv", ".tsv", ".tab", ".psv")

Rows = Iterator[tuple[int, list[str]]]


class _Columns(NamedTuple):
    """Which columns hold what."""

    width: int
    header: bool
    first: int
    """The prompt's, or the speaker's."""
    second: int
    """The reply's, or the text's."""
    speech: bool
    """Whether a row is an utterance, and not a prompt and its reply."""
    dialogue: int | None = None
    """The dialogue's id; without it all rows are one dialogue."""

    @classmethod
    def of(cls, cells: list[str]) -> _Columns:
        """As the first row names them; two columns if it is no header."""
        names = [re.sub(r"[\W_]", "", cell).casefold() for cell in cells]
        dialogue, speaker, text = (_first(names, known) for known in (_IDS, _SPEAKERS, _TEXTS))
        prompt, reply = (_first(names, known) for known in (_PROMPTS, _REPLIES))
        pair = prompt is not None and reply is not None
        if speaker is not None and text is not None and (dialogue is not None or not pair):
            return cls(len(cells), True, speaker, text, True, dialogue)
        if prompt is not None and reply is not None:
            return cls(len(cells), True, prompt, reply, False)
        return cls(2, False, 0, 1, False)


def _first(names: list[str], known: tuple[str, ...]) -> int | None:
    """Where the first of the known names stands that is there."""
    return next((names.index(name) for name in known if name in names), None)


class TableReader(Reader):
    """Reads tables.

    Rows of one dialogue stand together: an id that comes back after another one starts a new dialogue, so that one
    dialogue at a time is held in memory.  A row without an id belongs to the dialogue before it.
    """

    name = "table"
    expects = "CSV or TSV: two columns (prompt, reply), or a header such as dialogue_id, speaker, text"

    def recognises(self, head: Head) -> float:
        """By a header; less sure by a constant number of columns."""
        if is_markup(head):
            return 0.0
        layout = Layout.of(head)
        rows = [cells for _, cells in layout.rows(_lines(head), lambda line, reason: None)]
        first = next((cells for cells in rows if not _is_hint(cells)), [])
        if _Columns.of(first).header:
            return 0.9
        named = head.filename.endswith(_ENDINGS)
        if layout.columns != 2 or layout.agreement < 0.8 or layout.prose or len(rows) < 2:
            return 0.5 if named else 0.0
        if sum(cells[0].rstrip().endswith(":") for cells in rows) * 2 > len(rows):
            return 0.0  # a transcript with a tab after the names
        if named:
            return 0.8
        return 0.6 if layout.delimiter == "\t" else 0.4

    def read(self, source: Source, on_skip: OnSkip) -> Iterator[Conversation]:
        """The dialogues; rows with another number of columns than the others are skipped."""
        with source.text() as text:
            rows = Layout.of(Head.of(source)).rows(text, on_skip)
            line, cells = next(((line, cells) for line, cells in rows if not _is_hint(cells)), (0, []))
            if not cells:
                return
            columns = _Columns.of(cells)
            good = _good(rows if columns.header else _chained((line, cells), rows), columns, on_skip)
            if columns.speech:
                yield from _dialogues(good, columns, on_skip)
            else:
                for line, cells in good:
                    pair = Utterance("a", cells[columns.first]), Utterance("b", cells[columns.second])
                    yield from conversation(pair, line, on_skip)


def _lines(head: Head) -> Iterable[str]:
    return (f"{line}\n" for line in head.lines)


def _is_hint(cells: list[str]) -> bool:
    """Whether it is the line "sep=;" by which spreadsheets are told the delimiter."""
    return cells[0].strip().lower().startswith("sep=")


def _chained(row: tuple[int, list[str]], rows: Rows) -> Rows:
    yield row
    yield from rows


def _good(rows: Rows, columns: _Columns, on_skip: OnSkip) -> Rows:
    """The rows with as many columns as they should have; empty ones too many do no harm."""
    for line, cells in rows:
        if len(cells) < columns.width or any(cell.strip() for cell in cells[columns.width :]):
            on_skip(line, f"{len(cells)} column(s): expected {columns.width}")
        else:
            yield line, cells


def _dialogues(rows: Rows, columns: _Columns, on_skip: OnSkip) -> Iterator[Conversation]:
    last = ""

    def dialogue(row: tuple[int, list[str]]) -> str:
        nonlocal last
        if columns.dialogue is not None:
            last = row[1][columns.dialogue].strip() or last
        return last

    for _, group in groupby(rows, key=dialogue):
        together = list(group)
        said = (Utterance(cells[columns.first].strip(), cells[columns.second]) for _, cells in together)
        yield from conversation(said, together[0][0], on_skip)
