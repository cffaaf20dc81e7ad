"""How much of each earlier turn is still in the state: how different it would be had that turn never been said.

The turns after it are read again without it, from the state before it, and the two final states are compared
(``states.distance``).  0 means that nothing of the turn is left: with or without it, the state is the same.  The newest
turn always counts for much, since all else is older.  What remains of a turn in the notes (annotations) is counted, not
measured: a note is there or it is not.

Work is bounded: the last turns only, and no more tokens than ``MOST_TOKENS``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from chatbot.conversation.insight.replay import SAME, never, read_on, start_of
from chatbot.conversation.insight.states import distance
from chatbot.conversation.insight.subject import Subject, turns_of
from chatbot.runtime.engine import State
from chatbot.text.sanitize import one_line

TURNS = 12
"""At most so many turns are measured, the last."""
MOST_TOKENS = 6_000
"""At most so many tokens are read for it, a fraction of a second; long turns leave room for fewer of them."""


@dataclass(frozen=True)
class Held:
    """How much of one turn is still there."""

    turn: int
    """Its number, from 0."""
    role: str
    text: str
    """On one line, safe to show."""
    state: float
    """How different the state would be without it, from 0 to 1."""
    noted: float
    """Share of its tokens that are still among the annotations."""


@dataclass(frozen=True)
class Gauge:
    """How much of the last turns is still there."""

    held: tuple[Held, ...]
    """The oldest first."""
    earlier: int
    """Turns before them that were not measured."""

    @property
    def summary(self) -> str:
        """In one line."""
        if not self.held:
            return "Nothing was said yet."
        if not any(held.state or held.noted for held in self.held):
            return "The memory is empty: nothing is left of any turn."
        newest, older = self.held[-1], self.held[:-1]
        words = f"The state owes {newest.state:.0%} to the newest turn"
        if older:
            best = max(older, key=lambda held: held.state)
            words += f", and of those before most to turn {best.turn + 1} ({best.state:.0%})"
        whole = sum(held.noted >= 1 for held in self.held)
        return f"{words}; {whole} of {len(self.held)} turns are wholly noted."


def gauge(
    subject: Subject, *, turns: int = TURNS, most_tokens: int = MOST_TOKENS, cancelled: Callable[[], bool] = never
) -> Gauge | None:
    """How much of the last turns is still in the memory; None if cancelled (asked at every token)."""
    count = len(subject.moments)
    ids = [subject.ids(turn) for turn in range(max(0, count - turns), count)]
    first = count - _affordable([len(tokens) for tokens in ids], most_tokens)
    ids = ids[len(ids) - (count - first) :]
    starts = _starts(subject, first, cancelled)
    if starts is None:
        return None
    noted = Counter(turns_of(subject.memory.ids.tolist(), count))
    held = []
    for number, tokens in enumerate(ids):
        change = _change(subject, ids[number + 1 :], starts[number:], cancelled)
        if change is None:
            return None
        turn = subject.moments[first + number].turn
        share = min(1.0, noted[first + number] / len(tokens))
        held.append(Held(first + number, turn.role, one_line(turn.text), change, share))
    return Gauge(tuple(held), first)


def _change(
    subject: Subject, later: list[list[int]], starts: list[tuple[State, bool]], cancelled: Callable[[], bool]
) -> float | None:
    """How different the state would be without a turn; ``starts`` are those of it, of the turns after it, and now."""
    if any(wiped for _, wiped in starts[1:]):
        return 0.0
    without = read_on(subject.reader, [token for tokens in later for token in tokens], starts[0][0], cancelled)
    return None if without is None else distance(without, subject.memory.state)


def _starts(subject: Subject, first: int, cancelled: Callable[[], bool]) -> list[tuple[State, bool]] | None:
    """From which state each turn was read, and at last the state now; and whether it had been wiped just then."""
    starts: list[tuple[State, bool]] = []
    for turn in range(first, len(subject.moments)):
        start = start_of(subject, turn, cancelled)
        if start is None:
            return None
        starts.append((start, _differs(subject, turn, start)))
    now = subject.memory.state
    return [*starts, (now, _differs(subject, len(subject.moments), now))]


def _differs(subject: Subject, turns: int, state: State) -> bool:
    kept = subject.state_after(turns)
    return kept is not None and distance(kept, state) >= SAME


def _affordable(lengths: list[int], most: int) -> int:
    """How many turns can be measured, from the last: each is read once, and once for every turn before it."""
    read = 0
    for count, length in enumerate(reversed(lengths)):
        read += length * (len(lengths) - count)
        if read > most and count:
            return count
    return len(lengths)
