"""Summaries, and what is said again."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from train.authored.moves import is_of

ANIMALS = ("dog", "cat")


def test_a_summary_holds_all_that_was_told_or_all_of_one_sort(exchanges: list[list[str]], told: Any) -> None:
    checked = Counter[str]()
    for texts in exchanges:
        if not texts[-1].startswith(("You told me that", "I know that")):
            continue
        towns = [f"you live in {town}" for town in told.towns(texts)[-1:]]
        named = [a for a in ANIMALS if any(re.search(f"(y|ur) {a} is called", text) for text in texts[:-2:2])]
        pets = [f"your {animal} is called" for animal in named]
        held = [fact for fact in (*towns, *pets) if fact in texts[-1]]
        assert held in (towns, pets, [*towns, *pets])
        checked["all" if len(held) == len(towns + pets) else "town" if held == towns else "pets"] += 1
        if re.search(r"\bmy (?:pets|animals)\b", texts[-2]):
            assert held == pets
            checked["asked for pets"] += 1
    assert min(checked[sort] for sort in ("all", "town", "pets", "asked for pets")) > 3


def test_what_was_said_is_said_again_word_by_word(exchanges: list[list[str]]) -> None:
    checked = Counter[str]()
    for texts in exchanges:
        for opening, place in (("You said: ", -4), ("I said: ", -3)):
            if texts[-1].startswith(opening):
                assert texts[-1].removeprefix(opening) == texts[place]
                checked[opening] += 1
    assert min(checked.values()) > 5
    assert len(checked) == 2


@pytest.mark.parametrize(
    ("kind", "sort", "belongs"),
    [
        ("name", "sum_self", True),
        ("named_job", "sum_self", False),
        ("pet", "sum_pets", True),
        ("pet_name", "sum_pets", True),
        ("favourite_any", "sum_likes", True),
        ("relative_likes", "sum_likes", False),
        ("relative_likes", "sum_family", True),
    ],
)
def test_a_kind_belongs_to_a_sort_by_its_whole_name_or_its_first_word(kind: str, sort: str, belongs: bool) -> None:
    assert is_of(kind, sort) is belongs
