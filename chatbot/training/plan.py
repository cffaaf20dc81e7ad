"""What is to be trained, as the user chose it, and the command that does it."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from chatbot.errors import UsageError
from chatbot.text.sanitize import one_line

PRESETS = ("tiny", "small", "base")
CELLS = ("lstm", "gru", "rnn")
"""Offered; any other that ``chatbot train --cell`` knows can be typed."""
_NAME = re.compile(r"[\w][\w.-]{0,60}")


@dataclass(frozen=True)
class Plan:
    """A training that can be started."""

    name: str
    """Of the run, and of its model."""
    corpora: tuple[str, ...]
    """Paths and the like, as ``chatbot train`` takes them."""
    cell: str = "lstm"
    preset: str = "small"
    parent: str = ""
    """The model to go on from; with one, its shape counts and ``cell`` and ``preset`` do not."""
    mix: str = ""
    """What is mixed in against forgetting, such as ``default:0.3``."""
    assistant: str = ""
    """Who of the speakers is the assistant; empty: each side learns to answer the other."""
    prompts: tuple[str, ...] = ()
    """Answered at every checkpoint."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            received = f"the name {one_line(self.name)!r}"
            raise UsageError(received, expected="letters, digits, - and _", remedy="give another name")
        if not self.corpora:
            raise UsageError("no dialogues", expected="files or folders", remedy="name some")
        if strange := [path for path in self.corpora if path.startswith("-")]:
            raise UsageError(one_line(strange[0]), expected="a path", remedy=f"write ./{one_line(strange[0])}")

    def arguments(self, folder: Path) -> list[str]:
        """Of ``chatbot train``."""
        given = ["--out", str(folder), "--name", self.name]
        given += ["--from", self.parent] if self.parent else ["--cell", self.cell, "--preset", self.preset]
        for option, values in (("--mix", [self.mix]), ("--assistant", [self.assistant]), ("--prompt", self.prompts)):
            given += [word for value in values if value for word in (option, value)]
        return [*given, "--", *self.corpora]

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(self).items()}

    @classmethod
    def from_dict(cls, found: Any) -> Self:
        """From what ``to_dict`` gave.

        Raises:
            UsageError: if it is something else.
        """
        try:
            texts: dict[str, Any] = {
                name: str(found[name]) for name in ("name", "cell", "preset", "parent", "mix", "assistant")
            }
            lists: dict[str, Any] = {name: tuple(map(str, found[name])) for name in ("corpora", "prompts")}
        except (KeyError, TypeError) as error:
            raise UsageError(
                "a damaged plan", expected="what a training was started with", remedy="begin anew"
            ) from error
        return cls(**texts, **lists)


def chatbot_command(arguments: Sequence[str]) -> list[str]:
    """A command of this very program."""
    return [sys.executable, "-m", "chatbot", *arguments]


def corpus_command(corpora: Sequence[str], assistant: str = "") -> list[str]:
    """Reports what is in corpora, as JSON."""
    return chatbot_command(["corpus", "--json", *(["--assistant", assistant] if assistant else []), "--", *corpora])


def described(report: dict[str, Any]) -> str:
    """A report of ``chatbot corpus --json`` in a few lines."""
    turns, words = report["turns_per_dialogue"], report["words_per_turn"]
    skipped = report.get("skipped", 0)
    count = (
        skipped if isinstance(skipped, int) else sum(skipped.values()) if isinstance(skipped, dict) else len(skipped)
    )
    lines = [
        f"{report['format']}: {report['dialogues']:,} dialogues, {report['turns']:,} turns, {report['words']:,} words",
        f"{turns['mean']:g} turns a dialogue, {words['mean']:g} words a turn, {report['duplicates']:,} duplicates",
    ]
    if count:
        lines.append(f"{count:,} records skipped")
    for sample in report.get("samples", [])[:1]:
        lines += [f"  {turn['speaker']}: {one_line(turn['text'])}" for turn in sample["turns"][:4]]
    return "\n".join(lines)
