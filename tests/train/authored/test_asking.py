"""Answers against what can be worked out from the transcript alone."""

from __future__ import annotations

import random
import re
from collections import Counter
from typing import Any

from train.authored.asking import of_somebody_else
from train.authored.kinds import Ask, Kind, Library
from train.authored.scene import Fact, Scene
from train.authored.typist import Typist


def test_what_is_answered_is_what_was_told_last(exchanges: list[list[str]], told: Any) -> None:
    checked = 0
    for texts in exchanges:
        match = re.match(r"You live in (.+)\.$", texts[-1])
        if match and not told.shortly(texts):
            assert match[1] == told.towns(texts)[-1]
            checked += 1
    assert checked > 100


def test_the_pet_of_the_question_is_the_pet_of_the_answer(exchanges: list[list[str]]) -> None:
    checked = Counter[str]()
    for texts in exchanges:
        match = re.match(r"Your (dog|cat) is called (.+)\.$", texts[-1])
        if match and "called?" in texts[-2]:
            assert re.search(rf"(my|our) {match[1]} called\?", texts[-2])
            said = " ".join(texts[:-2:2])
            assert re.search(rf"([Mm]y|[Oo]ur) {match[1]} is called {match[2]}\b", said) or "What is it?" in " ".join(
                texts[1::2]
            )
            checked[match[1]] += 1
    assert min(checked["dog"], checked["cat"]) > 15


def test_what_is_asked_of_another_is_answered_of_that_other(exchanges: list[list[str]]) -> None:
    answers = Counter[bool]()
    for texts in exchanges:
        match = re.search(r"(?:and|about|now) my (dog|cat)\W*$", texts[-2], re.IGNORECASE) if len(texts) > 3 else None
        if match:
            before, after = texts[-3], texts[-1]
            assert match[1] not in before
            assert match[1] in after
            answers[after.startswith("Your ")] += 1
    assert answers[True] > 5
    assert answers[False] > 1


def test_what_was_never_told_is_not_known(exchanges: list[list[str]], told: Any) -> None:
    checked = 0
    for texts in exchanges:
        if texts[-1].startswith("I don't know where you live."):
            assert not told.towns(texts)
            checked += 1
    assert checked > 40


def test_only_slots_that_were_told_are_in_an_answer(exchanges: list[list[str]]) -> None:
    checked = 0
    for texts in exchanges:
        if re.match(r"To \w+( \w+)? on (Monday|Friday)\.$", texts[-1], re.IGNORECASE):
            assert any(re.search(r"monday|friday", text, re.IGNORECASE) for text in texts[:-2:2])
            checked += 1
    assert checked > 10


def test_yes_and_no_are_right(exchanges: list[list[str]]) -> None:
    answers = Counter[str]()
    for texts in exchanges:
        match = re.match(r"(Yes|No), you live in (.+)\.$", texts[-1])
        if match:
            guess = re.search(r"live in (.+)\?", texts[-2])
            assert guess is not None
            assert (guess[1] == match[2]) == (match[1] == "Yes")
            answers[match[1]] += 1
    assert min(answers["Yes"], answers["No"]) > 15


def test_of_somebody_else_nothing_is_known() -> None:
    ask = Ask(("What did {who} paint?", "What was painted?"), ("{who} painted {what}.",), ("I don't know.",), "what")
    who = Ask(("Who painted {what}?",), ("{who} did.",), ("I don't know who.",), "who")
    kind = Kind("painted", {"who": "people", "what": "things"}, ask=(ask, who))
    values = {"people": ("my aunt", "Tom", "Olga"), "things": ("a door",)}
    scene = Scene(Library((kind,), (), values, {}, {"ask": ("{question}",)}), random.Random(1), Typist())
    assert not of_somebody_else(scene)  # nothing was told of anybody
    fact = Fact(kind, None, {"who": "Tom", "what": "a door"})
    scene.told[fact.name] = fact
    said = Counter(tuple(turn.text for turn in scene.turns[-2:]) for _ in range(40) if of_somebody_else(scene))
    assert set(said) == {(f"What did {name} paint?", "I don't know.") for name in ("my aunt", "Olga")}
    assert scene.topic is None  # "Who was that?" would now be about somebody of whom nothing is known
