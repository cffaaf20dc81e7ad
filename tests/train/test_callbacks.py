"""Laws of what training tells the user."""

from __future__ import annotations

import io
import math
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from chatbot.errors import ChatbotError
from train.callbacks import ProgressBar, Saver, Watch
from train.checkpoint import Progress


class Clock:
    """Seconds that pass only when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    for module in ("callbacks", "timing"):
        monkeypatch.setattr(f"train.{module}.time", made)
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


def test_what_is_done_between_rounds_counts_neither_as_speed_nor_as_time_left(clock: Clock) -> None:
    progress, out = bar(terminal=False, steps=91)
    progress.on_train_begin()
    for step in range(31):
        clock.now += 2.0
        if step == 10:
            progress.on_train_end()
            clock.now += 1000.0
            progress.on_train_begin()
        progress.on_train_batch_end(step, {"loss": 1.0})
    last = out.getvalue().splitlines()[-1]
    assert "250 tokens/s" in last
    assert last.endswith("2 min left")


def test_a_training_that_goes_on_counts_from_where_it_stood_and_its_speed_from_now(clock: Clock) -> None:
    out = io.StringIO()
    progress = ProgressBar(100, 500.0, Console(file=out, width=200), done=60)
    progress.on_train_begin()
    for step in range(30):
        clock.now += 1.0
        progress.on_train_batch_end(step, {"loss": 1.0})
    assert out.getvalue().startswith("step 90/100 · loss 1.000 · 500 tokens/s")


def test_on_a_terminal_the_bar_is_drawn_and_taken_away_once() -> None:
    progress, out = bar(terminal=True)
    progress.on_train_begin()
    progress.on_train_batch_end(0, {"loss": 3.25})
    progress.on_train_end()
    progress.close()
    shown = out.getvalue()
    assert "1/100" in shown
    assert "loss 3.250" in shown
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l"), "the cursor is shown again"
    progress.close()
    assert out.getvalue() == shown


@pytest.mark.parametrize("terminal", [False, True])
def test_closing_what_never_began_does_no_harm(terminal: bool) -> None:
    progress, out = bar(terminal)
    progress.close()
    assert out.getvalue() == ""


def watch(norm: float, step: int = 0) -> Watch:
    callback = Watch(step)
    callback.set_model(SimpleNamespace(optimizer=SimpleNamespace(gradient_norm=norm)))
    return callback


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("which", ["loss", "gradient"])
def test_what_is_no_number_stops_a_training_by_the_name_of_its_step(which: str, wrong: float) -> None:
    fine = watch(1.5, step=40)
    for step in range(4):
        fine.on_train_batch_end(step, {"loss": 2.0})
    bad = watch(wrong if which == "gradient" else 1.5, step=40)
    with pytest.raises(ChatbotError, match=r"step 41: the loss is .* and the norm of the gradient") as caught:
        bad.on_train_batch_end(0, {"loss": wrong if which == "loss" else 2.0})
    assert "--learning-rate" in caught.value.remedy


class Kept:
    """Checkpoints that only remember what they were given."""

    def __init__(self) -> None:
        self.steps: list[int] = []

    def save(self, model: Any, progress: Progress) -> None:
        self.steps.append(progress.step)


def test_the_state_is_saved_every_so_often_under_the_step_that_the_optimizer_counts(clock: Clock) -> None:
    kept, counter = Kept(), [0]
    saver = Saver(kept, Progress(), seconds=10.0)  # type: ignore[arg-type]
    saver.set_model(SimpleNamespace(optimizer=SimpleNamespace(variables=counter)))
    for step in range(1, 36):
        clock.now += 1.0
        counter[0] = step
        saver.on_train_batch_end(step)
    assert kept.steps == [10, 20, 30]
    saver.save()
    saver.save()
    assert kept.steps == [10, 20, 30, 35], "a step that is saved is not saved again"
