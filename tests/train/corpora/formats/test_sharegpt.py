"""Laws of reading ShareGPT: what human and machine said, in their order, without instructions and tools."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from train.corpora.dialogue import Conversation, Utterance

Read = Callable[[str, bytes], tuple[list[Conversation], list[tuple[int, str]]]]


def file(*turns: tuple[Any, Any]) -> bytes:
    return json.dumps([{"id": "1", "conversations": [{"from": who, "value": what} for who, what in turns]}]).encode()


def test_the_sample_is_read(json_read: Read, json_samples: dict[str, bytes]) -> None:
    first = (Utterance("human", "Name a prime."), Utterance("gpt", "Seven.\nOr eleven."))
    second = (Utterance("gpt", "Hello!"), Utterance("human", "Hi"))
    assert json_read("sharegpt", json_samples["sharegpt"]) == ([Conversation(first, 2), Conversation(second, 19)], [])


@pytest.mark.parametrize("who", ["system", "tool", "function_call", "observation"])
@pytest.mark.parametrize("what", ["Be kind.", None, {"a": 1}])
def test_what_neither_side_says_is_left_out(json_read: Read, who: str, what: Any) -> None:
    ((conversation,), told) = json_read("sharegpt", file((who, what), ("user", "Hi"), (who, what), ("bing", "Hello!")))
    assert conversation.utterances == (Utterance("user", "Hi"), Utterance("bing", "Hello!"))
    assert told == []


@pytest.mark.parametrize(
    ("turns", "reason"),
    [
        ([], "0 turn(s)"),
        ([("human", "Hi"), ("gpt", "")], "1 turn(s)"),
        ([("human", "Hi"), ("gpt", None)], 'turn 2 has no "value" string'),
        ([("human", 42), ("gpt", "Yes")], 'turn 1 has no "value" string'),
        ([("human", "Hi"), (None, "Hello!")], 'turn 2 has no "from" string'),
    ],
)
def test_a_conversation_without_a_reply_is_skipped_with_its_reason(
    json_read: Read, turns: list[tuple[Any, Any]], reason: str
) -> None:
    got, ((number, why),) = json_read("sharegpt", file(*turns))
    assert got == []
    assert number == 1
    assert why.startswith(reason)
