"""Laws of DailyDialog's lines: every mark ends a turn."""

from __future__ import annotations

import io

import pytest

from train.corpora.dialogue import Conversation
from train.corpora.formats.dailydialog import DailyDialogReader
from train.corpora.source import Source


def read(content: str | bytes, name: str = "dialogues.txt") -> tuple[list[Conversation], list[tuple[int, str]]]:
    raw = content.encode() if isinstance(content, str) else content
    skipped: list[tuple[int, str]] = []
    source = Source(name, lambda: io.BytesIO(raw))
    return list(DailyDialogReader().read(source, lambda line, reason: skipped.append((line, reason)))), skipped


def said(conversation: Conversation) -> list[tuple[str, str]]:
    return [(speaker, text) for speaker, text in conversation.utterances]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("end", [" __eou__", " __eou__ ", "__eou__"])
def test_a_line_is_a_dialogue(ends: str, end: str) -> None:
    dialogues = [["Hi , there .", "Hello ."], ["A", "B", "C"]]
    content = ends.join(" ".join(turn + end for turn in turns) for turns in dialogues) + ends + ends
    got, skipped = read(content)
    assert [[text for _, text in said(one)] for one in got] == dialogues
    assert [speaker for speaker, _ in said(got[1])] == ["a", "b", "a"]
    assert [one.line for one in got] == [1, 2]
    assert skipped == []


def test_a_last_turn_without_its_mark_is_one() -> None:
    assert said(read("a __eou__ b")[0][0]) == [("a", "a"), ("b", "b")]


def test_an_empty_turn_is_left_out_and_the_others_keep_their_speakers() -> None:
    assert said(read("a __eou__  __eou__ c __eou__ d __eou__")[0][0]) == [("a", "a"), ("a", "c"), ("b", "d")]


def test_a_line_of_one_turn_is_told() -> None:
    got, skipped = read("alone __eou__\na __eou__ b __eou__\n__eou__\n")
    assert len(got) == 1
    assert [line for line, _ in skipped] == [1, 3]
