"""Laws of what training tells the user."""

from __future__ import annotations

import io
import math
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from train.callbacks import ProgressBar, StopOnNaN


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("train.callbacks.time", made)
    return made


def bar(terminal: bool, steps: int = 100, positions: float = 500.0) -> tuple[ProgressBar, io.StringIO]:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=200, color_system=None, _environ={})
    return ProgressBar(steps, positions, console), out


def test_without_a_terminal_a_line_comes_every_half_minute_and_no_more(clock: Clock) -> None:
    progress, out = bar(terminal=False)
    progress.on_train_begin()
    for step in range(100):
        clock.now += 1.0
        progress.on_train_batch_end(step, {"loss": 5.0 - step / 100})
    lines = out.getvalue().splitlines()
    assert [line.split(" · ")[0] for line in lines] == ["step 30/100", "step 60/100", "step 90/100"]
    assert lines[0].split(" · ")[1:3] == ["loss 4.710", "500 tokens/s"]
    assert "\x1b" not in out.getvalue()


def test_validation_counts_neither_as_speed_nor_as_time_left(clock: Clock) -> None:
    progress, out = bar(terminal=False, steps=91)
    progress.on_train_begin()
    for step in range(31):
        clock.now += 2.0
        if step == 10:
            progress.on_test_begin()
            clock.now += 1000.0
            progress.on_test_end()
        progress.on_train_batch_end(step, {"loss": 1.0})
    last = out.getvalue().splitlines()[-1]
    assert "250 tokens/s" in last
    assert last.endswith("2 min left")


def test_what_validation_gave_is_said(clock: Clock) -> None:
    progress, out = bar(terminal=False)
    progress.on_train_begin()
    progress.on_train_batch_end(0, {"loss": 3.0})
    progress.on_epoch_end(0, {"loss": 3.0, "val_loss": 2.5, "val_word_perplexity": 81.234})
    progress.on_epoch_end(1, {"loss": 3.0})
    assert out.getvalue().splitlines() == ["step 1: validation word perplexity 81.23 (loss per piece 2.500)"]


def test_on_a_terminal_the_bar_is_drawn_and_taken_away_once() -> None:
    progress, out = bar(terminal=True)
    progress.on_train_begin()
    progress.on_train_batch_end(0, {"loss": 3.25})
    progress.on_train_end()
    shown = out.getvalue()
    assert "1/100" in shown
    assert "loss 3.250" in shown
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l"), "the cursor is shown again"
    progress.close()
    progress.close()
    assert out.getvalue() == shown


@pytest.mark.parametrize("terminal", [False, True])
def test_closing_what_never_began_does_no_harm(terminal: bool) -> None:
    progress, out = bar(terminal)
    progress.close()
    assert out.getvalue() == ""


def stopper() -> tuple[StopOnNaN, Any]:
    callback, model = StopOnNaN(), SimpleNamespace(stop_training=False)
    callback.set_model(model)
    return callback, model


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_no_number_ends_training_and_its_step_is_remembered(loss: float) -> None:
    callback, model = stopper()
    for step in range(4):
        callback.on_train_batch_end(step, {"loss": 2.0})
    assert not model.stop_training
    assert callback.step is None
    callback.on_train_batch_end(4, {"loss": loss})
    assert model.stop_training
    assert callback.step == 5


def test_steps_are_counted_over_all_rounds_and_no_log_is_no_nan() -> None:
    callback, model = stopper()
    for step in (0, 1, 0, 1):
        callback.on_train_batch_end(step)
    callback.on_train_batch_end(0, {"loss": math.nan})
    assert callback.step == 5
    assert model.stop_training
