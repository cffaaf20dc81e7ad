"""The turn template: how turns become ids.  The only place that knows the layout, for training and talking alike.

A turn is its speaker's symbol, its pieces and the end symbol; a conversation is its turns, one after another:

    <user> ▁It ▁is ▁raining . <end> <assistant> ▁Take ▁an ▁umbrella . <end>

The encoder reads all of it.  A reply is decoded from its speaker's symbol up to and including the end symbol.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chatbot.text.tokenizer import ASSISTANT, END, USER, Tokenizer

Role = Literal["user", "assistant"]

SYMBOLS: dict[Role, int] = {"user": USER, "assistant": ASSISTANT}
"""The symbol that opens a turn of each role."""


class Turn(NamedTuple):
    """What one side said."""

    role: Role
    text: str


class Layout(NamedTuple):
    """A dialogue as the model is trained on it; every array is [positions]."""

    ids: NDArray[np.int32]
    """The turns of the dialogue, one after another."""
    starts: NDArray[np.int32]
    """For each position, where its turn starts."""
    counted: NDArray[np.bool_]
    """Whether the *next* id belongs to a reply (any turn but the first) and is to be predicted from here; a speaker's
    symbol never is, since it is known whose turn it is."""


def encode_turn(tokenizer: Tokenizer, turn: Turn) -> list[int]:
    """The ids of one turn."""
    return [SYMBOLS[turn.role], *tokenizer.encode(turn.text), END]


def lay_out(tokenizer: Tokenizer, turns: Sequence[Turn], only: Role | None = None) -> Layout:
    """The ids of a whole dialogue and which of them are replies; those of one role, if ``only`` says so."""
    return layout_of([i for turn in turns for i in encode_turn(tokenizer, turn)], only)


def layout_of(ids: Sequence[int] | NDArray[np.integer], only: Role | None = None) -> Layout:
    """The layout of the turns that ids are: a symbol of a role opens each, since no text gives one."""
    laid = np.asarray(ids, np.int32)
    positions = np.arange(len(laid), dtype=np.int32)
    starts = np.maximum.accumulate(np.where(np.isin(laid, tuple(SYMBOLS.values())), positions, 0), dtype=np.int32)
    counted = (starts > 0) & (laid != END)
    if only is not None:
        counted &= laid[starts] == SYMBOLS[only]
    return Layout(laid, starts, counted)
