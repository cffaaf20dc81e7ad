"""Where a reply looked: the attention of its pieces, summed, on the words of the transcript; and what it copied.

The probability of a piece w is a mixture, p(w) = (1 - copy) P(w) + copy Σ pointer over the positions that hold w
(See et al. 2017, equation 9).  So the share of a piece that was said which is due to copying it from position i is
copy · pointer(i) / p(w), if i holds w, and 0 elsewhere.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatbot.conversation.insight.spans import Span, spans, words
from chatbot.conversation.insight.subject import Pieces, ids_of, turns_of
from chatbot.conversation.trace import Choice, Trace
from chatbot.text.sanitize import one_line
from chatbot.text.template import Turn

COPIED = 0.5
"""From this share on a piece counts as copied."""
_TINY = 1e-12


@dataclass(frozen=True)
class Look:
    """A word of the transcript that was looked at: ``transcript[turn].text[start:end]``."""

    turn: int
    start: int
    end: int
    text: str
    """Safe to show."""
    weight: float
    """Share of all looking, from 0 to 1."""
    copied: float
    """Share that the pieces said owe to copying from here, summed: about 1 for a word of one piece said once."""


@dataclass(frozen=True)
class Attention:
    """Where the pieces of a reply looked."""

    looks: tuple[Look, ...]
    """Words with any weight, in the order of the transcript."""
    marks: float
    """Share that went to symbols between the turns, and to what has no place in the transcript."""
    nowhere: float
    """Share that went nowhere: to the learned sink, or because there was nothing to look at."""

    @property
    def strongest(self) -> tuple[Look, ...]:
        """The most looked at first; of equal ones the later."""
        return tuple(sorted(self.looks, key=lambda look: (-look.weight, -look.turn, -look.start)))

    @property
    def copies(self) -> tuple[Look, ...]:
        """The words of which something was copied."""
        return tuple(look for look in self.looks if look.copied >= COPIED)

    @property
    def summary(self) -> str:
        """In one line."""
        if not self.looks:
            return "It looked at no word of the conversation."
        best = ", ".join(f"“{look.text}” {look.weight:.0%}" for look in self.strongest[:3])
        copied = ", ".join(f"“{look.text}”" for look in self.copies[:3])
        nowhere = f" Looked nowhere {self.nowhere:.0%}." if self.nowhere >= 0.01 else ""
        return f"Looked most at {best}. {f'Copied {copied}.' if copied else 'Copied nothing.'}{nowhere}"


Place = tuple[int, Span]
"""Number of a turn, and a word in its text."""


def attention(
    trace: Trace,
    turns: Sequence[Turn],
    tokenizer: Pieces,
    choices: Sequence[Choice] | None = None,
    where: Sequence[Place | None] | None = None,
) -> Attention:
    """Where the pieces of a reply looked.

    Args:
        trace: Of the reply.
        turns: All that was said before it.
        tokenizer: Of the model that said it.
        choices: Of the pieces to look at; None is all of the reply.
        where: What ``places`` gave for this reply, if it was asked before.
    """
    sums = Sums(trace)
    sums.add(trace.choices if choices is None else choices)
    return sums.on_words(turns, places(trace.ids, turns, tokenizer) if where is None else where)


class Sums:
    """What the pieces of a reply looked at and copied, position by position, summed while it grows."""

    def __init__(self, trace: Trace) -> None:
        self.count = 0
        """Pieces that were added."""
        self._ids = trace.ids
        self._weights, self._copied = np.zeros(len(trace.ids)), np.zeros(len(trace.ids))

    def add(self, choices: Sequence[Choice]) -> None:
        """Add some pieces."""
        for choice in choices:
            self._weights += choice.attention
            self._copied += copied_from(choice, self._ids)
        self.count += len(choices)

    def on_words(self, turns: Sequence[Turn], where: Sequence[Place | None]) -> Attention:
        """The sums so far, on the words at ``where`` the positions are."""
        if not self.count:
            return Attention((), 0.0, 1.0)
        weights, copied = (self._weights / self.count).tolist(), self._copied.tolist()
        sums: dict[Place, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for position, place in enumerate(where):
            if place is not None:
                sums[place][0] += weights[position]
                sums[place][1] += copied[position]
        looks = tuple(
            Look(turn, *span, one_line(turns[turn].text[span.start : span.end]), *shares)
            for (turn, span), shares in sorted(sums.items())
        )
        total, worded = sum(weights), sum(look.weight for look in looks)
        return Attention(looks, max(0.0, total - worded), max(0.0, 1.0 - total))


def copied_share(choice: Choice, ids: NDArray[np.int32]) -> float:
    """Which share of a piece that was said is due to copying it."""
    held = float(choice.pointer[ids == choice.token].sum())
    return min(1.0, choice.copy * held / max(choice.probability, _TINY))


def copied_from(choice: Choice, ids: NDArray[np.int32]) -> NDArray[np.float64]:
    """[n]: which share of a piece that was said is due to copying it from each position."""
    share = choice.copy * np.asarray(choice.pointer, np.float64) / max(choice.probability, _TINY)
    return np.where(ids == choice.token, np.minimum(share, 1.0), 0.0)


def places(ids: NDArray[np.int32], turns: Sequence[Turn], tokenizer: Pieces) -> list[Place | None]:
    """For each position of a memory after ``turns`` its turn and word; None for symbols and what is not found."""
    numbers = turns_of(ids.tolist(), len(turns))
    found: list[Place | None] = []
    for turn in sorted(set(numbers)):
        held = numbers.count(turn)
        if not 0 <= turn < len(turns):
            found += [None] * held
            continue
        text = turns[turn].text
        pieces = [tokenizer.piece(token) for token in ids_of(tokenizer, turns[turn])]
        inside: list[Span | None] = [None, *spans(pieces[1:-1], text), None]
        inside = [*[None] * (held - len(inside)), *inside]  # what was read may differ from what is read now
        in_text = words(text)
        found += [_word_at(turn, in_text, span) for span in inside[len(inside) - held :]]
    return found


def _word_at(turn: int, in_text: list[Span], span: Span | None) -> Place | None:
    """The word in which a piece begins."""
    if span is None:
        return None
    number = bisect_right(in_text, span.start, key=lambda word: word.start) - 1
    return (turn, in_text[number]) if number >= 0 else None
