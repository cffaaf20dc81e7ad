"""Whether one cell is really better than another: the paired bootstrap over dialogues and seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000


def bootstrap(values: NDArray[np.float64], *, resamples: int = RESAMPLES, seed: int = 1) -> list[float]:
    """The 95 % interval of a mean by the bootstrap (Efron 1979, percentiles); [nan, nan] for no values."""
    if not len(values):
        return [float("nan")] * 2
    drawn = np.random.default_rng(seed).integers(len(values), size=(resamples, len(values)))
    low, high = np.percentile(values[drawn].mean(axis=1), [2.5, 97.5])
    return [float(low), float(high)]


def ratio_interval(
    one: NDArray[np.float64], other: NDArray[np.float64], words: NDArray[np.float64], *, seed: int = 1
) -> list[float]:
    """The 95 % interval of perplexity(one) / perplexity(other): dialogues and seeds are drawn anew, and what is drawn
    is drawn for both (Koehn 2004): what makes a dialogue hard is hard for both.

    Args:
        one: Nats [seeds, dialogues].
        other: Of the same dialogues and seeds.
        words: [dialogues], of the replies.
        seed: Of the draws.
    """
    rng = np.random.default_rng(seed)
    difference = one - other
    seeds, dialogues = difference.shape
    found = np.empty(RESAMPLES)
    for number in range(RESAMPLES):
        rows, columns = rng.integers(seeds, size=seeds), rng.integers(dialogues, size=dialogues)
        found[number] = difference[np.ix_(rows, columns)].sum() / (seeds * words[columns].sum())
    low, high = np.exp(np.percentile(found, [2.5, 97.5]))
    return [float(low), float(high)]


def verdict(interval: Sequence[float], neutral: float = 1.0) -> str:
    """``lower`` or ``higher`` if the interval lies on that side; else ``no difference shown``.

    A difference is never called real when its interval holds the value that means none, or is no number.
    """
    low, high = interval
    if high < neutral:
        return "lower"
    return "higher" if low > neutral else "no difference shown"


def pairs(nats: dict[str, NDArray[np.float64]], words: NDArray[np.float64]) -> list[dict[str, Any]]:
    """Each cell beside each later one.

    Args:
        nats: By cell, [seeds, dialogues]; the same seeds and dialogues for all.
        words: [dialogues].

    Returns:
        For each pair ``cells``, the ``ratio`` of their perplexities, its ``interval``, and the ``verdict`` on it.
    """
    names, found = list(nats), []
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            mean = float((nats[one] - nats[other]).sum() / (len(nats[one]) * words.sum()))
            span = ratio_interval(nats[one], nats[other], words)
            found.append(
                {
                    "cells": [one, other],
                    "measure": "word perplexity",
                    "ratio": float(np.exp(mean)),
                    "interval": span,
                    "verdict": verdict(span),
                }
            )
    return found
