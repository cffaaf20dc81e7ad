"""What the user taught: replies that were good, or what should have been said, each with what was said before it.

It is a corpus of our own format, a dialogue a line, so that ``chatbot train`` learns from it as it is.  A line is
written whole or not at all: a kill loses nothing that was taught before.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.errors import UsageError
from chatbot.locking import alone, rewrite
from chatbot.text.sanitize import one_line
from chatbot.text.template import Turn

ASSISTANT = "assistant"
"""The speaker whose replies are learned."""
_BEFORE = 12
"""Turns that are kept before the reply, at the most."""


def user_taught() -> Path:
    """Where it is kept."""
    from platformdirs import user_data_path  # not at the top: only those who teach look there

    return Path(user_data_path("chatbot", appauthor=False)) / "taught.jsonl"


@dataclass(frozen=True)
class Lesson:
    """A reply that is to be learned, and what was said before it."""

    turns: tuple[Turn, ...]
    """The reply is the last."""

    @property
    def asked(self) -> str:
        """What it replies to."""
        return next((turn.text for turn in reversed(self.turns[:-1]) if turn.role == "user"), "")

    @property
    def reply(self) -> str:
        """What is to be said."""
        return self.turns[-1].text


class Taught:
    """The lessons in a file.

    Args:
        path: It need not exist.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or user_taught()

    def add(self, turns: Sequence[Turn], reply: str) -> Lesson:
        """Keep what should be said after these turns.

        Raises:
            UsageError: if nothing was asked or is to be said, or it cannot be kept.
        """
        before = [turn for turn in turns if turn.text.strip()][-_BEFORE:]
        if not before or before[-1].role != "user" or not one_line(reply):
            raise UsageError("nothing to learn", expected="a message and a reply to it", remedy="say something first")
        lesson = Lesson((*before, Turn("assistant", reply.strip())))
        line = json.dumps({"turns": [{"speaker": t.role, "text": t.text} for t in lesson.turns]}, ensure_ascii=False)
        with self._changed():
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "r+b") as file:
                size = file.seek(0, 2)
                file.seek(max(0, size - 1))
                torn = size > 0 and file.read(1) != b"\n"  # of a line that a full disk has cut short
                file.write((b"\n" if torn else b"") + line.encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        return lesson

    def all(self) -> list[Lesson]:
        """In the order in which they were taught; lines that are none are passed over."""
        try:
            lines = self.path.read_text(encoding="utf-8", errors="replace").split("\n")
        except OSError:
            return []
        return [lesson for lesson in map(_lesson, lines) if lesson is not None]

    def remove(self, number: int) -> None:
        """Take one out, by its number from 0.

        Raises:
            UsageError: if there is none of that number, or the file cannot be written.
        """
        with self._changed():
            kept = self.path.read_text(encoding="utf-8", errors="replace").split("\n") if self.path.exists() else []
            places = [place for place, line in enumerate(kept) if _lesson(line) is not None]
            if not 0 <= number < len(places):
                raise UsageError(f"lesson {number + 1}", expected=f"1 to {len(places)}", remedy="see the list")
            del kept[places[number]]
            rewrite(self.path, "\n".join(kept))

    @contextlib.contextmanager
    def _changed(self) -> Iterator[None]:
        """No other instance of the program changes it meanwhile; what the system says is said in our words."""
        try:
            with alone(self.path):
                yield
        except OSError as error:
            received = f"{self.path} cannot be written ({error.strerror or error})"
            raise UsageError(received, expected="a file of yours", remedy="free some space") from error


def _lesson(line: str) -> Lesson | None:
    try:
        found: Any = json.loads(line)
        said = [(str(turn["speaker"]), str(turn["text"])) for turn in found["turns"]]
    except (ValueError, KeyError, TypeError):
        return None
    if len(said) < 2 or said[-1][0] != ASSISTANT:
        return None
    return Lesson(tuple(Turn("assistant" if who == ASSISTANT else "user", text) for who, text in said))
