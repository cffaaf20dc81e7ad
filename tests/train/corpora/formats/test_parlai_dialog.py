"""Laws of ParlAI's dialog format: fields are found by name, and escapes are undone."""

from __future__ import annotations

import io

import pytest

from train.corpora.dialogue import Conversation
from train.corpora.formats.parlai_dialog import ParlaiDialogReader
from train.corpora.source import Source


def read(content: str | bytes, name: str = "dialog.txt") -> tuple[list[Conversation], list[tuple[int, str]]]:
    raw = content.encode() if isinstance(content, str) else content
    skipped: list[tuple[int, str]] = []
    source = Source(name, lambda: io.BytesIO(raw))
    return list(ParlaiDialogReader().read(source, lambda line, reason: skipped.append((line, reason)))), skipped


def said(conversation: Conversation) -> list[tuple[str, str]]:
    return [(speaker, text) for speaker, text in conversation.utterances]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("labels", ["labels", "eval_labels"])
@pytest.mark.parametrize("gap", ["", "\n"])
def test_the_end_of_an_episode_ends_the_dialogue(ends: str, labels: str, gap: str) -> None:
    content = f"text:a\t{labels}:b|B\treward:1\nid:x\t{labels}:d\ttext:c\tepisode_done:True\n{gap}text:e\t{labels}:f"
    got, skipped = read(content.replace("\n", ends))
    assert [said(one) for one in got] == [
        [("a", "a"), ("b", "b"), ("a", "c"), ("b", "d")], [("a", "e"), ("b", "f")],
    ]  # fmt: skip
    assert [one.line for one in got] == [1, 3 + len(gap)]
    assert skipped == []


def test_escapes_are_undone_and_colons_stay() -> None:
    got, _ = read("text:a: b\\nc\\td\tlabels:x__PIPE__y: z|w\n")
    assert said(got[0]) == [("a", "a: b\nc\td"), ("b", "x|y: z")]


def test_persona_lines_are_left_out() -> None:
    got, _ = read("text:your persona: I ski.\\nYour persona: I sing.\\nhi\\nyou\tlabels:hello\n")
    assert said(got[0]) == [("a", "hi\nyou"), ("b", "hello")]


def test_missing_and_empty_fields_are_no_turns() -> None:
    got, skipped = read("text:a\nlabels:b\ntext:\tlabels:c\ntext:d\tlabels:\tepisode_done:True\n")
    assert [said(one) for one in got] == [[("a", "a"), ("b", "b"), ("b", "c"), ("a", "d")]]
    assert skipped == []


def test_what_is_no_turn_is_told() -> None:
    got, skipped = read("nonsense\ntext:a\tepisode_done:True\ntext:b\tlabels:c\n")
    assert [said(one) for one in got] == [[("a", "b"), ("b", "c")]]
    assert [line for line, _ in skipped] == [1, 2]
