"""Summaries, and what is said again."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any


def test_a_summary_holds_all_that_was_told(exchanges: list[list[str]], told: Any) -> None:
    checked = 0
    for texts in exchanges:
        if texts[-1].startswith(("You told me that", "I know that")):
            for town in told.towns(texts)[-1:]:
                assert f"you live in {town}" in texts[-1]
            for animal in ("dog", "cat"):
                if any(re.search(f"(y|ur) {animal} is called", text) for text in texts[:-2:2]):
                    assert f"your {animal} is called" in texts[-1]
            checked += 1
    assert checked > 10


def test_what_was_said_is_said_again_word_by_word(exchanges: list[list[str]]) -> None:
    checked = Counter[str]()
    for texts in exchanges:
        for opening, place in (("You said: ", -4), ("I said: ", -3)):
            if texts[-1].startswith(opening):
                assert texts[-1].removeprefix(opening) == texts[place]
                checked[opening] += 1
    assert min(checked.values()) > 5
    assert len(checked) == 2
