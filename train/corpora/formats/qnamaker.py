"""QnA Maker: a TSV of questions and answers with the header ``Question  Answer  Source  Metadata``."""

from __future__ import annotations

from collections.abc import Iterator

from train.corpora.delimited import Layout
from train.corpora.dialogue import Conversation, Utterance
from train.corpora.reader import Head, OnSkip, Reader
from train.corpora.source import Source
from train.corpora.turns import conversation

_QUESTIONS = {"question", "questions"}
_ANSWERS = {"answer", "answers"}
_OTHERS = {"source", "metadata"}


class QnaMakerReader(Reader):
    """Reads what QnA Maker imports and exports: every row is a dialogue of two turns; further columns are left out."""

    name = "qnamaker"
    expects = "TSV with the header Question, Answer, Source, Metadata; two columns are enough"

    def recognises(self, head: Head) -> float:
        """By its header, written with capitals or with the columns that only it has."""
        cells = [cell.strip() for cell in head.lines[0].split("\t")] if head.lines else []
        if _columns(cells) is None:
            return 0.0
        sure = cells[0].istitle() or _OTHERS & {cell.casefold() for cell in cells}
        return 0.97 if sure else 0.85

    def read(self, source: Source, on_skip: OnSkip) -> Iterator[Conversation]:
        """The dialogues; a written-out ``\\n`` is a new line."""
        with source.text() as text:
            rows = Layout.of(Head.of(source), "\t").rows(text, on_skip)
            question, answer = 0, 1
            for number, (line, cells) in enumerate(rows):
                columns = _columns(cells) if number == 0 else None
                if columns:
                    question, answer = columns
                elif len(cells) <= max(question, answer):
                    on_skip(line, f"{len(cells)} column(s): expected at least {max(question, answer) + 1}")
                else:
                    pair = Utterance("a", _text(cells[question])), Utterance("b", _text(cells[answer]))
                    yield from conversation(pair, line, on_skip)


def _columns(cells: list[str]) -> tuple[int, int] | None:
    """Where questions and answers stand, if this is the header."""
    names = [cell.strip().strip('"').casefold() for cell in cells]
    question = next((number for number, name in enumerate(names) if name in _QUESTIONS), None)
    answer = next((number for number, name in enumerate(names) if name in _ANSWERS), None)
    return None if question is None or answer is None else (question, answer)


def _text(cell: str) -> str:
    return cell.replace("\\r\\n", "\n").replace("\\n", "\n")
