"""Trainings that only wait, the user's data in a folder of the test, and files that a training would write."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from chatbot.training import Runs, process
from chatbot.training.process import Process

SLEEP = "import signal, time; signal.signal(signal.SIGINT, signal.default_int_handler); time.sleep(30)"


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    def start(command: Sequence[str], output: Path, folder: Path) -> Process:
        output.write_text(" ".join(command[3:]) + "\n")
        return process.start([sys.executable, "-c", SLEEP], output, folder)

    return Runs(tmp_path / "runs", start)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "chatbot"


def grow(folder: Path) -> None:
    """What a training would have written after a while."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        {
            "step": n,
            "steps": 40,
            "loss": 5 - n / 10,
            "gradient_norm": 0.5,
            "tokens_per_second": 900,
            "seconds_left": 120,
        }
        for n in range(1, 21)
    ]
    (folder / "progress.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "log.jsonl").write_text(json.dumps({"step": 20, "val_word_perplexity": 61.5}) + "\n")
    sample = {"step": 20, "prompt": "Who [b]are[/b] you?", "reply": "\x1b[31mI'm Chatbot.[/]"}
    (folder / "samples.jsonl").write_text(json.dumps(sample) + "\n")


@pytest.fixture
def grown() -> Callable[[Path], None]:
    """Writes that."""
    return grow
