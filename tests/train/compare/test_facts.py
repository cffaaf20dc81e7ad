"""Recall of facts: what stands in a script, that chance is chance, and that one who listens is seen to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pytest

from chatbot.text.template import Turn, encode_turn
from chatbot.text.tokenizer import USER, Tokenizer
from train.compare.facts import CHOICES, choices, example_of, recall, scripts, tokens_between

if TYPE_CHECKING:
    from train.dataset import Example


def test_a_script_tells_one_value_and_asks_for_it() -> None:
    for script in scripts(2, 30):
        assert script.value.lower() in script.turns[0].text.lower()
        assert [turn.role for turn in script.turns] == ["user", "assistant"] * 3 + ["user"]
        assert script.value.lower() in script.replies[0].lower()
        assert len(set(script.replies)) == CHOICES
        for other in script.replies[1:]:
            assert script.value.lower() not in other.lower().split()


def test_nothing_but_the_gap_differs_between_gaps() -> None:
    for near, far in zip(scripts(0, 12), scripts(5, 12), strict=True):
        assert near.turns[:2] == far.turns[:2]
        assert near.turns[-1] == far.turns[-1]
        assert near.replies == far.replies
        assert len(far.turns) - len(near.turns) == 10


def test_only_the_last_reply_is_scored(tokenizer: Tokenizer) -> None:
    turns = [Turn("user", "i am ida."), Turn("assistant", "hello ida."), Turn("user", "who am i?")]
    layout = example_of(tokenizer, turns, "you are ida.").layout
    reply = encode_turn(tokenizer, Turn("assistant", "you are ida."))
    places = np.flatnonzero(layout.counted)
    assert layout.ids[places + 1].tolist() == reply[1:]


class Luck:
    """Scores without having listened: each reply gets what is drawn for it."""

    def __call__(self, examples: Sequence[Example]) -> np.ndarray:
        return np.random.default_rng(1).normal(size=len(examples))


class Prejudice:
    """Likes some values more than others, and has not listened: nats hang on the reply alone."""

    def __call__(self, examples: Sequence[Example]) -> np.ndarray:
        return np.array([hash(_reply(example)) % 1009 for example in examples], float)


class Listener:
    """Counts how many pieces of the reply stood in the conversation before it."""

    def __call__(self, examples: Sequence[Example]) -> np.ndarray:
        found = []
        for example in examples:
            ids, first = example.layout.ids.tolist(), int(example.layout.starts[-1])
            before = " ".join(map(str, ids[:first]))
            runs = [
                n
                for n in range(1, 30)
                for s in range(first, len(ids) - n)
                if " ".join(map(str, ids[s : s + n])) in before
            ]
            found.append(-float(sum(runs)))
        return np.array(found)


def _reply(example: Example) -> tuple[int, ...]:
    return tuple(example.layout.ids[int(example.layout.starts[-1]) :].tolist())


@pytest.mark.parametrize("deaf", [Luck(), Prejudice()])
def test_who_has_not_listened_is_right_once_in_five_times(deaf: object, tokenizer: Tokenizer) -> None:
    right = choices(deaf, tokenizer, scripts(0, 400))
    assert np.mean(right) == pytest.approx(1 / CHOICES, abs=4 * np.sqrt(0.16 / 400))


def test_who_has_listened_is_right_but_not_without_having_been_told(tokenizer: Tokenizer) -> None:
    found = recall(Listener(), tokenizer, (0, 2), 40)
    assert [point["recall"] for point in found["points"]] == pytest.approx([1, 1], abs=0.15)
    assert found["half_life_kind"] == "beyond"
    assert found["untold"] < 0.4


def test_a_tie_is_not_right(tokenizer: Tokenizer) -> None:
    assert not any(choices(lambda examples: np.zeros(len(examples)), tokenizer, scripts(0, 3)))


def test_pieces_between_are_those_of_the_turns_between(tokenizer: Tokenizer) -> None:
    script = scripts(1, 1)[0]
    ids = [i for turn in script.turns for i in encode_turn(tokenizer, turn)]
    told = len(encode_turn(tokenizer, script.turns[0]))
    question = max(place for place, piece in enumerate(ids) if piece == USER)
    assert tokens_between(tokenizer, script) == question - told
