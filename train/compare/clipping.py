"""How often clipping was for the better, counted over pairs of trainings; see ``exploding``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any


def lower_with_clipping(runs: Sequence[Mapping[str, Any]]) -> int:
    """In how many pairs the clipped training ended with the lower loss; no number at all is the highest."""
    return sum(_or_worst(run["clipped"]["last_loss"]) < _or_worst(run["unclipped"]["last_loss"]) for run in runs)


def _or_worst(loss: float | None) -> float:
    return math.inf if loss is None else loss
