"""A turn read once more, token by token: the state after each, and what the gates did.  For scrubbing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chatbot.conversation.insight.gates import Opening, opening
from chatbot.conversation.insight.states import distance
from chatbot.conversation.insight.subject import Reader, Subject
from chatbot.runtime.engine import State

SAME = 1e-3
"""States that differ by less are the same: read again by another machine, the last bits may be other ones."""


@dataclass(frozen=True, eq=False)
class Replay:
    """Some tokens that were read."""

    pieces: tuple[str, ...]
    """As SentencePiece writes them, symbols included; not yet safe to show."""
    states: tuple[State, ...]
    """After each."""
    openings: tuple[Opening | None, ...]
    """The gates at each; None if nothing is known of them."""


def never() -> bool:
    """Not cancelled."""
    return False


def replay(
    subject: Subject, turn: int, cancelled: Callable[[], bool] = never, tokens: list[int] | None = None
) -> Replay:
    """What was in the memory after each token of a turn, as it was read in the conversation.

    Cancelled, it is what was read so far.  ``tokens`` are others to read in their place, such as those that were said,
    where the text is read in other pieces.
    """
    tokens = subject.ids(turn) if tokens is None else tokens
    state, states, openings = start_of(subject, turn, cancelled), [], []
    for token in tokens:
        if cancelled() or state is None:
            break
        gates = subject.reader.gates(token, state)
        openings.append(opening(gates) if gates else None)
        state, _ = subject.reader.encode_step(token, state)
        states.append(state)
    pieces = tuple(subject.tokenizer.piece(token) for token in tokens[: len(states)])
    return Replay(pieces, tuple(states), tuple(openings))


def start_of(subject: Subject, turn: int, cancelled: Callable[[], bool] = never) -> State | None:
    """The state from which a turn was read; None if cancelled.

    That is the state after the turn before it, or, if it was wiped in between, an empty one: the one of the two from
    which reading it ends where it ended then.
    """
    kept, ended = subject.state_after(turn), subject.state_after(turn + 1)
    empty = subject.reader.initial_state()
    if kept is None or ended is None:
        return kept or empty
    for start in (kept, empty):
        after = read_on(subject.reader, subject.ids(turn), start, cancelled)
        if after is None:
            return None
        if distance(after, ended) < SAME:
            return start
    return kept


def read_on(reader: Reader, tokens: list[int], state: State, cancelled: Callable[[], bool] = never) -> State | None:
    """The state after some tokens; None if cancelled."""
    for token in tokens:
        if cancelled():
            return None
        state, _ = reader.encode_step(token, state)
    return state
