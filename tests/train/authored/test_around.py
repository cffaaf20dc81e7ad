"""Laws of what stands around what is told: values and what a text hangs on stay, and nothing is told by it."""

from __future__ import annotations

import random

from chatbot.text.template import Turn
from train.authored.around import Around, around, worn
from train.authored.compose import Composer
from train.authored.grammar import slots
from train.authored.library import load
from train.corpora import Dialogue

TEXT = "My {key} {value} does not know which of the old trains goes to town so early today"
SAID = (
    "He just came home. That sounds like a lot of fun! My name is Ada. I live here. She is called Ada. "
    "What a day? It was in 1994. They met Bob there. It seems to be broken."
)


def test_slots_and_what_a_text_hangs_on_stay() -> None:
    rng = random.Random(1)
    texts = [worn(TEXT, rng) for _ in range(500)]
    assert all(slots(text) == {"key", "value"} for text in texts)
    assert all({"My", "not", "which"} <= set(text.split()) for text in texts)


def test_facts_are_changed_more_often_than_talk_and_most_texts_stay() -> None:
    rng = random.Random(2)
    beside = Around(wears=True)
    facts, talk = (
        sum(beside.worn(TEXT, rng, about_facts=about) != TEXT for _ in range(1000)) for about in (True, False)
    )
    assert 30 < talk < facts < 500
    assert Around().worn(TEXT, rng, about_facts=True) == TEXT


def test_a_short_text_stays_as_it_is() -> None:
    rng = random.Random(3)
    assert {worn("I like tea.", rng) for _ in range(200)} == {"I like tea."}


def test_only_what_tells_nothing_is_a_remark() -> None:
    found = around([Dialogue((Turn("user", SAID), Turn("assistant", "Not bad."), Turn("user", "ok.")))])
    assert found.remarks == ("That sounds like a lot of fun!", "Not bad.")
    assert found.doings == ("just came home", "seems to be broken")


def test_remarks_stand_beside_what_is_told_and_leave_it_whole() -> None:
    rng = random.Random(4)
    beside = Around(remarks=("What a day!",))
    texts = {beside.with_remarks("I live in Oslo", rng) for _ in range(200)}
    assert texts == {
        "I live in Oslo",
        "What a day! I live in Oslo",
        "I live in Oslo. What a day!",
        "What a day! I live in Oslo. What a day!",
    }
    assert Around().with_remarks("I live in Oslo", rng) == "I live in Oslo"


def test_names_are_told_in_passing() -> None:
    composer = Composer(1, (), load(), Around(doings=("juggles seven melons",)))
    said = [turn.text.lower() for dialogue in composer.dialogues(400) for turn in dialogue.turns[::2]]
    told = [text for text in said if "juggles" in text and "melons" in text]
    assert len(told) >= 2
    assert Around().in_passing(random.Random(1)) is None
