"""Laws of reading CaSiNo: what the campers said is read, what they clicked is not."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from train.corpora.dialogue import Conversation, Utterance

Read = Callable[[str, bytes], tuple[list[Conversation], list[tuple[int, str]]]]


def file(*texts: str) -> bytes:
    logs = [{"text": text, "task_data": {}, "id": f"mturk_agent_{n % 2 + 1}"} for n, text in enumerate(texts)]
    return json.dumps([{"chat_logs": logs}]).encode()


def test_the_sample_is_read(json_read: Read, json_samples: dict[str, bytes]) -> None:
    first = (
        Utterance("mturk_agent_1", "Hello! I need water 🙂"),
        Utterance("mturk_agent_2", "Take two, I want the firewood."),
    )
    second = (Utterance("mturk_agent_1", "Not fair."), Utterance("mturk_agent_2", "Then no."))
    assert json_read("casino", json_samples["casino"]) == ([Conversation(first, 1), Conversation(second, 1)], [])


@pytest.mark.parametrize("action", ["Submit-Deal", "Accept-Deal", "Reject-Deal", "Walk-Away"])
def test_an_action_is_no_turn_but_may_be_spoken_of(json_read: Read, action: str) -> None:
    ((conversation,), _) = json_read("casino", file("Hi", action, "Shall I press " + action + "?", action))
    assert [text for _, text in conversation.utterances] == ["Hi", f"Shall I press {action}?"]
    got, ((_, why),) = json_read("casino", file("Hi", action))
    assert got == []
    assert why.startswith("1 turn(s)")
