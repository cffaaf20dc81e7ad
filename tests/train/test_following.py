"""Laws of the lines that a training leaves for whoever follows it."""

from __future__ import annotations

import json
import types
from pathlib import Path
from typing import Any

import pytest

from train import following
from train.following import FILE, Following


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(following, "time", types.SimpleNamespace(monotonic=lambda: now[0]))
    return now


def follow(folder: Path, done: int = 0) -> Following:
    found = Following(folder, steps=10, positions_per_step=50.0, done=done)
    found.set_model(types.SimpleNamespace(optimizer=types.SimpleNamespace(gradient_norm=0.25)))
    return found


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / FILE).read_text().splitlines()]


def test_a_line_a_second_tells_where_it_stands_and_the_last_step_is_never_left_out(
    tmp_path: Path, clock: list[float]
) -> None:
    written = follow(tmp_path)
    written.on_train_begin()
    for step in range(10):
        clock[0] += 0.5
        written.on_train_batch_end(step, {"loss": 5.0 - step, "word_perplexity": 9.0, "other": 1.0})
    assert [line["step"] for line in lines(tmp_path)] == [1, 3, 5, 7, 9, 10]
    assert lines(tmp_path)[1] == {
        "step": 3, "steps": 10, "loss": 3.0, "word_perplexity": 9.0, "gradient_norm": 0.25,
        "tokens_per_second": 100.0, "seconds_left": 3.5,
    }  # fmt: skip


def test_the_clock_stands_between_rounds(tmp_path: Path, clock: list[float]) -> None:
    written = follow(tmp_path)
    for _ in range(2):
        written.on_train_begin()
        clock[0] += 2.0
        written.on_train_batch_end(0, {"loss": 1.0})
        written.on_train_end()
        clock[0] += 1000.0
    assert [line["tokens_per_second"] for line in lines(tmp_path)] == [25.0, 25.0]


def test_what_goes_on_adds_to_the_file_and_what_begins_anew_replaces_it(tmp_path: Path, clock: list[float]) -> None:
    for done, expected in ((0, [1]), (5, [1, 6]), (0, [1])):
        written = follow(tmp_path, done)
        written.on_train_begin()
        clock[0] += 2.0
        written.on_train_batch_end(0, {"loss": 1.0})
        assert [line["step"] for line in lines(tmp_path)] == expected
