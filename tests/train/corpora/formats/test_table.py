"""Laws of tables: which cells are turns, whatever parts and quotes them, and which rows cannot be."""

from __future__ import annotations

import io

import pytest

from train.corpora.dialogue import Conversation
from train.corpora.formats.table import TableReader
from train.corpora.source import Source


def read(content: str | bytes, name: str = "chat.csv") -> tuple[list[Conversation], list[tuple[int, str]]]:
    raw = content.encode() if isinstance(content, str) else content
    skipped: list[tuple[int, str]] = []
    source = Source(name, lambda: io.BytesIO(raw))
    return list(TableReader().read(source, lambda line, reason: skipped.append((line, reason)))), skipped


def said(conversation: Conversation) -> list[tuple[str, str]]:
    return [(speaker, text) for speaker, text in conversation.utterances]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_two_columns_are_a_prompt_and_a_reply(delimiter: str, ends: str, mark: str) -> None:
    rows = [("Hi", "Hello"), ("How are you?", "Fine"), ("Bye", "See you")]
    got, skipped = read(mark + ends.join(delimiter.join(row) for row in rows))
    assert [said(one) for one in got] == [[("a", prompt), ("b", reply)] for prompt, reply in rows]
    assert [one.line for one in got] == [1, 2, 3]
    assert skipped == []


@pytest.mark.parametrize(
    "header",
    ["prompt,response", "question,answer", "Input,Output", "context,response", "Question,Reply", '"Prompt","Response"',
     "user,assistant", "sep=,\nprompt,response"],
)  # fmt: skip
def test_a_header_is_no_dialogue(header: str) -> None:
    got, skipped = read(f"{header}\nHi,Hello\n")
    assert [said(one) for one in got] == [[("a", "Hi"), ("b", "Hello")]]
    assert skipped == []


def test_named_columns_are_found_wherever_they_stand() -> None:
    got, skipped = read("id,Answer,topic,Question\n1,Hello,greeting,Hi\n")
    assert [said(one) for one in got] == [[("a", "Hi"), ("b", "Hello")]]
    assert skipped == []


@pytest.mark.parametrize("ident", ["dialogue_id", "dialog_id", "conversation_id", "conv_id", "id", "Dialogue ID"])
@pytest.mark.parametrize("speaker", ["speaker", "role", "author", "user", "from"])
@pytest.mark.parametrize("text", ["text", "utterance", "message", "content"])
def test_rows_of_one_dialogue_are_put_together(ident: str, speaker: str, text: str) -> None:
    table = f"{text}\t{ident}\tdate\t{speaker}\nHi\t7\tx\tAnn\nHello\t7\ty\tBen\nSo?\t7\tz\tBen\nA\t8\t\tx\nB\t8\t\ty\n"
    got, skipped = read(table, "chat.tsv")
    assert [said(one) for one in got] == [[("Ann", "Hi"), ("Ben", "Hello"), ("Ben", "So?")], [("x", "A"), ("y", "B")]]
    assert [one.line for one in got] == [2, 5]
    assert skipped == []


def test_an_id_that_comes_back_starts_a_new_dialogue() -> None:
    rows = "\n".join(f"{ident},{who},{ident}{who}" for ident in (1, 2, 1) for who in "xy")
    got, _ = read(f"id,speaker,text\n{rows}\n")
    assert [one.utterances[0].text for one in got] == ["1x", "2x", "1x"]


def test_a_row_without_an_id_belongs_to_the_dialogue_before() -> None:
    got, _ = read("id,speaker,text\n1,x,a\n,y,b\n2,x,c\n,y,d\n")
    assert [[text for _, text in said(one)] for one in got] == [["a", "b"], ["c", "d"]]


def test_without_ids_all_rows_are_one_dialogue() -> None:
    got, _ = read("speaker,text\nx,a\ny,b\nx,c\n")
    assert [said(one) for one in got] == [[("x", "a"), ("y", "b"), ("x", "c")]]


def test_quoted_cells_hold_delimiters_quotes_and_new_lines_and_lines_are_counted() -> None:
    got, skipped = read('"Hi, ""you""","Hello\r\nthere"\r\nA,B\r\n\r\nonly one\r\n"C", "D, E"\r\n')
    assert [said(one) for one in got] == [
        [("a", 'Hi, "you"'), ("b", "Hello\nthere")], [("a", "A"), ("b", "B")], [("a", "C"), ("b", "D, E")],
    ]  # fmt: skip
    assert [one.line for one in got] == [1, 3, 6]
    assert skipped == [(5, "1 column(s): expected 2")]


def test_quotation_marks_of_speech_in_a_tsv_are_text() -> None:
    got, skipped = read('"Yes," he said\tok\n"No\twell\n5" nails\tsure\na\tb\n', "chat.tsv")
    assert [one.utterances[0].text for one in got] == ['"Yes," he said', '"No', '5" nails', "a"]
    assert skipped == []


def test_commas_of_speech_do_not_part_columns_where_semicolons_do() -> None:
    got, _ = read("Hi, you;Hello\nOh, no;Yes\n", "chat.txt")
    assert [said(one)[0][1] for one in got] == ["Hi, you", "Oh, no"]


def test_bad_rows_are_told_and_empty_ones_are_not() -> None:
    got, skipped = read("prompt,response\na,b\nc\n,\n\nd,e,f\ng,\nh,i,,\nj,k")
    assert [said(one)[0][1] for one in got] == ["a", "h", "j"]
    assert [line for line, _ in skipped] == [3, 6, 7]
    assert [reason.partition(":")[0] for _, reason in skipped] == ["1 column(s)", "3 column(s)", "1 turn(s)"]


def test_a_quotation_mark_that_is_never_closed_is_text_if_the_head_shows_it_and_else_told() -> None:
    got, skipped = read("a,b\n" * 3 + 'c,"d\n' + "e,f\n" * 50_000)
    assert len(got) == 50_004
    assert skipped == []
    got, skipped = read("a,b\n" * 30_000 + 'c,"d\n' + "e,f\n" * 50_000)
    assert len(got) > 30_000
    assert [line for line, _ in skipped] == [30_001]


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff", "x", '"', ",", "id,speaker,text\n"])
def test_a_table_of_nothing_holds_no_dialogue(content: str) -> None:
    assert read(content)[0] == []
