"""Templates: every way through them, and none that is not there."""

from __future__ import annotations

import random

import pytest

from chatbot.errors import CorpusError
from train.authored.grammar import choose, fill, sentence, slots, tidy


def every(template: str, tries: int = 400) -> set[str]:
    rng = random.Random(0)
    return {choose(template, rng) for _ in range(tries)}


@pytest.mark.parametrize(
    ("template", "texts"),
    [
        ("Hello.", {"Hello."}),
        ("[Hi|Hello] there", {"Hi there", "Hello there"}),
        ("so[ very|] good", {"so very good", "so good"}),
        ("[a|b[1|2[x|y]]]", {"a", "b1", "b2x", "b2y"}),
        ("[|, please|]?", {"?", ", please?"}),
        ("a | b", {"a | b"}),
    ],
)
def test_every_way_through_a_template_is_found_and_no_other(template: str, texts: set[str]) -> None:
    assert every(template) == texts


@pytest.mark.parametrize("template", ["[a|b", "a]b", "[[a]", "]["])
def test_brackets_that_do_not_match_are_an_error(template: str) -> None:
    with pytest.raises(CorpusError, match="brackets that do not match"):
        choose(template, random.Random(0))


def test_slots_are_filled_as_they_stand() -> None:
    assert slots("{a} and {key.his} {a}") == {"a", "key.his"}
    assert fill("My {key.his} {a}.", {"key.his": "her", "a": "x[1|2]{b}"}) == "My her x[1|2]{b}."


def test_blanks_are_folded_and_none_stands_before_a_sign() -> None:
    assert tidy("  so  what ,  then ? ") == "so what, then?"


def test_sentences_begin_with_a_capital_and_slots_stay() -> None:
    assert sentence("it rains. take {value}? {value} it is! well") == "It rains. Take {value}? {value} it is! Well"
