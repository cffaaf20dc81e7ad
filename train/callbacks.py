"""What ``fit`` tells the user while it runs."""

from __future__ import annotations

import dataclasses
import math
import time
from typing import Any

import keras
import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from chatbot.errors import ChatbotError
from train.checkpoint import Checkpoints, steps_made
from train.checkpoint import Progress as Where
from train.timing import Pace


class ProgressBar(keras.callbacks.Callback):
    """Loss, positions per second and time left; one line every half minute where there is no terminal.

    Args:
        steps: Of the whole training.
        positions_per_step: Mean number of positions read in a step, padding left out.
        console: Where to draw; standard error belongs to talk.
        done: Steps that were made before, by a training that was interrupted.
    """

    def __init__(self, steps: int, positions_per_step: float, console: Console, done: int = 0) -> None:
        super().__init__()
        self._steps = steps
        self._positions = positions_per_step
        self._console = console
        self._done = self._before = done
        self._began: float | None = None
        self._pace = Pace()
        self._outside = 0.0
        self._progress: Progress | None = None
        self._task = TaskID(0)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start the clock and the bar, or go on: a training is many rounds."""
        now = time.monotonic()
        if self._began is not None:
            self._outside += now - self._ended
            return
        self._began, self._pace = now, Pace()
        if self._console.is_terminal:
            columns = (
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("loss {task.fields[loss]:.3f} · {task.fields[speed]:,.0f} tokens/s · left"),
                TimeRemainingColumn(),
            )
            self._progress = Progress(*columns, console=self._console)
            self._progress.start()
            self._task = self._progress.add_task(
                "train", total=self._steps, completed=self._done, loss=float("nan"), speed=0.0
            )

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Advance by one step."""
        self._done += 1
        loss = float((logs or {}).get("loss", float("nan")))
        assert self._began is not None
        elapsed = time.monotonic() - self._began - self._outside
        made = self._done - self._before
        speed = made * self._positions / max(elapsed, 1e-9)
        if self._progress is not None:
            self._progress.update(self._task, completed=self._done, loss=loss, speed=speed)
        elif self._pace.due():
            left = elapsed / made * (self._steps - self._done)
            self._console.print(
                f"step {self._done}/{self._steps} · loss {loss:.3f} · {speed:,.0f} tokens/s · {left / 60:.0f} min left",
                markup=False,
                highlight=False,
            )

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Stop the clock: what is done between rounds, validation above all, is no training speed."""
        self._ended = time.monotonic()

    def close(self) -> None:
        """Take the bar away, also after an interruption."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


class Watch(keras.callbacks.Callback):
    """Stops a training by name when the loss or the gradient is no longer a number.

    Args:
        step: Where the training stands.

    Raises:
        ChatbotError: then.
    """

    def __init__(self, step: int) -> None:
        super().__init__()
        self._step = step

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Look at both."""
        self._step += 1
        assert self.model is not None
        loss, norm = float((logs or {}).get("loss", 0.0)), float(np.asarray(self.model.optimizer.gradient_norm))
        if not (math.isfinite(loss) and math.isfinite(norm)):
            raise ChatbotError(
                f"step {self._step}: the loss is {loss:.4g} and the norm of the gradient {norm:.4g}",
                expected="numbers; the weights before this step are kept",
                remedy="lower the learning rate (--learning-rate), clip harder (--clip-norm) or warm up longer "
                "(--warmup-steps)",
            )


class Saver(keras.callbacks.Callback):
    """Saves the state of a training every so often.

    Args:
        checkpoints: Where to.
        progress: Where the training stands.
        seconds: Between two savings.
    """

    def __init__(self, checkpoints: Checkpoints, progress: Where, seconds: float = 60.0) -> None:
        super().__init__()
        self.progress = progress
        self._checkpoints = checkpoints
        self._seconds = seconds
        self._saved = time.monotonic()
        self._saved_step = progress.step

    @property
    def due(self) -> bool:
        """Whether it is time to."""
        return time.monotonic() - self._saved >= self._seconds

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Save if it is time to."""
        if self.due:
            self.save()

    def save(self) -> None:
        """Save now, unless this very step is saved.

        An interruption may come between a step and the callbacks: what counts is what the optimizer has counted.
        """
        assert self.model is not None
        self.progress = dataclasses.replace(self.progress, step=steps_made(self.model))
        if self.progress.step == self._saved_step:
            return
        self._checkpoints.save(self.model, self.progress)
        self._saved, self._saved_step = time.monotonic(), self.progress.step
