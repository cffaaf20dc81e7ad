"""What a training leaves for whoever follows it from another process: a line about where it stands, now and then.

A line is one JSON object of ``progress.jsonl`` in the run folder, appended and flushed at once: ``step``, ``steps``,
``loss``, ``word_perplexity`` and ``gradient_norm`` of that step, ``tokens_per_second`` and ``seconds_left``.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import keras
import numpy as np

FILE = "progress.jsonl"
_SECONDS = 1.0
"""Between two lines, at the least."""


class Following(keras.callbacks.Callback):
    """Writes the lines.

    Args:
        folder: Of the run.
        steps: Of the whole training.
        positions_per_step: Mean number of positions read in a step, padding left out.
        done: Steps that were made before; without any, what another training left is removed.
    """

    def __init__(self, folder: Path, steps: int, positions_per_step: float, done: int = 0) -> None:
        super().__init__()
        self._path, self._steps, self._positions, self._done = folder / FILE, steps, positions_per_step, done
        self._spent, self._made, self._began, self._written = 0.0, 0, time.monotonic(), -_SECONDS
        if not done:
            self._path.unlink(missing_ok=True)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start the clock, which stands while is validated."""
        self._began = time.monotonic()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Stop it."""
        self._spent += time.monotonic() - self._began

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Write a line, if the last is old enough."""
        self._done, self._made = self._done + 1, self._made + 1
        now = time.monotonic()
        if now - self._written < _SECONDS and self._done < self._steps:
            return
        self._written = now
        assert self.model is not None
        each = (self._spent + now - self._began) / self._made
        line = {
            "step": self._done,
            "steps": self._steps,
            **{name: float(value) for name, value in (logs or {}).items() if name in ("loss", "word_perplexity")},
            "gradient_norm": float(np.asarray(self.model.optimizer.gradient_norm)),
            "tokens_per_second": self._positions / max(each, 1e-9),
            "seconds_left": each * (self._steps - self._done),
        }
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
