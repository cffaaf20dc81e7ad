"""The half-life of a memory: one number for a curve of recall over distance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple


class HalfLife(NamedTuple):
    """How far a memory reaches."""

    distance: float
    kind: str
    """``at``: just there; ``beyond`` the longest distance that was tried, or ``within`` the shortest; ``none``: nothing
    was ever recalled more often than by chance, and the distance is 0."""


def half_life_text(distance: float, kind: str) -> str:
    """In a table."""
    return {"at": f"{distance:.1f}", "beyond": f"> {distance:.0f}", "within": f"≤ {distance:.0f}", "none": "none"}[kind]


def half_life(distances: Sequence[float], recall: Sequence[float], chance: float, trials: int) -> HalfLife:
    """Where recall first falls to half of what perfect recall is above chance.

    Between two distances the fall is taken to be straight over log(1 + distance).

    Args:
        distances: Growing.
        recall: Share that was recalled at each.
        chance: Share that guessing gets right.
        trials: Of each distance: what is not above chance by two standard errors counts as chance.
    """
    half = chance + (1 - chance) / 2
    noise = chance + 2 * math.sqrt(chance * (1 - chance) / trials)
    if recall[0] <= noise:
        return HalfLife(0.0, "none")
    if recall[0] <= half:
        return HalfLife(float(distances[0]), "within")
    for near, far, before, after in zip(distances, distances[1:], recall, recall[1:], strict=False):
        if after <= half:
            share = (before - half) / (before - after)
            place = math.log1p(near) + share * (math.log1p(far) - math.log1p(near))
            return HalfLife(math.expm1(place), "at")
    return HalfLife(float(distances[-1]), "beyond")
