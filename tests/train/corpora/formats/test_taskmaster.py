"""Laws of reading Taskmaster: the utterances in order, whoever speaks twice, and nothing of what is noted on them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from train.corpora.dialogue import Conversation, Utterance
from train.corpora.reader import Head, Reader

Read = Callable[[str, bytes], tuple[list[Conversation], list[tuple[int, str]]]]
PUBLISHED = Path(__file__).resolve().parents[4].parent / "shared" / "corpora" / "formats" / "taskmaster.json"


def test_the_sample_is_read(json_read: Read, json_samples: dict[str, bytes]) -> None:
    first = (
        Utterance("USER", "A pizza for two, please."),
        Utterance("ASSISTANT", "Which one?"),
        Utterance("ASSISTANT", "They have twelve."),
    )
    second = (Utterance("ASSISTANT", "How may I help?"), Utterance("USER", "Two tickets to Köln."))
    got, told = json_read("taskmaster", json_samples["taskmaster"])
    assert [conversation.utterances for conversation in got] == [first, second]
    assert told == []


def test_an_utterance_that_cannot_be_used_is_named(json_read: Read) -> None:
    for turn, reason in (
        ({"speaker": "USER"}, 'turn 2 has no "text" string'),
        ({"speaker": "USER", "text": None}, 'turn 2 has no "text" string'),
        ({"text": "Hi"}, 'turn 2 has no "speaker" string'),
        ({"speaker": "USER", "text": " \n"}, "1 turn(s): expected at least 2"),
    ):
        record = {"utterances": [{"speaker": "ASSISTANT", "text": "Hi"}, turn]}
        got, ((number, why),) = json_read("taskmaster", json.dumps([record]).encode())
        assert got == []
        assert number == 1
        assert why.startswith(reason)


@pytest.mark.skipif(not PUBLISHED.is_file(), reason=f"no {PUBLISHED.name} of the corpora at hand")
def test_the_published_file_is_read_as_it_stands(
    json_read: Read, json_reader: Callable[[str], Reader], json_head: Callable[[bytes], Head]
) -> None:
    content = PUBLISHED.read_bytes()
    assert json_reader("taskmaster").recognises(json_head(content)) > 0.9
    ((conversation,), told) = json_read("taskmaster", content)
    assert told == []
    assert len(conversation.utterances) == content.count(b'"speaker"') == 20
    assert {speaker for speaker, _ in conversation.utterances} == {"USER", "ASSISTANT"}
    assert conversation.utterances[7] == Utterance("ASSISTANT", "5 or 8.")
