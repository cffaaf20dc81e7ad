"""Against forgetting (French 1999): how much of other dialogues a training takes in, and which of them.

A share is one of the pieces that are learned, those of replies.  Everything is counted in one pass over the dialogues,
and of those to draw from no more is held than is drawn.
"""

from __future__ import annotations

import heapq
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from chatbot.errors import CorpusError
from chatbot.text.tokenizer import Tokenizer
from train.corpora import Dialogue

Measure = Callable[[Dialogue], int]
"""How many pieces of a dialogue are learned: those of its replies, and one end for each."""

_WORD = re.compile(r"\w+|[^\w\s]")


class Again(Iterable[Dialogue]):
    """Dialogues that are read anew whenever they are gone through.

    Args:
        read: Reads them.
    """

    def __init__(self, read: Callable[[], Iterable[Dialogue]]) -> None:
        self._read = read

    def __iter__(self) -> Iterator[Dialogue]:
        return iter(self._read())


def measure_by(tokenizer: Tokenizer | None) -> Measure:
    """In pieces of a tokenizer; where there is none yet, in words and signs, of which pieces are a multiple."""

    def pieces(text: str) -> int:
        return sum(1 for _ in _WORD.finditer(text)) if tokenizer is None else len(tokenizer.encode(text))

    return lambda dialogue: sum(pieces(turn.text) + 1 for turn in dialogue.replies)


def wanted(own: float, shares: Sequence[float]) -> list[float]:
    """How much makes each of ``shares`` (together below 1) of the whole that it makes with ``own``."""
    rest = 1 - sum(shares)
    assert rest > 0
    return [own * share / rest for share in shares]


class Drawn(NamedTuple):
    """What was drawn from some dialogues."""

    dialogues: list[Dialogue]
    size: int
    """By the measure."""
    rounds: float
    """How often all of them are in it; below 1 only some are."""


def draw(dialogues: Iterable[Dialogue], size: float, measure: Measure, seed: int) -> Drawn:
    """About ``size`` of some dialogues, in an order that hangs on the seed and their content alone; where they are
    fewer they come again and again.

    Raises:
        CorpusError: if there is nothing to learn in them.
    """
    kept: list[tuple[int, int, int, Dialogue]] = []  # the highest key first
    total, everything = 0, 0
    for number, dialogue in enumerate(dialogues):
        own = measure(dialogue)
        if not own:
            continue
        heapq.heappush(kept, (-dialogue.key(f"mix {seed}"), -number, own, dialogue))
        total, everything = total + own, everything + own
        while total - kept[0][2] >= size:
            total -= heapq.heappop(kept)[2]
    if not kept:
        raise CorpusError(
            "no reply to learn in what is to be mixed in",
            expected="dialogues of at least two turns",
            remedy="run `chatbot corpus` on it to see what is in it",
        )
    ordered = [(own, dialogue) for _, _, own, dialogue in sorted(kept, reverse=True, key=lambda each: each[:2])]
    chosen = list(until(itertools.cycle(ordered), size))
    return Drawn([dialogue for _, dialogue in chosen], sum(own for own, _ in chosen), size / everything)


def until(sized: Iterable[tuple[int, Dialogue]], size: float) -> Iterator[tuple[int, Dialogue]]:
    """The first of them that make up ``size``, to the nearest; at least one."""
    total = 0
    for own, dialogue in sized:
        if total and total + own - size > size - total:
            return
        yield own, dialogue
        total += own
        if total >= size:
            return
