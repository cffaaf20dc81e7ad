"""A scene: who says what, in whose words."""

from __future__ import annotations

import random

import pytest

from train.authored.kinds import Library
from train.authored.scene import Scene, uncapitalised
from train.authored.typist import Typist


@pytest.fixture
def scene(library: Library) -> Scene:
    return Scene(library, random.Random(1), Typist())


def test_the_assistant_says_only_what_can_be_filled(scene: Scene) -> None:
    templates = ["{place} is far.", "On {time}.", "I see."]
    assert {scene.pick(templates, {"time": "Monday"}) for _ in range(30)} == {"On Monday.", "I see."}
    assert {scene.pick(templates, {"time": "Monday"}, need="time") for _ in range(9)} == {"On Monday."}
    assert scene.pick(templates[:2], {}) is None


def test_the_assistant_speaks_to_the_user_of_what_is_theirs(scene: Scene) -> None:
    assert scene.pick(["You go with {who}."], {"who": "my aunt"}) == "You go with your aunt."
    assert scene.pick(["You go with {who}."], {"who": "Myra"}) == "You go with Myra."


def test_a_reply_rather_does_not_begin_with_a_word_in_lower_case(scene: Scene) -> None:
    templates = ["{value} it is.", "so it is {value}."]
    assert {scene.pick(templates, {"value": "oslo"}) for _ in range(20)} == {"So it is oslo."}
    assert {scene.pick(templates, {"value": "Oslo"}) for _ in range(20)} == {"Oslo it is.", "So it is Oslo."}


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("What is my name?", "what is my name?"),
        ("I live here.", "I live here."),
        ("I'm Ann.", "I'm Ann."),
        ("I, too.", "I, too."),
        ("{value} is here.", "{value} is here."),
        ("USA it is.", "USA it is."),
        ("Can you?", "can you?"),
    ],
)
def test_a_question_inside_a_sentence_begins_small(text: str, inside: str) -> None:
    assert uncapitalised(text) == inside


def test_keys_that_sound_alike_are_not_told_in_one_dialogue(library: Library) -> None:
    pet = next(kind for kind in library.kinds if kind.key)
    for seed in range(20):
        scene = Scene(library, random.Random(seed), Typist())
        key = scene.key_for(pet)
        assert key is not None
        assert key.text in ("dog", "cat")


def test_what_is_mine_is_sometimes_ours_and_a_mother_sometimes_mum(library: Library) -> None:
    scene = Scene(library, random.Random(2), Typist())
    said = {scene.write("What is my {key} called?", {"key": key}) for key in ("dog", "mum") for _ in range(60)}
    assert said == {
        "What is my dog called?", "What is our dog called?",
        "What is my mum called?", "What is our mum called?", "What is Mum called?",
    }  # fmt: skip
