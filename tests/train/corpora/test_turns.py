"""Laws of what all readers do with the turns they found."""

from __future__ import annotations

import pytest

from train.corpora.dialogue import Conversation, Utterance
from train.corpora.turns import conversation, merged


def spoken(*turns: str) -> list[Utterance]:
    return [Utterance(turn[0], turn[1:]) for turn in turns]


def test_empty_turns_are_left_out_of_a_conversation() -> None:
    told: list[int] = []
    got = list(conversation(spoken("aHi", "b", "b \n", "a yes "), 7, lambda line, reason: told.append(line)))
    assert got == [Conversation((Utterance("a", "Hi"), Utterance("a", " yes ")), 7)]
    assert told == []


@pytest.mark.parametrize(("turns", "count"), [([], 0), (["a", "b "], 0), (["aHi", "b\t"], 1)])
def test_fewer_than_two_turns_are_told(turns: list[str], count: int) -> None:
    told: list[tuple[int, str]] = []
    assert list(conversation(spoken(*turns), 3, lambda line, reason: told.append((line, reason)))) == []
    assert told == [(3, f"{count} turn(s): expected at least 2")]


def test_what_a_speaker_says_in_a_row_is_one_turn() -> None:
    assert list(merged(spoken("a1", "a2", "b3", "b", "b4", "c ", "b5", "a6"))) == spoken("a1\n2", "b3\n4\n5", "a6")
