"""What a training has written so far: where it stands, and what it says to the user's prompts.

The files grow while they are read, and their last line may be torn: what is no whole line, or no JSON, is passed over.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Iterator
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


def read_points(folder: Path) -> list[Point]:
    """All of a run, in the order of the steps; what an interruption has undone counts as it was done again."""
    found = {int(line["step"]): _point(line) for line in _lines(folder / "progress.jsonl") if _has_step(line)}
    for line in _lines(folder / "log.jsonl"):
        if _has_step(line):
            step = int(line["step"])
            before = found.get(step) or _point(line)
            found[step] = before._replace(held_out=_number(line.get("val_word_perplexity")))
    return [found[step] for step in sorted(found)]


def read_samples(folder: Path) -> list[Sample]:
    """The replies of the last checkpoint that gave some."""
    found = [
        Sample(int(line["step"]), str(line.get("prompt", "")), str(line.get("reply", "")))
        for line in _lines(folder / "samples.jsonl")
        if _has_step(line)
    ]
    return [sample for sample in found if sample.step == found[-1].step]


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


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for line in text.split("\n"):
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            yield found


def _has_step(line: dict[str, Any]) -> bool:
    step = line.get("step")
    return isinstance(step, int) and not isinstance(step, bool) and step >= 0


def _point(line: dict[str, Any]) -> Point:
    steps = line.get("steps")
    names = ("loss", "word_perplexity", "gradient_norm", "tokens_per_second", "seconds_left")
    numbers = {name: _number(line.get(name)) for name in names}
    return Point(int(line["step"]), steps if isinstance(steps, int) else 0, **numbers, held_out=None)


def _number(value: Any) -> float | None:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")
    return float(value) if usable else None
