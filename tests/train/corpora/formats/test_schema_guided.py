"""Laws of reading Schema-Guided Dialogue and MultiWOZ 2.2: the turns in order, without their frames."""

from __future__ import annotations

import json
from collections.abc import Callable

from train.corpora.dialogue import Conversation, Utterance

Read = Callable[[str, bytes], tuple[list[Conversation], list[tuple[int, str]]]]


def test_the_sample_is_read(json_read: Read, json_samples: dict[str, bytes]) -> None:
    first = (Utterance("USER", "I am hungry."), Utterance("SYSTEM", "In which city?"))
    second = (Utterance("USER", "A train to Ely."), Utterance("SYSTEM", "When?"), Utterance("USER", "At noon."))
    got, told = json_read("schema_guided", json_samples["schema_guided"])
    assert [conversation.utterances for conversation in got] == [first, second]
    assert told == []


def test_a_turn_that_cannot_be_used_is_named(json_read: Read) -> None:
    for turn, reason in (
        ({"speaker": "SYSTEM", "text": "Hi"}, 'turn 2 has no "utterance" string'),
        ({"speaker": "SYSTEM", "utterance": ["Hi"]}, 'turn 2 has no "utterance" string'),
        ({"utterance": "Hi"}, 'turn 2 has no "speaker" string'),
        ({"speaker": "SYSTEM", "utterance": ""}, "1 turn(s): expected at least 2"),
    ):
        record = {"dialogue_id": "1", "turns": [{"speaker": "USER", "utterance": "Hi"}, turn]}
        got, ((number, why),) = json_read("schema_guided", json.dumps([record]).encode())
        assert got == []
        assert number == 1
        assert why.startswith(reason)
