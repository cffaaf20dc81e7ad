"""Laws of QnA Maker's tables: two columns are turns, and a written-out new line is one."""

from __future__ import annotations

import io

import pytest

from train.corpora.dialogue import Conversation
from train.corpora.formats.qnamaker import QnaMakerReader
from train.corpora.source import Source


def read(content: str | bytes, name: str = "kb.tsv") -> tuple[list[Conversation], list[tuple[int, str]]]:
    raw = content.encode() if isinstance(content, str) else content
    skipped: list[tuple[int, str]] = []
    source = Source(name, lambda: io.BytesIO(raw))
    return list(QnaMakerReader().read(source, lambda line, reason: skipped.append((line, reason)))), skipped


def said(conversation: Conversation) -> list[tuple[str, str]]:
    return [(speaker, text) for speaker, text in conversation.utterances]


@pytest.mark.parametrize("header", ["Question\tAnswer\tSource\tMetadata", "Questions\tAnswers", "question\tanswer"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_question_and_answer_are_two_turns(header: str, ends: str, mark: str) -> None:
    rows = [header, "Hi \tHello\tchat\tx:y", "Who?\tMe.", "", ""]
    got, skipped = read(mark + ends.join(rows))
    assert [said(one) for one in got] == [[("a", "Hi "), ("b", "Hello")], [("a", "Who?"), ("b", "Me.")]]
    assert [one.line for one in got] == [2, 3]
    assert skipped == []


def test_columns_are_found_by_name() -> None:
    got, _ = read("Source\tAnswer\tQuestion\nx\tHello\tHi\n")
    assert said(got[0]) == [("a", "Hi"), ("b", "Hello")]


def test_a_written_out_new_line_is_one() -> None:
    got, _ = read("Question\tAnswer\nHi\tHello\\nyou\\r\\nthere\n")
    assert said(got[0])[1] == ("b", "Hello\nyou\nthere")


def test_quotation_marks_quote_only_where_they_stand_in_pairs() -> None:
    got, _ = read('Question\tAnswer\n"A ""b"""\t"c\nd"\nx\ty\n')
    assert [said(one) for one in got] == [[("a", 'A "b"'), ("b", "c\nd")], [("a", "x"), ("b", "y")]]
    got, _ = read('Question\tAnswer\n"Stop\tWhy?\nGo\t"On\n')
    assert [said(one) for one in got] == [[("a", '"Stop'), ("b", "Why?")], [("a", "Go"), ("b", '"On')]]


def test_rows_that_are_no_pairs_are_told() -> None:
    got, skipped = read("Question\tAnswer\nalone\nHi\t\n\tHello\n\na\tb")
    assert [said(one) for one in got] == [[("a", "a"), ("b", "b")]]
    assert [line for line, _ in skipped] == [2, 3, 4]


def test_an_empty_file_holds_nothing() -> None:
    assert read("") == ([], [])
