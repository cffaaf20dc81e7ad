"""What a training will take, measured on a few of its steps before it starts: time, memory, and a batch that fits."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import psutil
import tensorflow as tf

from train.checkpoint import variables_of
from train.config import TrainingConfig
from train.dataset import Batch, Example, collate, dataset_of, lengths_of, plan
from train.timing import duration

_STEPS = 4
"""That are timed."""
_DRAWN = 8192
"""Examples of which these are made: several of the pools that batches are planned in."""
_PROBE = 4
"""The batch whose memory is measured is this many times smaller than the one that is asked for."""
_SHARE = 0.8
"""Of the memory that is free, which a training may take."""
_SMALLEST = 256
"""Positions of a batch below which nothing is tried."""


_CHOSEN = "batch.json"
"""In a run folder."""


class Estimate(NamedTuple):
    """What was measured."""

    settings: TrainingConfig
    """With a batch that fits: where that is smaller, the gradients of several are put together in its place."""
    seconds: float
    """Of one batch."""
    megabytes: float
    """That the process takes."""


def estimate(model: Any, settings: TrainingConfig, examples: Sequence[Example]) -> Estimate:
    """Try a few batches; afterwards model and optimizer are what they were.

    Args:
        model: Compiled, its optimizer built.
        settings: How it is to be trained.
        examples: To train on.
    """
    process = psutil.Process()
    with _unchanged(model):
        before = process.memory_info().rss
        free = psutil.virtual_memory().available
        _, peak = _tried(model, [_longest(examples, max(1, settings.batch_positions // _PROBE))])
        positions = settings.batch_positions
        needed = max(0, peak - before) * _PROBE
        while positions > _SMALLEST and needed * positions / settings.batch_positions > free * _SHARE:
            positions //= 2
        while True:
            try:
                seconds, peak = _tried(model, [_longest(examples, positions), *_usual(examples, positions)])
                break
            except tf.errors.ResourceExhaustedError:  # of a GPU: there it is an error, not the end of the process
                if positions <= _SMALLEST:
                    raise
                positions //= 2
    times = round(settings.batch_positions / positions)
    smaller = dataclasses.replace(settings, batch_positions=positions, accumulate=settings.accumulate * times)
    return Estimate(settings if times == 1 else smaller, seconds, peak / 1e6)


def described(found: Estimate, steps: int, steps_of_a_pass: float) -> str:
    """In a line for the user."""
    each, passed, total = (duration(found.seconds * count) for count in (1, steps_of_a_pass, steps))
    return (
        f"{steps:,} steps of up to {found.settings.batch_positions:,} positions, {each} each, as measured: "
        f"{passed} a pass, at most {total} altogether; {found.megabytes / 1000:.1f} GB of memory"
    )


def keep_chosen(folder: Path, settings: TrainingConfig) -> None:
    """Note the batch that fits, since a training that goes on must have the same."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _CHOSEN).write_text(
        json.dumps({"batch_positions": settings.batch_positions, "accumulate": settings.accumulate}), encoding="utf-8"
    )


def chosen(folder: Path, settings: TrainingConfig) -> TrainingConfig:
    """The settings with the batch that was noted, or as they are where none was."""
    try:
        found = json.loads((folder / _CHOSEN).read_text(encoding="utf-8"))
        positions, times = int(found["batch_positions"]), int(found["accumulate"])
    except (OSError, ValueError, KeyError, TypeError):
        return settings
    return dataclasses.replace(settings, batch_positions=positions, accumulate=times)


def _longest(examples: Sequence[Example], positions: int) -> Batch:
    """A batch of the longest examples."""
    lengths = lengths_of(examples)
    count = min(len(lengths), max(1, positions // max(1, int(lengths.max()))))
    return collate([examples[index] for index in np.argpartition(lengths, -count)[-count:].tolist()])


def _usual(examples: Sequence[Example], positions: int) -> list[Batch]:
    """A few batches as they come."""
    lengths, rng = lengths_of(examples), np.random.default_rng(0)
    drawn = rng.choice(len(lengths), min(len(lengths), _DRAWN), replace=False)
    planned = plan(lengths[drawn], positions, rng)[:_STEPS]
    return [collate([examples[index] for index in drawn[batch].tolist()]) for batch in planned]


def _tried(model: Any, batches: Sequence[Batch]) -> tuple[float, int]:
    """(median seconds of a step, the most bytes that were resident); where there are more the first, which also waits
    for the data, is not counted."""
    clock = _Clock()
    with _Watch() as watch:
        model.fit(
            dataset_of(lambda: iter(batches)), steps_per_epoch=len(batches), shuffle=False, verbose=0, callbacks=[clock]
        )
    return statistics.median(clock.times[1:] or clock.times), watch.highest


class _Clock(keras.callbacks.Callback):
    """Notes what each step takes."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._began = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self.times.append(time.perf_counter() - self._began)


class _Watch(threading.Thread):
    """Looks at the memory of this process, again and again."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._process, self._over = psutil.Process(), threading.Event()
        self.highest = self._process.memory_info().rss

    def run(self) -> None:
        while not self._over.wait(0.01):
            self.highest = max(self.highest, self._process.memory_info().rss)

    def __enter__(self) -> _Watch:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self.join()


@contextlib.contextmanager
def _unchanged(model: keras.Model) -> Iterator[None]:
    kept = {name: np.array(variable) for name, variable in variables_of(model).items()}
    try:
        yield
    finally:
        for name, variable in variables_of(model).items():
            variable.assign(kept[name])
        model.reset_metrics()
