"""Laws of reading ParlAI's conversations: all acts in order, in pairs or not, but for those without a text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from train.corpora.dialogue import Conversation, Utterance

Read = Callable[[str, bytes], tuple[list[Conversation], list[tuple[int, str]]]]
HI, HELLO, BYE = ({"id": who, "text": text} for who, text in (("a", "Hi"), ("b", "Hello!"), ("a", "Bye")))
NOTHING: list[Any] = [{"id": "b", "text": ""}, {"id": "b", "text": " "}, {"id": "b", "text": None}, {"id": "b"}, {}]


def file(dialog: list[Any]) -> bytes:
    return json.dumps({"dialog": dialog}).encode()


def test_the_sample_is_read(json_read: Read, json_samples: dict[str, bytes]) -> None:
    first = (
        Utterance("human_1", "Do you ski?"),
        Utterance("bot", "Every winter."),
        Utterance("human_1", "Where?"),
        Utterance("bot", "In the Jura."),
    )
    second = (Utterance("human_1", "Naïve question."), Utterance("bot", "Go on."))
    assert json_read("parlai_conversations", json_samples["parlai_conversations"]) == (
        [Conversation(first, 1), Conversation(second, 2)],
        [],
    )


@pytest.mark.parametrize(
    "dialog",
    [
        [[HI, HELLO], [BYE]],
        [[HI, HELLO, BYE]],
        [HI, HELLO, BYE],
        [[HI], HELLO, [], [BYE]],
        [[HI, *NOTHING], [*NOTHING, HELLO], *NOTHING, [BYE]],
    ],
)
def test_acts_are_turns_however_they_are_grouped(json_read: Read, dialog: list[Any]) -> None:
    ((conversation,), told) = json_read("parlai_conversations", file(dialog))
    assert conversation.utterances == (Utterance("a", "Hi"), Utterance("b", "Hello!"), Utterance("a", "Bye"))
    assert told == []


@pytest.mark.parametrize(
    ("dialog", "reason"),
    [
        ([], "0 turn(s)"),
        ([[HI, *NOTHING]], "1 turn(s)"),
        ([[HI, {"id": "b", "text": 3}]], 'turn 2 has no "text" string'),
        ([[HI, {"id": None, "text": "Hello!"}]], 'turn 2 has no "id" string'),
        ([[HI, [HELLO]]], 'turn 2 has no "text" string'),
        (["Hi", "Hello!"], 'turn 1 has no "text" string'),
        ([None, HI, HELLO], 'turn 1 has no "text" string'),
    ],
)
def test_a_conversation_that_cannot_be_used_is_skipped_with_its_reason(
    json_read: Read, dialog: list[Any], reason: str
) -> None:
    got, ((number, why),) = json_read("parlai_conversations", file(dialog))
    assert got == []
    assert number == 1
    assert why.startswith(reason)
