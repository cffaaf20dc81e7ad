"""Laws of ChatterBot's YAML: scalars are texts as written, and what is no list of them is named."""

from __future__ import annotations

import io

import pytest

from train.corpora.dialogue import Conversation
from train.corpora.formats.chatterbot import ChatterBotReader
from train.corpora.source import Source


def read(content: str | bytes, name: str = "chat.yml") -> tuple[list[Conversation], list[tuple[int, str]]]:
    raw = content.encode() if isinstance(content, str) else content
    skipped: list[tuple[int, str]] = []
    source = Source(name, lambda: io.BytesIO(raw))
    return list(ChatterBotReader().read(source, lambda line, reason: skipped.append((line, reason)))), skipped


def said(conversation: Conversation) -> list[tuple[str, str]]:
    return [(speaker, text) for speaker, text in conversation.utterances]


def texts(got: list[Conversation]) -> list[list[str]]:
    return [[text for _, text in said(one)] for one in got]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_conversations_are_lists_of_turns(ends: str, mark: str) -> None:
    content = "categories:\n- x\nconversations:\n- - Hi\n  - Hello\n- - 'A: b'\n  - |\n    two\n    lines\n  - c\n\n"
    got, skipped = read(mark + content.replace("\n", ends))
    assert [said(one) for one in got] == [
        [("a", "Hi"), ("b", "Hello")], [("a", "A: b"), ("b", "two\nlines\n"), ("a", "c")],
    ]  # fmt: skip
    assert [one.line for one in got] == [4, 6]
    assert skipped == []


def test_numbers_and_booleans_stay_as_written() -> None:
    got, skipped = read("conversations: [[yes, 3.10], [0x1F, ~], [No, 2024-01-02, 1_000]]")
    assert texts(got) == [["yes", "3.10"], ["0x1F", "~"], ["No", "2024-01-02", "1_000"]]
    assert skipped == []


def test_what_is_no_list_of_texts_is_named() -> None:
    got, skipped = read(
        "conversations:\n- - a\n  - b\n- alone\n- - one\n- - c\n  - d: e\n- - f\n  - [g, [h]]\n- {i: j}\n- - k\n  -\n"
        "- - l\n  - m\n"
    )
    assert texts(got) == [["a", "b"], ["l", "m"]]
    assert [line for line, _ in skipped] == [4, 5, 6, 8, 10, 11]


def test_aliases_are_not_followed() -> None:
    bomb = "".join(f"x{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) or 'lol'}]\n" for n in range(1, 30))
    got, skipped = read("x0: &a0 [lol]\n" + bomb + "conversations:\n- *a29\n- [*a0, b]\n- [c, d]\n")
    assert texts(got) == [["c", "d"]]
    assert [reason for _, reason in skipped] == ["not a list of turns", "turn 1 is not a text"]


@pytest.mark.parametrize(
    "broken",
    ["- - 'open\n", "- - a: b: c\n", '- - "\\UFFFFFFFF"\n', "- [a, b\n", "- - !!python/x:\n   - \x07\n", "\t-"],
)
def test_a_mistake_ends_the_file_and_is_told(broken: str) -> None:
    got, skipped = read("conversations:\n- - a\n  - b\n" + "- - c\n  - d\n" * 1000 + broken)
    assert texts(got)[:1] == [["a", "b"]]
    (skip,) = skipped
    assert "not YAML" in skip[1]
    assert skip[1].isprintable()


def test_nesting_is_passed_over_and_ends_the_file_where_it_would_take_forever() -> None:
    got, skipped = read("conversations: [[a, b], " + "[" * 50 + "]" * 50 + ", [c, d]]")
    assert texts(got) == [["a", "b"], ["c", "d"]]
    assert [reason for _, reason in skipped] == ["turn 1 is not a text"]
    got, skipped = read("conversations: [[a, b], " + "[" * 100_000 + "]" * 100_000 + ", [c, d]]")
    assert texts(got) == [["a", "b"]]
    assert ["nested too deeply" in reason for _, reason in skipped] == [True]


@pytest.mark.parametrize("content", ["", "a: b\n", "- a\n- b\n", "conversations:\n", "conversations: text\n", "x"])
def test_a_file_without_conversations_holds_none(content: str) -> None:
    assert read(content) == ([], [])
