"""What the readers of JSON formats share: which turns count, and how a record that cannot be used is described."""

from __future__ import annotations

from typing import Any

import pytest

from train.corpora.json_records import listed, speaker_of, spoken, text_of


def test_turns_in_which_nothing_is_said_are_left_out() -> None:
    turns = [{"who": "a", "what": "Hi"}, {"who": "b", "what": " \n"}, {"who": 3, "what": "Bye"}]
    assert list(spoken(turns, "who", "what")) == [("a", "Hi"), ("3", "Bye")]


@pytest.mark.parametrize(
    ("turn", "said"),
    [({"what": "Hi"}, 'turn 7 has no "who"'), ({"who": "a"}, 'turn 7 has no "what"'), ("Hi", "turn 7 has no")],
)
def test_a_turn_that_lacks_something_is_named_by_its_number(turn: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        (text_of(turn, "what", 7), speaker_of(turn, "who", 7))


@pytest.mark.parametrize("record", [{}, {"turns": {}}, {"turns": None}, [], "text", 3, None])
def test_a_record_without_the_list_is_told_what_was_expected(record: Any) -> None:
    with pytest.raises(ValueError, match=r'no "turns": expected LAYOUT, found '):
        listed(record, "turns", "LAYOUT")
    assert listed({"turns": [1]}, "turns", "LAYOUT") == [1]
