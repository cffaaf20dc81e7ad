"""How many steps a cell makes: the same for all, or so many that all take the same time."""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path

import keras

from train.compare.conditions import Conditions
from train.compare.matching import Match
from train.compare.models import REFERENCE, fingerprint, make_model, units_for
from train.dataset import training_dataset
from train.optimizer import make_optimizer

_TIMED = 6


def steps_for(cell: str, match: Match, conditions: Conditions, out: Path) -> int:
    """The steps of a cell; where the time is to be equal, that of the LSTM over its steps.

    Times are measured once and kept in ``pace.json``, for a comparison that goes on must not find others.
    """
    settings = conditions.settings
    if settings.match != "time":
        return settings.steps
    reference = units_for(settings, REFERENCE, conditions.vocabulary_size)
    budget = settings.steps * _seconds(REFERENCE, reference, conditions, out)
    return max(1, round(budget / _seconds(cell, match, conditions, out)))


def _seconds(cell: str, match: Match, conditions: Conditions, out: Path) -> float:
    """Of a step: measured, or as it was measured."""
    path = out / "pace.json"
    known: dict[str, float] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    name = f"{cell} {fingerprint(cell)} {match.units} {conditions.fingerprint} {conditions.settings.batch_positions}"
    if name not in known:
        known[name] = _timed(cell, match, conditions)
        out.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".part")
        beside.write_text(json.dumps(known), encoding="utf-8")
        beside.replace(path)
    return known[name]


def _timed(cell: str, match: Match, conditions: Conditions) -> float:
    settings = conditions.settings
    model = make_model(settings, cell, match.units, conditions.vocabulary_size)
    model.compile(optimizer=make_optimizer(settings.training(seed=1), settings.steps), jit_compile=False)
    times: list[float] = []
    for batch in training_dataset(conditions.prepared.training, settings.batch_positions, 1).take(_TIMED):
        began = time.perf_counter()
        model.train_on_batch(batch)
        times.append(time.perf_counter() - began)
    keras.backend.clear_session()
    return statistics.median(times[1:])
