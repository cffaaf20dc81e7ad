"""From the figures of one cell with several seeds to one set of figures with intervals."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from train.compare.halflife import half_life
from train.compare.significance import bootstrap

Members = Sequence[Mapping[str, Any]]
_TRIALS = 256
"""Of each distance of the synthetic task."""


def combined(members: Members) -> dict[str, Any]:
    """One entry of ``cells`` in the report."""
    first = members[0]
    return {
        **{name: first[name] for name in ("cell", "units", "parameters", "steps")},
        "learning": _learning([member["learning"] for member in members]),
        "facts": _facts([member["facts"] for member in members]),
        "synthetic": _synthetic([member["synthetic"] for member in members]) if first["synthetic"] else None,
        "gradients": first["gradients"],
        "states": first["states"],
        "talk": _talk([member["talk"] for member in members]),
        "cost": {"parameters": first["parameters"], **_cost([member["cost"] for member in members])},
        "bundles": [member["bundle"] for member in members if member.get("bundle")],
    }


def _learning(parts: Members) -> dict[str, Any]:
    nats, words = np.array([part["nats"] for part in parts]), np.array(parts[0]["words"])
    return {
        "curve": _curves([part["curve"] for part in parts]),
        "perplexity": float(np.exp(nats.sum() / (len(nats) * words.sum()))),
        "interval": _perplexity_interval(nats, words),
        "by_seed": [part["perplexity"] for part in parts],
    }


def _perplexity_interval(nats: Any, words: Any) -> list[float]:
    """95 %, by the bootstrap over seeds and dialogues."""
    rng, found = np.random.default_rng(1), []
    seeds, dialogues = nats.shape
    for _ in range(1000):
        rows, columns = rng.integers(seeds, size=seeds), rng.integers(dialogues, size=dialogues)
        found.append(nats[np.ix_(rows, columns)].sum() / (seeds * words[columns].sum()))
    low, high = np.exp(np.percentile(found, [2.5, 97.5]))
    return [float(low), float(high)]


def _curves(curves: Sequence[Sequence[Mapping[str, float]]]) -> list[dict[str, float]]:
    """The means of what was measured at the same steps."""
    return [
        {name: statistics.fmean(point[name] for point in points) for name in points[0]}
        for points in zip(*curves, strict=False)
    ]


def _facts(parts: Members) -> dict[str, Any]:
    points = []
    for places in zip(*(part["points"] for part in parts), strict=True):
        right = np.array([place["right"] for place in places], float)
        by_script = right.mean(axis=0)  # the scripts are the same for all seeds: they are what is drawn anew
        points.append(
            {
                "turns": places[0]["turns"],
                "tokens": places[0]["tokens"],
                "recall": float(right.mean()),
                "interval": bootstrap(by_script),
                "scripts": right.shape[1],
            }
        )
    rates, chance, trials = [p["recall"] for p in points], parts[0]["chance"], points[0]["scripts"]
    turns = half_life([p["turns"] for p in points], rates, chance, trials)
    tokens = half_life([p["tokens"] for p in points], rates, chance, trials)
    return {
        "points": points,
        "chance": chance,
        "untold": statistics.fmean(part["untold"] for part in parts),
        "half_life_turns": turns.distance,
        "half_life_tokens": tokens.distance,
        "half_life_kind": turns.kind,
    }


def _synthetic(parts: Sequence[Members]) -> list[dict[str, Any]]:
    found = []
    for runs in zip(*parts, strict=True):
        first, by_seed = runs[0], [run["recall"] for run in runs]
        means = np.mean(by_seed, axis=0).tolist()
        life = half_life(first["distances"], means, first["chance"], _TRIALS)
        found.append(
            {
                **first,
                "recall": means,
                "by_seed": by_seed,
                "half_life": life.distance,
                "half_life_kind": life.kind,
            }
        )
    return found


def _talk(parts: Members) -> dict[str, Any]:
    shares = ("distinct_1", "distinct_2", "top10_share", "mean_length", "recalled", "abstained")
    return {
        "replies": parts[0]["replies"],
        "prompts": parts[0]["prompts"],
        "asked": parts[0]["asked"],
        **{name: statistics.fmean(part[name] for part in parts) for name in shares},
    }


def _cost(parts: Members) -> dict[str, Any]:
    single = (
        "seconds_per_step", "tokens_per_second", "milliseconds_per_reply_token", "milliseconds_to_read_32",
        "peak_megabytes",
    )  # fmt: skip
    growth = [
        {"pieces": points[0]["pieces"], "milliseconds": statistics.median(p["milliseconds"] for p in points)}
        for points in zip(*(part["growth"] for part in parts), strict=True)
    ]
    return {
        **{name: statistics.median(part[name] for part in parts) for name in single},
        "bundle_bytes": parts[0]["bundle_bytes"],
        "growth": growth,
    }
