"""Ways to type: what changes, and what never does."""

from __future__ import annotations

import random

import pytest

from train.authored.grammar import slots
from train.authored.typist import Typist

TEXT = "I'm sure that {name} isn't here, is {key.his} sister there?"


@pytest.mark.parametrize("seed", range(20))
def test_slots_stay_as_they_are_whoever_types(seed: int) -> None:
    rng = random.Random(seed)
    for typist in (Typist(True, True, True, 0.9), Typist.drawn(rng)):
        assert slots(typist.type(TEXT, rng)) == {"name", "key.his"}


def test_each_habit_does_what_it_says() -> None:
    rng = random.Random(1)
    assert Typist().type(TEXT, rng) == TEXT
    assert Typist(lower=True).type(TEXT, rng) == TEXT.replace("I", "i")
    assert Typist(bare=True).type("Oh, really?", rng) == "Oh, really"
    assert Typist(bare=True).type("Well...", rng) == "Well..."
    assert "'" not in Typist(loose=True).type(TEXT, rng)
    assert Typist(lower=True).value("New York") == "new york"
    assert Typist(loose=True, slips=1.0).value("New York") == "New York"


def test_slips_change_long_words_alone_and_by_one_or_two_letters() -> None:
    typist = Typist(slips=1.0)
    for seed in range(50):
        typed = typist.type("Is the weather nice in our town", random.Random(seed)).split()
        for word, other in zip(["Is", "the", "weather", "nice", "in", "our", "town"], typed, strict=True):
            assert abs(len(word) - len(other)) <= 1
            assert word[0] == other[0]
            if len(word) < 4:
                assert word == other


def test_people_type_in_many_ways() -> None:
    rng = random.Random(2)
    drawn = [Typist.drawn(rng) for _ in range(300)]
    assert 0.2 < sum(typist.lower for typist in drawn) / 300 < 0.5
    assert 0.3 < sum(typist == Typist() for typist in drawn) / 300 < 0.6
