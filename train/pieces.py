"""Dialogues to ids, cut where they are too long; without TensorFlow, so that many processes can do it at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chatbot.text.template import Role, Turn, encode_turn
from chatbot.text.tokenizer import Tokenizer
from train.corpora import UNKNOWN, Dialogue


class Pieces(NamedTuple):
    """One dialogue, or a part of one."""

    ids: list[int]
    only: Role | None
    """Whose replies are learned."""
    words: int
    """Of those replies, and one end for each: what perplexity is counted in."""
    guides: tuple[int, ...] = ()
    """As those of the dialogue, of these turns."""


def count_words(replies: Sequence[Turn]) -> int:
    """Words, as what stands between blanks, and one end for each reply."""
    return sum(len(turn.text.split()) + 1 for turn in replies)


def pieces_of(dialogue: Dialogue, tokenizer: Tokenizer, longest: int | None = None) -> Iterator[Pieces]:
    """The ids of a dialogue, or of parts of at most ``longest`` positions.

    No turn is cut, and the turn before a cut opens the next part too, so that every reply keeps something to answer:
    two turns that are longer together are left whole.
    """
    turns = [encode_turn(tokenizer, turn) for turn in dialogue.turns]
    first, total = 0, 0
    for number, ids in enumerate(turns):
        if longest is not None and total + len(ids) > longest and number - first >= 2:
            yield _part(dialogue, turns, first, number)
            first, total = number - 1, len(turns[number - 1])
        total += len(ids)
    yield _part(dialogue, turns, first, len(turns))


def _part(dialogue: Dialogue, turns: Sequence[list[int]], first: int, last: int) -> Pieces:
    part = dialogue._replace(turns=dialogue.turns[first:last])
    # What is told in a part before this one is out of sight, but the state may know of it.
    guides = tuple(g - first if g >= first else g if g < 0 else UNKNOWN for g in dialogue.guides[first:last])
    return Pieces([i for ids in turns[first:last] for i in ids], dialogue.only, count_words(part.replies), guides)
