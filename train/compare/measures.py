"""All measures of one trained model, put together; each is made in a module of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from chatbot.model import Seq2Seq
from train.compare.conditions import Conditions, batches_of
from train.compare.cost import growth, reply_time
from train.compare.facts import recall
from train.compare.gradients import random_upstream, reach, slope, spectral_radii
from train.compare.learning import Scorer, curve, perplexity
from train.compare.models import TRANSFORMER
from train.compare.settings import Settings
from train.compare.states import describe, inputs_of_last, streams
from train.compare.synthetic import TASKS, curve_of
from train.compare.talk import first_turns, talk
from train.compare.training import STAGES, Measured, keep_weights, put_weights, steady_rate
from train.compare.voice import Open
from train.dataset import lengths_of

_ROWS = 8
"""Streams over which gradients are averaged."""
_SHOWN = 200
"""Points of a curve that is kept."""


def of(
    cell: str, model: Seq2Seq, conditions: Conditions, folder: Path, fitting: Measured, voice: Open, seed: int
) -> dict[str, Any]:
    """Everything about a model with its best weights; ``null`` for what a cell has not.

    Args:
        cell: Its name.
        model: With the weights to measure; they are the same afterwards.
        conditions: That it was trained under.
        folder: Of its run.
        fitting: Its training, over.
        voice: How it talks.
        seed: Its own.
    """
    settings, held_out = conditions.settings, conditions.prepared.validation
    tokenizer = conditions.prepared.tokenizer
    scorer = Scorer(model, settings.batch_positions)
    learned = perplexity(scorer, held_out)
    tokens = float(lengths_of(fitting.examples).sum()) / batches_of(fitting.examples, settings.batch_positions, seed)
    prompts = first_turns(held_out, tokenizer, settings.prompts)
    recurrent = cell != TRANSFORMER
    return {
        "learning": {
            "curve": curve(folder, tokens),
            "perplexity": learned.value,
            "interval": learned.interval,
            "nats": learned.nats.tolist(),
            "words": learned.words.tolist(),
        },
        "facts": recall(scorer, tokenizer, settings.fact_gaps, settings.fact_scripts),
        "synthetic": synthetic(cell, settings, seed),
        "gradients": gradients(model, folder, held_out, settings.reach_steps) if recurrent else None,
        "states": describe(model, held_out) if recurrent else None,
        "talk": talk(voice, tokenizer, prompts, settings.prompts),
        "cost": cost(conditions, folder, voice, tokens),
    }


def synthetic(cell: str, settings: Settings, seed: int) -> list[dict[str, Any]]:
    """The synthetic task in all of its forms."""
    return [
        curve_of(
            cell,
            task,
            units=settings.synthetic_units,
            steps=settings.synthetic_steps,
            longest=settings.synthetic_longest,
            seed=seed,
            distances=settings.distances,
        )
        for task in TASKS
    ]


def gradients(model: Seq2Seq, folder: Path, examples: Any, steps: int) -> dict[str, Any]:
    """Reach and spectral radii of the encoder's last layer, at each stage of the training; see ``gradients``."""
    keep_weights(model, folder, "end")
    found: dict[str, Any] = {}
    ids = streams(examples, _ROWS, steps)
    cell = model.encoder.recurrent[-1].cell
    upstream = random_upstream(_ROWS, cell.units)
    for stage in STAGES:
        put_weights(model, folder, stage)
        norms = reach(cell, inputs_of_last(model, ids), upstream)
        fitted = slope(norms)
        found[stage] = {
            "lags": list(range(len(norms)))[:_SHOWN],
            "norms": [float(each) if np.isfinite(each) else None for each in norms[:_SHOWN]],
            "factor": fitted.factor,
            "fitted_steps": fitted.steps,
            "spectral_radii": spectral_radii(cell),
        }
    put_weights(model, folder, "end")
    return found


def cost(conditions: Conditions, folder: Path, voice: Open, tokens: float) -> dict[str, Any]:
    """Times of training and talking."""
    settings, tokenizer = conditions.settings, conditions.prepared.tokenizer
    ids = _some_ids(conditions.prepared.validation)
    read, spoken = reply_time(voice, ids[:32], tokenizer)
    rate = steady_rate(folder)
    return {
        "seconds_per_step": rate,
        "tokens_per_second": tokens / rate,
        "milliseconds_per_reply_token": spoken,
        "milliseconds_to_read_32": read,
        "growth": growth(voice, ids, settings.history, tokenizer),
    }


def _some_ids(examples: Any) -> list[int]:
    found: list[int] = []
    for example in examples:
        found += np.asarray(example.layout.ids).tolist()
        if len(found) > 512:
            break
    return found
