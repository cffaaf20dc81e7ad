"""Laws of fbdialog: numbers part dialogues, tabs part turns, and lines without a tab are no speech."""

from __future__ import annotations

import io

import pytest

from train.corpora.dialogue import Conversation
from train.corpora.formats.fbdialog import FbDialogReader
from train.corpora.source import Source


def read(content: str | bytes, name: str = "task.txt") -> tuple[list[Conversation], list[tuple[int, str]]]:
    raw = content.encode() if isinstance(content, str) else content
    skipped: list[tuple[int, str]] = []
    source = Source(name, lambda: io.BytesIO(raw))
    return list(FbDialogReader().read(source, lambda line, reason: skipped.append((line, reason)))), skipped


def said(conversation: Conversation) -> list[tuple[str, str]]:
    return [(speaker, text) for speaker, text in conversation.utterances]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("gap", ["", "\n"])
def test_a_number_that_falls_starts_a_dialogue(ends: str, gap: str) -> None:
    content = f"1 hi\thello\n2 <SILENCE>\twhat?\n{gap}1 a\tb\n{gap}1 c\td\n3 e\tf\n2 g\th"
    got, skipped = read(content.replace("\n", ends))
    assert [said(one) for one in got] == [
        [("a", "hi"), ("b", "hello"), ("a", "<SILENCE>"), ("b", "what?")], [("a", "a"), ("b", "b")],
        [("a", "c"), ("b", "d"), ("a", "e"), ("b", "f")], [("a", "g"), ("b", "h")],
    ]  # fmt: skip
    assert [one.line for one in got] == [1, *(n + (k + 1) * len(gap) for k, n in enumerate((3, 4))), 6 + 2 * len(gap)]
    assert skipped == []


def test_knowledge_and_personas_are_no_speech_and_no_mistake() -> None:
    got, skipped = read(
        "1 your persona: I ski.\n2 partner's persona: I sing.\n3 hi\thello\t\tcand one|cand two\n"
        "4 the_place R_phone 1\n5 so\tyes\t1.0\n"
    )
    assert [said(one) for one in got] == [[("a", "hi"), ("b", "hello"), ("a", "so"), ("b", "yes")]]
    assert got[0].line == 1
    assert skipped == []


def test_empty_turns_are_left_out() -> None:
    got, skipped = read("1 \thello\n2 hi\t\n3 so\twell\n1 x\t\n")
    assert [said(one) for one in got] == [[("b", "hello"), ("a", "hi"), ("a", "so"), ("b", "well")]]
    assert [line for line, _ in skipped] == [4]


def test_a_line_without_a_number_is_told() -> None:
    got, skipped = read("1 a\tb\nno number\tx\n99999999999999999999 x\ty\n2 c\td\n")
    assert [text for _, text in said(got[0])] == ["a", "b", "c", "d"]
    assert [line for line, _ in skipped] == [2, 3]


def test_a_written_out_new_line_is_one() -> None:
    got, _ = read("1 a\\nb\tc\n")
    assert said(got[0])[0] == ("a", "a\nb")


def test_an_empty_file_holds_nothing() -> None:
    assert read("\n\n") == ([], [])
