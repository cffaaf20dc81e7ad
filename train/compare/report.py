"""The figures of a comparison as one JSON object, ``report.json``; all that is drawn or told comes from it alone.

version       of this schema
created, machine, versions
preset, settings        what was the same for all
corpora, data           what was read, and a hash of the examples and the tokenizer
order         by seed: a hash of the batches in their order, the same for all cells (null where steps differ)
seeds         how many
cells[]       cell, units, parameters, steps, and over seeds, each figure with ``interval``:
  learning    curve[] (step, tokens, seconds, loss, val_loss, val_perplexity; means), perplexity, interval, by_seed
  facts       points[] (turns, tokens, recall, interval, scripts), chance, untold, half_life_turns,
              half_life_tokens, half_life_kind
  synthetic[] task (growing, alike, each, each opened; see ``synthetic``), units, parameters, opened, longest,
              distances, recall (mean), by_seed, chance, half_life, half_life_kind
  gradients   start, middle, end: lags, norms, factor, fitted_steps, spectral_radii (of seed 1); not of a Transformer
  states      units, effective_dimension, saturated, gates, push_left, return_time (of seed 1); likewise
  talk        replies[] (prompt, greedy, sampled; of seed 1), prompts, distinct_1, distinct_2, top10_share, mean_length,
              recalled, abstained, asked
  cost        parameters, bundle_bytes, seconds_per_step, tokens_per_second, milliseconds_per_reply_token,
              milliseconds_to_read_32, growth[] (pieces, milliseconds), peak_megabytes (medians over seeds)
  bundles     of the runs, relative to the folder
failed        by cell: why it is not among them
pairs[]       cells, measure, ratio, interval, verdict; see ``significance``
explosion     guessing, runs[] (gain, rate, seed, clipped, unclipped): see ``exploding``
"""

from __future__ import annotations

import datetime
import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from chatbot import __version__
from chatbot.errors import ChatbotError
from chatbot.text.sanitize import one_line
from train.compare.combine import combined
from train.compare.reading import REPORT, SCHEMA
from train.compare.settings import Settings
from train.compare.significance import pairs

Results = Mapping[str, Sequence[Mapping[str, Any]]]
"""By cell, what ``member.run`` gave for each seed."""


def assemble(
    settings: Settings,
    results: Results,
    failed: Mapping[str, str],
    *,
    corpora: Sequence[Mapping[str, Any]],
    preset: str,
    explosion: Mapping[str, Any],
) -> dict[str, Any]:
    """The report."""
    firsts = [members[0] for members in results.values()]
    count = len(next(iter(results.values()), ()))
    same = len({member["steps"] for member in firsts}) <= 1
    first = next(iter(results.values()), ())
    return {
        "version": SCHEMA,
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "machine": {"system": platform.system(), "machine": platform.machine(), "cores": os.cpu_count()},
        "versions": {"chatbot": __version__, "keras": keras.__version__, "tensorflow": tf.__version__},
        "preset": preset,
        "settings": settings.to_dict(),
        "corpora": [dict(corpus) for corpus in corpora],
        "data": firsts[0]["data"] if firsts else None,
        "order": {str(member["seed"]): member["order"] for member in first} if same else None,
        "seeds": count,
        "cells": [combined(members) for members in results.values()],
        "failed": dict(failed),
        "pairs": _pairs(results),
        "explosion": dict(explosion),
    }


def _pairs(results: Results) -> list[dict[str, Any]]:
    if len(results) < 2:
        return []
    nats = {cell: np.array([member["learning"]["nats"] for member in members]) for cell, members in results.items()}
    words = np.array(next(iter(results.values()))[0]["learning"]["words"])
    return pairs(nats, words)


def write_report(folder: Path, report: Mapping[str, Any]) -> None:
    """Write ``report.json``, beside and renamed.

    Raises:
        ChatbotError: if that cannot be written.
    """
    path = folder / REPORT
    try:
        folder.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".part")
        beside.write_text(json.dumps(report, indent=1, allow_nan=False) + "\n", encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise ChatbotError(
            f"{one_line(str(path))} cannot be written ({error.strerror})",
            expected="a folder with room",
            remedy="free some space, then give the same command again",
        ) from error
