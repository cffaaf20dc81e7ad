"""The log of a training: a line for every validation, for people, programs and TensorBoard."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from train.log import Log


@pytest.fixture
def model() -> Any:
    return SimpleNamespace(optimizer=SimpleNamespace(gradient_norm=2.0, learning_rate=0.25))


def run(folder: Path, model: Any, steps: list[int], done: int = 0) -> None:
    log = Log(folder, done)
    log.set_model(model)
    for step in steps:
        for norm in (1.0, 3.0):
            model.optimizer.gradient_norm = norm
            log.on_train_batch_end(0, {"loss": 5.0 - step})
        log.validated(step, {"loss": 4.0, "word_perplexity": 100.0 - step})
    log.close()


def entries(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def test_a_validation_is_one_line_with_what_training_gave_before_it(tmp_path: Path, model: Any) -> None:
    run(tmp_path, model, [1, 2])
    assert entries(tmp_path)[1] == {
        "step": 2, "loss": 3.0, "gradient_norm": 2.0, "learning_rate": 0.25, "val_loss": 4.0,
        "val_word_perplexity": 98.0,
    }  # fmt: skip
    with (tmp_path / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["step"], row["val_word_perplexity"]) for row in rows] == [("1", "99.0"), ("2", "98.0")]
    assert any((tmp_path / "tensorboard").iterdir())


def test_a_training_that_goes_on_keeps_the_lines_up_to_there_and_one_that_begins_none(
    tmp_path: Path, model: Any
) -> None:
    run(tmp_path, model, [1, 2, 3])
    run(tmp_path, model, [3, 4], done=2)
    assert [entry["step"] for entry in entries(tmp_path)] == [1, 2, 3, 4]
    run(tmp_path, model, [1])
    assert [entry["step"] for entry in entries(tmp_path)] == [1]


def test_a_validation_may_come_before_any_step(tmp_path: Path, model: Any) -> None:
    log = Log(tmp_path, 5)
    log.set_model(model)
    log.validated(5, {"loss": 4.0})
    log.close()
    assert entries(tmp_path) == [{"step": 5, "learning_rate": 0.25, "val_loss": 4.0}]
