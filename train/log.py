"""What a training leaves to look at later: every validation in ``log.csv`` and ``log.jsonl``, and for TensorBoard."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

_FIELDS = ("step", "loss", "word_perplexity", "gradient_norm", "learning_rate", "val_loss", "val_word_perplexity")


class Log(keras.callbacks.Callback):
    """Writes a line for every validation.

    Args:
        folder: Of the run.
        step: Where the training stands; lines of later steps, which an interruption has undone, are taken out.
    """

    def __init__(self, folder: Path, step: int) -> None:
        super().__init__()
        self._csv, self._jsonl = folder / "log.csv", folder / "log.jsonl"
        self._norms: list[float] = []
        self._last: dict[str, float] = {}
        kept = [entry for entry in _entries(self._jsonl) if entry["step"] <= step] if step else []
        folder.mkdir(parents=True, exist_ok=True)
        self._write(kept)
        import tensorflow as tf

        self._board = tf.summary.create_file_writer(str(folder / "tensorboard"))

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Remember what the step gave."""
        assert self.model is not None
        self._last = {name: float(value) for name, value in (logs or {}).items()}
        self._norms.append(float(np.asarray(self.model.optimizer.gradient_norm)))

    def validated(self, step: int, scores: Mapping[str, float]) -> None:
        """Write what the last round of training and its validation gave."""
        import tensorflow as tf

        model = self.model
        assert model is not None
        entry = {
            "step": step,
            **self._last,
            **({"gradient_norm": sum(self._norms) / len(self._norms)} if self._norms else {}),
            "learning_rate": float(model.optimizer.learning_rate),
            **{f"val_{name}": float(value) for name, value in scores.items()},
        }
        self._norms.clear()
        self._write([*_entries(self._jsonl), entry])
        with self._board.as_default():
            for name, value in entry.items():
                if name != "step":
                    tf.summary.scalar(name, value, step=step)
        self._board.flush()

    def close(self) -> None:
        """Let go of the files."""
        self._board.close()

    def _write(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """All of it anew, beside and renamed: a line is never half written."""
        beside = self._jsonl.with_suffix(".part")
        beside.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
        beside.replace(self._jsonl)
        with beside.open("w", newline="") as file:
            writer = csv.DictWriter(file, _FIELDS, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(entries)
        beside.replace(self._csv)


def _entries(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines() if line]
