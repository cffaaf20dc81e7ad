"""Laws of reading Topical-Chat: each member is a conversation, whatever it is called."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from train.corpora.dialogue import Conversation, Utterance

Read = Callable[[str, bytes], tuple[list[Conversation], list[tuple[int, str]]]]
CONTENT = [{"agent": "agent_1", "message": "Hi"}, {"agent": "agent_2", "message": "Hello!"}]


def test_the_sample_is_read(json_read: Read, json_samples: dict[str, bytes]) -> None:
    first = (Utterance("agent_1", "Did you know giraffes hum?"), Utterance("agent_2", "I did not."))
    second = (Utterance("agent_1", "Do you dance?"), Utterance("agent_2", "Only samba."), Utterance("agent_1", "Olé!"))
    got, told = json_read("topical_chat", json_samples["topical_chat"])
    assert [conversation.utterances for conversation in got] == [first, second]
    assert told == []


def test_equal_names_and_empty_ones_are_conversations_too(json_read: Read) -> None:
    one = json.dumps({"content": CONTENT})
    got, told = json_read("topical_chat", f'{{"x": {one},\n"x": {one},\n"": {one}}}'.encode())
    assert [conversation.line for conversation in got] == [1, 2, 3]
    assert told == []


def test_a_message_that_cannot_be_used_is_named(json_read: Read) -> None:
    cases: list[tuple[Any, str]] = [
        ({"agent": "agent_1", "message": None}, 'turn 3 has no "message" string'),
        ({"agent": None, "message": "Hi"}, 'turn 3 has no "agent" string'),
        ("Hi", 'turn 3 has no "message" string'),
    ]
    for turn, reason in cases:
        content = json.dumps({"bad": {"content": [*CONTENT, turn]}, "good": {"content": CONTENT}}).encode()
        got, ((_, why),) = json_read("topical_chat", content)
        assert len(got) == 1
        assert why.startswith(reason)
