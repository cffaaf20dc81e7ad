"""What a training has written so far: where it stands, and what it says to the user's prompts.

The files grow while they are read, and their last line may be torn: what is no whole line, or no JSON, is passed over.
"""

from __future__ import annotations

import enum
import json
import threading
from pathlib import Path
from typing import Any, NamedTuple


class State(enum.Enum):
    """Of a training.  The value is what the user reads."""

    RUNNING = "running"
    STOPPED = "stopped, can go on"
    FINISHED = "finished"
    FAILED = "failed"
    NEW = "not started"


class Point(NamedTuple):
    """Where a training stood."""

    step: int
    steps: int
    """Of the whole training; 0 if that is not known."""
    loss: float | None
    word_perplexity: float | None
    gradient_norm: float | None
    tokens_per_second: float | None
    seconds_left: float | None
    held_out: float | None
    """Word perplexity on the dialogues that are held out; None but at validations."""


class Sample(NamedTuple):
    """A reply that was given at a checkpoint."""

    step: int
    prompt: str
    reply: str


class Followed:
    """What a run has written so far; every look reads only what has come since the last.

    Args:
        folder: Of the run; it need not exist yet.
    """

    def __init__(self, folder: Path) -> None:
        self._progress, self._log, self._said = (
            _Tail(folder / name) for name in ("progress.jsonl", "log.jsonl", "samples.jsonl")
        )

    def points(self) -> list[Point]:
        """In the order of the steps; what an interruption has undone counts as it was done again."""
        found = {int(line["step"]): _point(line) for line in self._progress.lines()}
        for line in self._log.lines():
            step = int(line["step"])
            before = found.get(step) or _point(line)
            found[step] = before._replace(held_out=_number(line.get("val_word_perplexity")))
        return [found[step] for step in sorted(found)]

    def samples(self) -> list[Sample]:
        """The replies of the last checkpoint that gave some."""
        lines = self._said.lines()
        return [
            Sample(int(line["step"]), str(line.get("prompt", "")), str(line.get("reply", "")))
            for line in lines
            if line["step"] == lines[-1]["step"]
        ]


class _Tail:
    """The lines of a growing file that are objects with a step; a file that has shrunk is read from its start."""

    def __init__(self, path: Path) -> None:
        self._path, self._at, self._lock = path, 0, threading.Lock()
        self._lines: list[dict[str, Any]] = []

    def lines(self) -> list[dict[str, Any]]:
        """All of them."""
        with self._lock:  # a slow look may not be over when the next begins
            self._read()
            return list(self._lines)

    def _read(self) -> None:
        try:
            with self._path.open("rb") as file:
                if file.seek(0, 2) < self._at:
                    self._at, self._lines = 0, []
                file.seek(self._at)
                whole = file.read().rpartition(b"\n")[0]
        except OSError:
            return
        if whole:
            self._at += len(whole) + 1
            self._lines += [found for line in whole.split(b"\n") if (found := _object(line)) is not None]


def last_said(path: Path, most: int = 3) -> list[str]:
    """The last lines that a training has written for people."""
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - 8192))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return []
    lines = [line.strip() for line in text.replace("\r", "\n").split("\n")]
    return [line for line in lines if line and not _is_noise(line)][-most:]


def _is_noise(line: str) -> bool:
    """What TensorFlow writes of itself."""
    return line.startswith(("WARNING: All log", "I0000", "W0000", "E0000", "To enable the following", "20"))


def _object(line: bytes) -> dict[str, Any] | None:
    """What stands on a line, if it is an object with a step."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    step = found.get("step") if isinstance(found, dict) else None
    usable = isinstance(step, int) and not isinstance(step, bool) and step >= 0
    return found if usable else None


def _point(line: dict[str, Any]) -> Point:
    steps = line.get("steps")
    names = ("loss", "word_perplexity", "gradient_norm", "tokens_per_second", "seconds_left")
    numbers = {name: _number(line.get(name)) for name in names}
    return Point(int(line["step"]), steps if isinstance(steps, int) else 0, **numbers, held_out=None)


def _number(value: Any) -> float | None:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")
    return float(value) if usable else None
