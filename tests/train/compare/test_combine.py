"""Several seeds in one: means, medians and intervals, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from train.compare.combine import combined


def member(seed: int, **changes: Any) -> dict[str, Any]:
    nats = [10.0 * seed, 20.0 * seed]
    return {
        "cell": "rnn", "units": 3, "parameters": 9, "steps": 5, "seed": seed, "bundle": f"runs/{seed}/bundle",
        "learning": {"nats": nats, "words": [10.0, 10.0], "perplexity": float(np.exp(sum(nats) / 20)),
                     "curve": [{"step": 5, "loss": float(seed)}]},
        "facts": {"chance": 0.2, "untold": 0.1 * seed,
                  "points": [{"turns": 0, "tokens": 4.0, "right": [1, 1, seed - 1, 0]}]},
        "synthetic": [{"task": "each", "distances": [1, 8], "recall": [1.0, 0.5 * (seed - 1)], "chance": 0.0}],
        "gradients": {"seed": seed}, "states": {"seed": seed},
        "talk": {"replies": [seed], "prompts": 1, "asked": 4, "distinct_1": 0.2 * seed, "distinct_2": 0.0,
                 "top10_share": 1.0, "mean_length": 2.0, "recalled": 0.0, "abstained": 0.5},
        "cost": {"seconds_per_step": float(seed), "tokens_per_second": 1.0, "milliseconds_per_reply_token": 1.0,
                 "milliseconds_to_read_32": 1.0, "peak_megabytes": 1.0, "bundle_bytes": 7,
                 "growth": [{"pieces": 8, "milliseconds": float(seed)}]},
        **changes,
    }  # fmt: skip


def test_figures_of_seeds_are_put_together() -> None:
    found = combined([member(1), member(2), member(2)])
    assert found["learning"]["perplexity"] == pytest.approx(np.exp((30 + 60 + 60) / 60))
    low, high = found["learning"]["interval"]
    assert low < found["learning"]["perplexity"] < high
    assert len(found["learning"]["by_seed"]) == 3
    assert found["learning"]["curve"] == [{"step": 5, "loss": pytest.approx(5 / 3)}]
    (point,) = found["facts"]["points"]
    assert point["recall"] == pytest.approx((2 + 3 + 3) / 12)
    assert point["interval"][0] <= point["recall"] <= point["interval"][1]
    assert found["cost"]["growth"] == [{"pieces": 8, "milliseconds": 2.0}]
    assert found["cost"]["seconds_per_step"] == 2.0
    assert found["talk"]["distinct_1"] == pytest.approx((0.2 + 0.4 + 0.4) / 3)
    assert found["gradients"] == {"seed": 1}
    assert found["bundles"] == ["runs/1/bundle", "runs/2/bundle", "runs/2/bundle"]


def test_the_half_life_is_that_of_the_mean_curve() -> None:
    (task,) = combined([member(1), member(2)])["synthetic"]
    assert task["recall"] == [1.0, 0.25]
    assert task["by_seed"] == [[1.0, 0.0], [1.0, 0.5]]
    share = 0.5 / 0.75
    assert task["half_life"] == pytest.approx(np.expm1(np.log(2) + share * (np.log(9) - np.log(2))))
    assert task["half_life_kind"] == "at"


def test_what_a_cell_has_not_stays_absent() -> None:
    found = combined([member(1, synthetic=None, gradients=None, states=None, bundle=None)])
    assert found["synthetic"] is None
    assert found["bundles"] == []
