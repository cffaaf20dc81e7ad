"""Telling and correcting: what was told is kept as it was said, and a new value takes the place of the old."""

from __future__ import annotations

import random

import pytest

from train.authored.kinds import Library
from train.authored.scene import Scene
from train.authored.telling import correct, tell, tell_shortly
from train.authored.typist import Typist


def scene(library: Library, seed: int, typist: Typist | None = None) -> Scene:
    return Scene(library, random.Random(seed), typist or Typist())


@pytest.mark.parametrize("seed", range(40))
def test_what_is_told_stands_in_what_the_user_says(library: Library, seed: int) -> None:
    made = scene(library, seed, Typist(lower=seed % 2 == 0))
    while not tell(made):
        pass
    assert made.told
    for fact in made.told.values():
        assert fact.values
        for value in fact.values.values():
            assert value in made.turns[0].text
        if fact.key is not None:
            assert fact.key.text in made.turns[0].text.lower()


@pytest.mark.parametrize("any_words", [False, True])
@pytest.mark.parametrize("seed", range(40))
def test_a_correction_puts_the_new_value_in_its_place_and_names_the_old_in_words_of_the_kind(
    library: Library, monkeypatch: pytest.MonkeyPatch, seed: int, any_words: bool
) -> None:
    monkeypatch.setattr("train.authored.telling._ANY_CORRECTION", float(any_words))
    made = scene(library, seed)
    city = next(kind for kind in library.kinds if kind.name == "city")
    while ("city", None) not in made.told:
        tell(made)
    old, others = made.told["city", None].values["value"], dict(made.told)
    while made.told["city", None].values["value"] == old:
        correct(made)
    new = made.told["city", None].values["value"]
    assert made.told["city", None].kind == city
    said, reply = made.turns[-2].text, made.turns[-1].text
    assert (old in said) != any_words
    assert new in said
    assert new in reply
    assert ("city", None) in made.corrected
    assert {n: f for n, f in made.told.items() if n[0] != "city"} == {n: f for n, f in others.items() if n[0] != "city"}


def test_a_short_answer_is_the_value_and_is_remembered(library: Library) -> None:
    made = scene(library, 3)
    while not made.told:
        tell(made)
    fact = next(iter(made.told.values()))
    slot = next(iter(fact.values))
    tell_shortly(made, fact, slot)
    assert made.told[fact.name].values[slot] in made.turns[-2].text
