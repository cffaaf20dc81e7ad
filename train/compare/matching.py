"""How many units a cell gets: so many that its model has as many parameters as the others'."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from chatbot.errors import ConfigError

TOLERANCE = 0.02
"""By how much a count may miss the target."""
_MOST = 1 << 16
"""Units beyond which nothing is looked for."""


class Match(NamedTuple):
    """What was found."""

    units: int
    parameters: int


def match_units(name: str, count: Callable[[int], int], target: int, *, tolerance: float = TOLERANCE) -> Match:
    """The units with which a model of a cell comes closest to a number of parameters.

    Args:
        name: Of the cell, for the message.
        count: From units to parameters; it must grow with them.
        target: Parameters that are wanted.
        tolerance: Share of the target by which the count may miss it.

    Raises:
        ConfigError: if no number of units comes so close; it says which counts can be had.
    """
    known: dict[int, int] = {}

    def counted(units: int) -> int:
        if units not in known:
            known[units] = count(units)
        return known[units]

    low, high = 1, 2
    while counted(high) < target and high < _MOST:
        low, high = high, 2 * high
    while high - low > 1:
        middle = _between(low, high, counted(low), counted(high), target)
        low, high = (middle, high) if counted(middle) <= target else (low, middle)
    best = min((low, high), key=lambda units: abs(counted(units) - target))
    if abs(counted(best) - target) > tolerance * target:
        raise _impossible(name, target, tolerance, {units: counted(units) for units in (low, high)})
    return Match(best, counted(best))


def _between(low: int, high: int, fewer: int, more: int, target: int) -> int:
    """A number strictly between: near where a straight line meets the target, and never at the edge of a wide gap, so
    that the gap shrinks to a few in a few steps."""
    share = (target - fewer) / (more - fewer) if more > fewer else 0.5
    guess = low + round((high - low) * min(max(share, 0.1), 0.9))
    return min(max(guess, low + 1), high - 1)


def _impossible(name: str, target: int, tolerance: float, found: dict[int, int]) -> ConfigError:
    can = " and ".join(f"{count:,} with {units:,} unit(s)" for units, count in found.items())
    return ConfigError(
        f"cell {name!r} has no number of units with {target:,} parameters: it has {can}",
        expected=f"one within {tolerance:.0%} of that",
        remedy="ask for another size (--units, --preset), leave the cell out, or compare with --match units",
    )
