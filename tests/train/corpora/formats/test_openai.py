"""Laws of reading chats with roles: what user and assistant said is read, the machinery between them is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from train.corpora.dialogue import Conversation, Utterance

Read = Callable[[str, bytes], tuple[list[Conversation], list[tuple[int, str]]]]


def chat(*messages: tuple[Any, Any]) -> bytes:
    return json.dumps({"messages": [{"role": role, "content": content} for role, content in messages]}).encode()


def test_the_sample_is_read(json_read: Read, json_samples: dict[str, bytes]) -> None:
    first = (
        Utterance("user", "Where do puffins live?"),
        Utterance("assistant", "On cliffs by the sea."),
        Utterance("user", "Which is this?\nAnd where?"),
        Utterance("assistant", "An Atlantic puffin."),
    )
    second = (Utterance("user", "¿Qué tal?"), Utterance("assistant", "Bien."))
    assert json_read("openai", json_samples["openai"]) == ([Conversation(first, 1), Conversation(second, 2)], [])


@pytest.mark.parametrize("role", ["system", "developer", "tool", "function"])
@pytest.mark.parametrize("content", ["Be kind.", None, [], [{"type": "text", "text": "Be kind."}], 3])
def test_what_neither_side_says_is_left_out(json_read: Read, role: str, content: Any) -> None:
    got, told = json_read("openai", chat((role, content), ("user", "Hi"), (role, content), ("assistant", "Hello!")))
    assert [conversation.utterances for conversation in got] == [
        (Utterance("user", "Hi"), Utterance("assistant", "Hello!"))
    ]
    assert told == []


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ([{"type": "text", "text": "One"}], "One"),
        ([{"type": "input_text", "text": "One"}, {"type": "input_text", "text": "two"}], "One\ntwo"),
        (["One", "two"], "One\ntwo"),
        ([{"type": "image_url", "image_url": {}}, {"type": "text", "text": "One"}, None, 3], "One"),
        ("  One ", "  One "),
    ],
)
def test_the_texts_of_a_content_in_parts_are_joined(json_read: Read, content: Any, text: str) -> None:
    ((conversation,), told) = json_read("openai", chat(("user", content), ("assistant", "Hello!")))
    assert conversation.utterances[0] == Utterance("user", text)
    assert told == []


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([("user", "Hi"), ("assistant", None)], "1 turn(s)"),
        ([("user", "Hi"), ("assistant", "")], "1 turn(s)"),
        ([("user", [{"type": "image_url", "image_url": {}}]), ("assistant", "A dog.")], "1 turn(s)"),
        ([("system", "x"), ("system", "y")], "0 turn(s)"),
        ([("user", None), ("assistant", "Hello!")], 'turn 1 has no "content" string'),
        ([("user", "Hi"), ("assistant", {"text": "Hello!"})], 'turn 2 has no "content" string'),
        ([("user", 5), ("assistant", "Hello!")], 'turn 1 has no "content" string'),
        ([("user", "Hi"), (None, "Hello!")], 'turn 2 has no "role" string'),
    ],
)
def test_a_chat_without_a_reply_is_skipped_with_its_reason(
    json_read: Read, messages: list[tuple[Any, Any]], reason: str
) -> None:
    got, told = json_read("openai", chat(*messages) + b"\n" + chat(("user", "Hi"), ("assistant", "Hello!")))
    assert [conversation.line for conversation in got] == [2]
    ((number, why),) = told
    assert number == 1
    assert why.startswith(reason)
