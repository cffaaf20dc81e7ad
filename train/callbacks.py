"""What ``fit`` tells the user while it runs."""

from __future__ import annotations

import time
from typing import Any

import keras
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

_QUIET_SECONDS = 30.0
"""Where no terminal can redraw a bar, a line is printed this often."""


class ProgressBar(keras.callbacks.Callback):
    """Loss, positions per second and time left; one line every half minute where there is no terminal.

    Args:
        steps: Of the whole training.
        positions_per_step: Mean number of positions read in a step, padding left out.
        console: Where to draw; standard error belongs to talk.
    """

    def __init__(self, steps: int, positions_per_step: float, console: Console) -> None:
        super().__init__()
        self._steps = steps
        self._positions = positions_per_step
        self._console = console
        self._done = 0
        self._began = self._printed = 0.0
        self._validating = 0.0
        self._progress: Progress | None = None
        self._task = TaskID(0)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start the clock and the bar."""
        self._began = self._printed = time.monotonic()
        if self._console.is_terminal:
            columns = (
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("loss {task.fields[loss]:.3f} · {task.fields[speed]:,.0f} tokens/s · left"),
                TimeRemainingColumn(),
            )
            self._progress = Progress(*columns, console=self._console)
            self._progress.start()
            self._task = self._progress.add_task("train", total=self._steps, loss=float("nan"), speed=0.0)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Advance by one step."""
        self._done += 1
        loss = float((logs or {}).get("loss", float("nan")))
        elapsed = time.monotonic() - self._began - self._validating
        speed = self._done * self._positions / max(elapsed, 1e-9)
        if self._progress is not None:
            self._progress.update(self._task, completed=self._done, loss=loss, speed=speed)
        elif time.monotonic() - self._printed >= _QUIET_SECONDS:
            self._printed = time.monotonic()
            left = elapsed / self._done * (self._steps - self._done)
            self._console.print(
                f"step {self._done}/{self._steps} · loss {loss:.3f} · {speed:,.0f} tokens/s · {left / 60:.0f} min left",
                markup=False,
                highlight=False,
            )

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Validation does not count as training speed."""
        self._validation_began = time.monotonic()

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """See ``on_test_begin``."""
        self._validating += time.monotonic() - self._validation_began

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Say what the validation gave."""
        logs = logs or {}
        if "val_word_perplexity" in logs:
            self._console.print(
                f"step {self._done}: validation word perplexity {float(logs['val_word_perplexity']):.2f}"
                f" (loss per piece {float(logs['val_loss']):.3f})",
                markup=False,
                highlight=False,
            )

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Take the bar away."""
        self.close()

    def close(self) -> None:
        """Take the bar away, also after an interruption."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


class StopOnNaN(keras.callbacks.Callback):
    """Ends training when the loss is no longer a number, and remembers at which step (``step``, else None)."""

    def __init__(self) -> None:
        super().__init__()
        self.step: int | None = None
        self._done = 0

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Look at the loss."""
        self._done += 1
        loss = float((logs or {}).get("loss", 0.0))
        if loss != loss or loss in (float("inf"), float("-inf")):
            self.step = self._done
            assert self.model is not None
            self.model.stop_training = True
