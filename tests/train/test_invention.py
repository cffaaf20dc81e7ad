"""Made-up words: only what a reply repeats is replaced, wherever it stands, and by words that nobody has seen."""

from __future__ import annotations

import random
import re

import pytest

from chatbot.text.template import Turn
from train.corpora import Dialogue, Utterance
from train.invention import Inventor, invent, made_up


def dialogue(*texts: str) -> Dialogue:
    return Dialogue.of(Utterance("ab"[n % 2], text) for n, text in enumerate(texts))


OSLO = dialogue("I live in Oslo, do you?", "No, but Oslo is nice. OSLO!", "My dog is Rex.", "Hello Rex; how is oslo?")


def test_what_a_reply_repeats_is_replaced_throughout_and_keeps_its_capitals() -> None:
    first, second, third, fourth = (turn.text for turn in invent(OSLO, 1.0, frozenset(), 3).turns)
    match = re.fullmatch(r"I live in (\w+), do you\?", first)
    assert match is not None
    town = match[1]
    assert town != "Oslo"
    assert town[0].isupper()
    assert town[1:].islower()
    assert second == f"No, but {town} is nice. {town.upper()}!"
    name = third.removeprefix("My dog is ").removesuffix(".")
    assert name not in ("Rex", town)
    assert fourth == f"Hello {name}; how is {town.lower()}?"


def test_words_that_stay_stay_and_so_does_what_nobody_repeats() -> None:
    kept = invent(OSLO, 1.0, frozenset({"oslo"}), 3)
    assert [turn.text for turn in kept.turns[:2]] == [turn.text for turn in OSLO.turns[:2]]
    assert kept.turns[2] != OSLO.turns[2]
    alone = dialogue("I live in Oslo.", "Really?")
    assert invent(alone, 1.0, frozenset(), 3) == alone


def test_where_one_side_is_learned_the_other_may_repeat_what_it_likes() -> None:
    theirs = dialogue("Hi", "I live in Oslo.", "Oslo?", "Yes.")._replace(only="assistant")
    assert invent(theirs, 1.0, frozenset(), 3) == theirs
    assert invent(theirs._replace(only=None), 1.0, frozenset(), 3) != theirs._replace(only=None)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_the_share_of_dialogues_is_what_was_asked_for_and_a_seed_repeats(share: float) -> None:
    changed = [invent(OSLO, share, frozenset(), seed) != OSLO for seed in range(600)]
    assert sum(changed) / 600 == pytest.approx(share, abs=0.06)
    assert invent(OSLO, 1.0, frozenset(), 5) == invent(OSLO, 1.0, frozenset(), 5)
    assert invent(OSLO, 1.0, frozenset(), 5) != invent(OSLO, 1.0, frozenset(), 6)


def test_what_many_dialogues_say_stays() -> None:
    inventor = Inventor(1.0)
    for number in range(100):
        town = f"town{chr(97 + number % 26)}{chr(97 + number // 26)}"
        inventor.count(dialogue(f"we live in {town}", f"so {town} it is, live well"))
    share, stay = inventor.settings
    assert (share, stay) == (1.0, {"live", "well"})


def test_of_few_dialogues_nothing_is_common_by_chance() -> None:
    inventor = Inventor(1.0)
    inventor.count(OSLO)
    assert inventor.settings[1] == frozenset()


def test_without_a_share_nothing_is_counted_and_nothing_sampled() -> None:
    inventor = Inventor(0.0)
    inventor.count(OSLO)
    assert inventor.settings == (0.0, frozenset())
    assert inventor.samples(5) == []


def test_made_up_words_are_many_and_of_letters() -> None:
    rng = random.Random(1)
    words = [made_up(rng) for _ in range(3000)]
    assert all(re.fullmatch("[a-z]{3,}", word) for word in words)
    assert len(set(words)) > 2500


def test_the_roles_stay(dialogues: list[Dialogue]) -> None:
    for number, each in enumerate(dialogues[:50]):
        new = invent(each, 1.0, frozenset(), number)
        assert [turn.role for turn in new.turns] == [turn.role for turn in each.turns]
        assert isinstance(new.turns[0], Turn)
