"""A report with figures made up by hand, for what draws and tells them."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from train.compare.settings import Settings

_CELL: dict[str, Any] = {
    "cell": "rnn", "units": 30, "parameters": 12000, "steps": 40,
    "learning": {"perplexity": 50.0, "interval": [45.0, 56.0], "by_seed": [50.0],
                 "curve": [{"step": s, "tokens": 9.0 * s, "seconds": s / 7, "loss": 3.0, "val_loss": 3.1,
                            "val_perplexity": 900.0 / s} for s in (10, 20, 40)]},
    "facts": {"chance": 0.2, "untold": 0.19, "half_life_turns": 2.5, "half_life_tokens": 60.0, "half_life_kind": "at",
              "points": [{"turns": g, "tokens": 20.0 * g + 9, "recall": 0.9 / (1 + g), "scripts": 50,
                          "interval": [0.8 / (1 + g), 1.0 / (1 + g)]} for g in (0, 2, 4)]},
    "synthetic": [{"task": task, "units": 99, "parameters": 13000, "opened": False, "longest": 50,
                   "distances": [1, 10, 50], "recall": [1.0, 0.9, 0.2], "by_seed": [[1.0, 0.9, 0.2]], "chance": 0.125,
                   "half_life": 21.0, "half_life_kind": "at"} for task in ("growing", "alike", "each", "each, opened")],
    "gradients": {stage: {"lags": [0, 1, 2], "norms": [1.0, 0.5, 0.25], "factor": 0.5, "fitted_steps": 3,
                          "spectral_radii": [0.9]} for stage in ("start", "middle", "end")},
    "states": {"units": 30, "effective_dimension": 6.5, "saturated": 0.1, "push_left": [1.0, 0.5, 0.2],
               "return_time": 2, "gates": {"kept": {"mean": 0.6, "low": 0.1, "high": 0.2}}},
    "talk": {"replies": [{"prompt": "Hi <b>", "greedy": "Hello & welcome", "sampled": "Hey"}], "prompts": 1, "asked": 9,
             "distinct_1": 0.3, "distinct_2": 0.5, "top10_share": 0.4, "mean_length": 3.0, "recalled": 0.1,
             "abstained": 0.2},
    "cost": {"parameters": 12000, "bundle_bytes": 300_000, "seconds_per_step": 0.1, "tokens_per_second": 20_000.0,
             "milliseconds_per_reply_token": 0.07, "milliseconds_to_read_32": 2.0, "peak_megabytes": 900.0,
             "growth": [{"pieces": 32, "milliseconds": 0.5}, {"pieces": 512, "milliseconds": 1.0}]},
    "bundles": ["runs/rnn/bundle"],
}  # fmt: skip


def made_up() -> dict[str, Any]:
    """Two cells and the yardstick."""
    lstm, transformer = copy.deepcopy(_CELL), copy.deepcopy(_CELL)
    lstm |= {"cell": "my.cells:Lstm<i>"}
    transformer |= {"cell": "transformer", "synthetic": None, "gradients": None, "states": None, "bundles": []}
    transformer["cost"]["bundle_bytes"] = None
    runs = [
        {"gain": gain, "rate": 0.5, "seed": seed,
         "clipped": {"first_norm": 1.0, "highest_norm": 2.0, "last_loss": 1.5},
         "unclipped": {"first_norm": 1.0, "highest_norm": high, "last_loss": 3.0}}
        for gain, seed, high in ((1.0, 1, 3.0), (1.0, 2, 5.0), (2.0, 1, None), (2.0, 2, 1e6))
    ]  # fmt: skip
    pair = {"measure": "word perplexity", "ratio": 0.9}
    return {
        "version": 1, "created": "2026-01-01T00:00:00+00:00", "preset": "smoke", "seeds": 1, "data": "0123",
        "machine": {"system": "Linux", "machine": "x86_64", "cores": 2}, "versions": {"chatbot": "0.1.0"},
        "settings": {"match": "params", "steps": 40}, "corpora": [{"name": "a|b.jsonl", "sha256": "ab" * 32}],
        "order": {"1": "ff"}, "failed": {"broken": "RuntimeError: <it breaks>"},
        "cells": [copy.deepcopy(_CELL), lstm, transformer],
        "pairs": [
            {**pair, "cells": ["rnn", "my.cells:Lstm<i>"], "interval": [0.8, 0.9], "verdict": "lower"},
            {**pair, "cells": ["rnn", "transformer"], "interval": [0.9, 1.1], "verdict": "no difference shown"},
            {**pair, "cells": ["my.cells:Lstm<i>", "transformer"], "interval": [1.25, 2.0], "verdict": "higher"},
        ],
        "explosion": {"guessing": 2.08, "runs": runs},
    }  # fmt: skip


def tiny_settings() -> Settings:
    """Of a comparison that is over in seconds."""
    from train.compare.settings import Settings

    return Settings(
        units=16, embedding_size=16, vocabulary_size=400, memory_positions=48, steps=6, batch_positions=1024,
        longest=256, warmup_steps=2, validations=3, fact_gaps=(0, 2), fact_scripts=4, distances=(1, 3),
        synthetic_steps=2, synthetic_longest=3, reach_steps=8, prompts=2, history=(8, 16),
    )  # fmt: skip
