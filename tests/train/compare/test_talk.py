"""What is said of replies, for speakers whose replies are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from chatbot.text.tokenizer import END, Tokenizer
from train.compare.talk import first_turns, talk

if TYPE_CHECKING:
    from train.compare.conditions import Conditions


class Parrot:
    """Says what the first turn says, over again."""

    def __init__(self, ids: Sequence[int]) -> None:
        self._ids = list(ids)

    def reply(self, role: str, **_: Any) -> Iterator[int]:
        return iter(self._ids[1 : self._ids.index(END)])


def test_a_parrot_recalls_everything_and_abstains_from_nothing(tokenizer: Tokenizer) -> None:
    found = talk(Parrot, tokenizer, ["good morning", "bread"], 5)
    assert [reply["greedy"] for reply in found["replies"]] == ["good morning", "bread"]
    assert found["recalled"] == 1
    assert found["abstained"] == 0
    assert found["distinct_1"] == 1
    assert found["mean_length"] == 1.5


@pytest.mark.parametrize("text", ["You haven't told me.", "I don't know that.", "you did not mention it"])
def test_who_always_admits_not_to_know_recalls_nothing(text: str, tokenizer: Tokenizer) -> None:
    class Modest(Parrot):
        def reply(self, role: str, **_: Any) -> Iterator[int]:
            return iter(tokenizer.encode(text))

    found = talk(Modest, tokenizer, ["a", "b", "c"], 4)
    assert found["abstained"] == 1
    assert found["recalled"] == 0
    assert found["top10_share"] == 1
    assert found["distinct_1"] == pytest.approx(1 / 3)


def test_prompts_are_first_turns_each_once(conditions: Conditions) -> None:
    examples, tokenizer = conditions.prepared.validation, conditions.prepared.tokenizer
    found = first_turns([*examples, *examples], tokenizer, 100)
    assert len(found) == len(set(found)) <= len(examples)
    assert first_turns(examples, tokenizer, 2) == found[:2]
