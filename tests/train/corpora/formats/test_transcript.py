"""Laws of plain transcripts: what is a name, what a turn, and where a dialogue ends."""

from __future__ import annotations

import io

import pytest

from train.corpora.dialogue import Conversation
from train.corpora.formats.transcript import TranscriptReader
from train.corpora.reader import Head
from train.corpora.source import Source


def read(content: str | bytes, name: str = "chat.txt") -> tuple[list[Conversation], list[tuple[int, str]]]:
    raw = content.encode() if isinstance(content, str) else content
    skipped: list[tuple[int, str]] = []
    source = Source(name, lambda: io.BytesIO(raw))
    return list(TranscriptReader().read(source, lambda line, reason: skipped.append((line, reason)))), skipped


def said(conversation: Conversation) -> list[tuple[str, str]]:
    return [(speaker, text) for speaker, text in conversation.utterances]


CHAT = "Ann: Hi there\nBen: Hello\nyou\nBen: All well?\n\nMrs. Cole: Ten: or eleven?\nD:\nYes\n"


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("gap", ["", "===", "---", "  ", "==========\n\n\n---"])
def test_names_begin_turns_and_lines_without_one_go_on(ends: str, gap: str) -> None:
    got, skipped = read(CHAT.replace("\n\n", f"\n{gap}\n").replace("\n", ends))
    assert [said(one) for one in got] == [
        [("Ann", "Hi there"), ("Ben", "Hello\nyou\nAll well?")], [("Mrs. Cole", "Ten: or eleven?"), ("D", "Yes")],
    ]  # fmt: skip
    assert got[0].line == 1
    assert skipped == []


def test_one_turn_a_line_without_names() -> None:
    got, skipped = read("\ufeffHi\nHello\nBye\n\n\n===\nOne\nTwo")
    assert [said(one) for one in got] == [[("a", "Hi"), ("b", "Hello"), ("a", "Bye")], [("a", "One"), ("b", "Two")]]
    assert [one.line for one in got] == [1, 7]
    assert skipped == []


@pytest.mark.parametrize(
    "line",
    ["http://example.org is it", "10:30 is fine", "see https://example.org", "the five words of this: no",
     f"{'x' * 41}: too long", "Really? Yes: so", ": nothing", "no colon"],
)  # fmt: skip
def test_what_is_no_name(line: str) -> None:
    got, _ = read(f"Ann: a\nBen: b\n{line}\n")
    assert said(got[0]) == [("Ann", "a"), ("Ben", f"b\n{line}")]


@pytest.mark.parametrize("name", ["A", "user", "Mary Ann van Dyke", "User 1", "Zoë", "李", "O'Neil", "x" * 40])
def test_what_is_a_name(name: str) -> None:
    got, _ = read(f"{name}: a\nBen: b\n{name}:\tc\n")
    assert said(got[0]) == [(name, "a"), ("Ben", "b"), (name, "c")]


def test_a_colon_in_a_line_makes_no_name_of_it_where_others_have_none() -> None:
    lines = ["Hello", "My answer: no", "Why", "Well", "Because"]
    got, _ = read("\n".join(lines))
    assert [text for _, text in said(got[0])] == lines


def test_a_dialogue_of_one_speaker_or_turn_is_told() -> None:
    got, skipped = read("Ann: a\nAnn: b\n\nAnn: c\nBen: d\n\nA title\n")
    assert [said(one) for one in got] == [[("Ann", "c"), ("Ben", "d")]]
    assert [line for line, _ in skipped] == [1, 7]


def test_windows_1252_is_read() -> None:
    text = "Zoë: Wir gehen heute über die Straße.\nJörg: Schön, ich möchte nämlich auch für später Äpfel kaufen.\n"
    got, _ = read(text.encode("cp1252"))
    assert [speaker for speaker, _ in said(got[0])] == ["Zoë", "Jörg"]


@pytest.mark.parametrize(
    ("text", "sure"),
    [(CHAT, 0.3), ("Hi\nHello\n", 0.1), ("", 0.0), ("\n \n", 0.0), ('{"a": 1}', 0.0), ('[{"a": 1}]', 0.0),
     ("<?xml version='1.0'?><a/>", 0.0), ("<html>\n<p>x</p></html>\n", 0.0), ("a: \n- b\n- c\n", 0.0),
     ("\x00\x01\x02", 0.0), ("[laughs] Hello\nHi\n", 0.1), ("<u>So</u> it is\nYes\n", 0.1)],
)  # fmt: skip
def test_it_is_never_sure(text: str, sure: float) -> None:
    assert TranscriptReader().recognises(Head.of(Source("x.txt", lambda: io.BytesIO(text.encode())))) == sure
