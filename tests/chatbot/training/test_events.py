"""Laws of reading what a training writes while it writes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chatbot.training.events import Followed, Point, Sample, last_said


def read_points(folder: Path) -> list[Point]:
    return Followed(folder).points()


def read_samples(folder: Path) -> list[Sample]:
    return Followed(folder).samples()


def write(path: Path, *lines: dict[str, Any], torn: str = "") -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + torn, encoding="utf-8")


def test_steps_come_in_order_and_what_was_done_again_counts_as_the_second_time(tmp_path: Path) -> None:
    write(
        tmp_path / "progress.jsonl",
        {"step": 10, "steps": 30, "loss": 3.0},
        {"step": 20, "steps": 30, "loss": 9.0},
        {"step": 15, "steps": 30, "loss": 2.5, "gradient_norm": 0.5, "tokens_per_second": 900, "seconds_left": 7},
        {"step": 20, "steps": 30, "loss": 2.0},
    )
    found = read_points(tmp_path)
    assert [(point.step, point.loss) for point in found] == [(10, 3.0), (15, 2.5), (20, 2.0)]
    assert found[1][4:7] == (0.5, 900.0, 7.0)


def test_validations_stand_at_their_step(tmp_path: Path) -> None:
    write(tmp_path / "progress.jsonl", {"step": 10, "steps": 30, "loss": 3.0})
    write(tmp_path / "log.jsonl", {"step": 10, "val_word_perplexity": 80.5}, {"step": 20, "val_word_perplexity": 60})
    assert [(point.step, point.steps, point.held_out) for point in read_points(tmp_path)] == [
        (10, 30, 80.5),
        (20, 0, 60.0),
    ]


def test_torn_and_strange_lines_are_passed_over(tmp_path: Path) -> None:
    write(
        tmp_path / "progress.jsonl",
        {"step": 1, "loss": None},
        {"step": "x"},
        {"step": True},
        torn='[3]\n{"step": 2, "lo',
    )
    assert [(point.step, point.loss) for point in read_points(tmp_path)] == [(1, None)]
    write(tmp_path / "progress.jsonl", {"step": 1, "loss": float("nan"), "gradient_norm": float("inf")})
    assert read_points(tmp_path)[0][2:5] == (None, None, None)


def test_what_comes_later_is_read_once_and_a_file_that_is_begun_anew_from_its_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed, path, parsed = Followed(tmp_path), tmp_path / "progress.jsonl", []
    ordinary = json.loads
    monkeypatch.setattr(json, "loads", lambda line: parsed.append(line) or ordinary(line))
    write(path, {"step": 1, "loss": 3.0}, torn='{"step": 2, ')
    assert [point.step for point in followed.points()] == [1]
    with path.open("a") as file:
        file.write('"loss": 2.0}\n')
    assert [(point.step, point.loss) for point in followed.points()] == [(1, 3.0), (2, 2.0)]
    assert followed.points() == followed.points()
    assert len(parsed) == 2
    write(path, {"step": 7})
    assert [point.step for point in followed.points()] == [7]


def test_a_run_that_has_written_nothing_has_nothing(tmp_path: Path) -> None:
    assert (read_points(tmp_path), read_samples(tmp_path), last_said(tmp_path / "out.log")) == ([], [], [])


def test_the_samples_are_those_of_the_last_checkpoint(tmp_path: Path) -> None:
    lines = [{"step": step, "prompt": prompt, "reply": f"{prompt} {step}"} for step in (5, 9) for prompt in "ab"]
    write(tmp_path / "samples.jsonl", *lines)
    assert [sample.reply for sample in read_samples(tmp_path)] == ["a 9", "b 9"]


def test_what_is_said_for_people_is_told_without_what_libraries_say(tmp_path: Path) -> None:
    (tmp_path / "out.log").write_text("I0000 of TensorFlow\none\rstep 1\nstep 2\n\n", encoding="utf-8")
    assert last_said(tmp_path / "out.log") == ["one", "step 1", "step 2"]
    assert last_said(tmp_path / "out.log", most=1) == ["step 2"]
