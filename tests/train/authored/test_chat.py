"""What of real people's dialogues is fit for the assistant's mouth."""

from __future__ import annotations

import pytest

from chatbot.text.template import Turn
from train.authored.chat import claims_life, cleaned, exchanges
from train.corpora import Dialogue


def dialogue(*texts: str) -> Dialogue:
    return Dialogue(tuple(Turn(("user", "assistant")[n % 2], text) for n, text in enumerate(texts)))


@pytest.mark.parametrize(
    "text",
    [
        "My wife likes it.",
        "I live in Texas.",
        "I'm a teacher.",
        "When I was young",
        "i have two cats",
        "I have seen it.",
    ],
)
def test_a_life_of_flesh_and_blood_is_recognised(text: str) -> None:
    assert claims_life(text)


@pytest.mark.parametrize("text", ["I like it a lot.", "Your wife is right.", "I'm glad.", "I have no idea."])
def test_what_a_program_may_say_is_not_taken_for_it(text: str) -> None:
    assert not claims_life(text)


@pytest.mark.parametrize(
    "text", ["You are a damn fool.", "See http://x.org", "Hello (user 1's name)!", "word " * 60, "Hi <name>"]
)
def test_dialogues_that_are_unfit_are_left_out_whole(text: str) -> None:
    kept = dialogue("Do you like rain?", "Yes, very much.")
    found = list(cleaned([dialogue("Hello", "Hi", text, "Oh"), kept, dialogue("Hello", text)]))
    assert found == [kept]


def test_some_life_is_let_pass_but_not_much() -> None:
    some = dialogue("a", "I like it.", "b", "I see.", "c", "Me too.", "d", "I live in Rome.")
    much = dialogue("a", "I'm a teacher.", "b", "I see.")
    assert list(cleaned([some, much])) == [some]


def test_exchanges_are_short_and_stand_alone() -> None:
    fit = dialogue("Is it late?", "Yes, quite.", "Oh", "Ah")
    unfit = [dialogue("My name is Ann.", "Hi"), dialogue("Hi", "I live in Rome."), dialogue("w " * 20, "Oh")]
    assert exchanges([fit, *unfit]) == [("Is it late?", "Yes, quite.")]
