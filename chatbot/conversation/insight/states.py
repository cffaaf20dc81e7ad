"""The recurrent state as rows of numbers for a heat map: for each layer its hidden state, and its cell state if any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chatbot.runtime.engine import Array, State

NAMES = ("hidden", "cell")
"""Of the parts of a layer's state; the first is what the layer above sees.  More of them are numbered."""


@dataclass(frozen=True, eq=False)
class Part:
    """One part of the state over time."""

    layer: int
    """From 1."""
    name: str
    values: Array
    """[units, tokens]."""

    @property
    def title(self) -> str:
        """Such as ``layer 1 hidden``."""
        return f"layer {self.layer} {self.name}"


def parts(states: Sequence[State], layers: int) -> tuple[Part, ...]:
    """The states after some tokens, as parts over time."""
    if not states:
        return ()
    each = len(states[0]) // layers
    return tuple(
        Part(number // each + 1, _name(number % each), np.stack([state[number][0] for state in states], axis=1))
        for number in range(len(states[0]))
    )


def _name(number: int) -> str:
    return NAMES[number] if number < len(NAMES) else f"part {number + 1}"


def distance(one: State, other: State) -> float:
    """How different two states are, from 0 (the same) to 1 (opposite): the mean over the parts of

        ‖a - b‖ / (‖a‖ + ‖b‖)

    so that a part of large numbers, as the cell state of an LSTM, counts as much as one of small ones.
    """
    shares = []
    for a, b in zip(one, other, strict=True):
        whole = float(np.linalg.norm(a) + np.linalg.norm(b))
        shares.append(float(np.linalg.norm(a - b)) / whole if whole else 0.0)
    return sum(shares) / len(shares)


def state_summary(states: Sequence[State], what: str, cursor: int = -1) -> str:
    """The state after the token at ``cursor``, which ``what`` names, in one line."""
    if not states:
        return "There is no state to see yet."
    here = cursor % len(states)
    hidden = np.concatenate([np.abs(part).ravel() for part in states[here]])
    strong = float(np.mean(hidden > 0.5))
    moved = f", {distance(states[here - 1], states[here]):.0%} other than one token before" if here else ""
    return f"After {what}: {strong:.0%} of {len(hidden)} numbers stronger than ½{moved}."
