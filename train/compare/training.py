"""One training of the comparison: the product's own steps, timed, with the weights of its beginning and middle kept."""

from __future__ import annotations

import contextlib
import itertools
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import safetensors.numpy
from rich.console import Console

from chatbot.model import Seq2Seq
from train.callbacks import Saver
from train.checkpoint import Progress, steps_made
from train.config import TrainingConfig
from train.dataset import Example
from train.fitting import Fitting

STAGES = ("start", "middle", "end")
"""Of a training, whose weights are looked at."""


class Measured(Fitting):
    """A ``Fitting`` that trains every cell the same way, and leaves behind what the comparison looks at.

    No batch is made smaller to fit, for then it would not be that of the other cells.

    Args:
        folder: Of the run.
        settings: Of the training.
        identity: What makes it the same as one that was interrupted.
        model: Not yet compiled.
        examples: To train on.
        held_out: To validate with.
    """

    def __init__(
        self,
        folder: Path,
        settings: TrainingConfig,
        identity: Mapping[str, str],
        model: Seq2Seq,
        examples: Sequence[Example],
        held_out: Sequence[Example],
    ) -> None:
        super().__init__(folder, settings, identity, model, examples, held_out, sampler=self._at_validation)
        self._clock = folder / "clock.jsonl"

    def _begin(self, console: Console) -> Progress:
        progress = super()._begin(console)
        if not progress.step:
            self._clock.unlink(missing_ok=True)
            keep_weights(self.model, self.folder, "start")
        return progress

    def _estimate(self, console: Console) -> None:
        """Nothing: neither time nor batch hang on the cell."""

    def _train(self, progress: Progress, callbacks: list[keras.callbacks.Callback], saver: Saver) -> Progress:
        began = time.perf_counter()
        try:
            return super()._train(progress, callbacks, saver)
        finally:  # what an interruption leaves counts too
            with contextlib.suppress(OSError), self._clock.open("a", encoding="utf-8") as file:
                span = {"from": progress.step, "to": steps_made(self.model), "seconds": time.perf_counter() - began}
                file.write(json.dumps(span) + "\n")

    def _at_validation(self, step: int) -> list[tuple[str, str]]:
        if step <= self.steps / 2 or not weights_file(self.folder, "middle").exists():
            keep_weights(self.model, self.folder, "middle")
        return []


def weights_file(folder: Path, stage: str) -> Path:
    """Where the weights of a stage lie."""
    return folder / f"{stage}.safetensors"


def keep_weights(model: keras.Model, folder: Path, stage: str) -> None:
    """Write the weights of a model, beside and renamed."""
    folder.mkdir(parents=True, exist_ok=True)
    path = weights_file(folder, stage)
    beside = path.with_suffix(".part")
    safetensors.numpy.save_file({f"{n}": np.asarray(v) for n, v in enumerate(model.trainable_variables)}, beside)
    beside.replace(path)


def put_weights(model: keras.Model, folder: Path, stage: str) -> None:
    """Put the weights of a stage into a model of the same shape."""
    arrays = safetensors.numpy.load_file(weights_file(folder, stage))
    for number, variable in enumerate(model.trainable_variables):
        variable.assign(arrays[f"{number}"])


def seconds_by_step(folder: Path) -> list[tuple[int, float]]:
    """(step, seconds of training up to there), growing; of what a kill has undone, the last time counts."""
    spans: list[dict[str, Any]] = []
    for line in (folder / "clock.jsonl").read_text(encoding="utf-8").splitlines():
        span = json.loads(line)
        spans = [old for old in spans if old["to"] <= span["from"]]
        if span["to"] > span["from"]:
            spans.append(span)
    found, total, reached = [], 0.0, 0
    for span in spans:
        rate = span["seconds"] / (span["to"] - span["from"])
        total += rate * (span["to"] - reached)  # what was lost took as long as what came after it
        reached = span["to"]
        found.append((reached, total))
    return found


def steady_rate(folder: Path) -> float:
    """Seconds of a step, the median over the rounds but the first, in which TensorFlow compiles."""
    curve = [(0, 0.0), *seconds_by_step(folder)]
    rates = [(t - s) / (b - a) for (a, s), (b, t) in itertools.pairwise(curve)]
    return float(np.median(rates[1:] or rates))
