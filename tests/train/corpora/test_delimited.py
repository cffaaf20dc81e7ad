"""Laws of cutting tables: the delimiter is the one that gives all rows as many columns, and every line is counted."""

from __future__ import annotations

import io
import itertools

import pytest

from train.corpora.delimited import DELIMITERS, Layout
from train.corpora.reader import Head
from train.corpora.source import HEAD, Source


def layout(content: str) -> Layout:
    return Layout.of(Head.of(Source("x", lambda: io.BytesIO(content.encode()))))


@pytest.mark.parametrize(("one", "other"), list(itertools.permutations(DELIMITERS, 2)))
def test_the_delimiter_gives_all_rows_as_many_columns(one: str, other: str) -> None:
    rows = [["a", f"b{other}b", "c"], ["d", "e", "f"], [f"g{other * 2}", "h", "i"]]
    found = layout("\n".join(one.join(row) for row in rows))
    assert (found.delimiter, found.columns, found.agreement) == (one, 3, 1.0)


def test_a_text_without_columns_has_one() -> None:
    for content in ("", "a\nb\n", "\n"):
        assert (layout(content).columns, layout(content).agreement) == (1, 0.0)


def test_agreement_is_a_share_of_the_rows_that_are_not_empty() -> None:
    assert layout("a,b\n\nc,d\n,\ne\nf,g\n").agreement == 0.75


def test_commas_with_blanks_are_prose() -> None:
    assert layout("Hi, you\nOh, no\n").prose
    assert not layout("Hi,you\nOh,no\n").prose


@pytest.mark.parametrize(
    ("content", "quoted"),
    [('"a\tb"\tc\nd\te\n', True), ('"a\tb\nc\t"d\n', False), ('"a" b\tc\nd\te\n', False), ("a,b\nc,d\n", True),
     ("a\tb\nc\td\n", False), ('"a"\t"b"\n', True)],
)  # fmt: skip
def test_quotation_marks_count_where_they_explain_the_rows(content: str, quoted: bool) -> None:
    assert layout(content).quoted is quoted


def test_a_row_that_is_cut_by_the_end_of_the_head_does_not_count() -> None:
    assert layout("aaa,b\n" * HEAD).agreement == 1.0


def test_rows_come_with_the_line_they_begin_on() -> None:
    told: list[int] = []
    lines = io.StringIO('a,"b\nb"\n\n,\nc\n"d\n')
    rows = list(Layout(",", True, 2, 1.0, False).rows(lines, lambda line, reason: told.append(line)))
    assert rows == [(1, ["a", "b\nb"]), (5, ["c"]), (6, ["d\n"])]
    assert told == []


def test_a_cell_without_an_end_is_told_and_reading_goes_on() -> None:
    told: list[int] = []
    lines = ["a,b\n", '"c\n', *["d\n"] * 100_000, "e,f\n"]
    rows = list(Layout(",", True, 2, 1.0, False).rows(lines, lambda line, reason: told.append(line)))
    assert rows[0] == (1, ["a", "b"])
    assert rows[-1] == (100_003, ["e", "f"])
    assert told == [2]
