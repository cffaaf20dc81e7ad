"""Times of speakers that take a known time, and memory that is really taken."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from chatbot.text.tokenizer import Tokenizer
from train.compare.cost import Peak, growth, reply_time


class Slow:
    """Takes 2 ms to read and, for each piece that it says, a hundredth of a millisecond for each that it has read."""

    def __init__(self, ids: Sequence[int]) -> None:
        self._count = len(ids)
        time.sleep(0.002)

    def reply(self, role: str, *, sampling: Any, **_: Any) -> Iterator[int]:
        for piece in range(sampling.max_length):
            time.sleep(self._count * 1e-5)
            yield piece


def test_reading_and_speaking_are_timed_apart(tokenizer: Tokenizer) -> None:
    read, spoken = reply_time(Slow, range(300), tokenizer)
    assert 2 <= read < 60
    assert 3 <= spoken < 60


def test_growth_is_seen(tokenizer: Tokenizer) -> None:
    found = growth(Slow, range(7), (10, 2000), tokenizer)
    assert [point["pieces"] for point in found] == [10, 2000]
    assert found[1]["milliseconds"] > 3 * found[0]["milliseconds"]


def test_the_peak_holds_what_was_taken() -> None:
    with Peak() as peak:
        taken = np.ones(60_000_000 // 8)
        time.sleep(0.2)
    assert taken.sum() > 0
    assert peak.highest - peak.before > 40_000_000


@pytest.mark.parametrize("pieces", [1])
def test_a_history_longer_than_the_dialogues_begins_again(pieces: int, tokenizer: Tokenizer) -> None:
    seen: list[list[int]] = []

    def speaker(ids: Sequence[int]) -> Slow:
        seen.append(list(ids))
        return Slow(ids[:pieces])

    growth(speaker, [1, 2, 3], (7,), tokenizer)
    assert seen[0] == [1, 2, 3, 1, 2, 3, 1]
