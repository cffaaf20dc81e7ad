"""What other processes are asked while a training is planned or followed, and what they say."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from chatbot.training import Plan
from chatbot.training.events import last_said
from chatbot.training.plan import chatbot_command, corpus_command, described

_LONGEST = 600
"""Seconds that an answer may take."""


def report(plan: Plan) -> str:
    """What is in the corpora, by ``chatbot corpus``."""
    done = _run(corpus_command(plan.corpora, plan.assistant))
    if done.returncode:
        return _trouble(done.stderr)
    return described(json.loads(done.stdout))


def estimate(plan: Plan) -> str:
    """What it would take, by ``chatbot train --estimate``."""
    with tempfile.TemporaryDirectory() as folder:
        done = _run(chatbot_command(["train", "--estimate", *plan.arguments(Path(folder) / "run")]))
        output = Path(folder) / "output"
        output.write_text(done.stderr, encoding="utf-8")
        return _trouble(done.stderr) if done.returncode else "\n".join(last_said(output))


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own program
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=_LONGEST
    )


def _trouble(text: str) -> str:
    ours = [line for line in text.splitlines() if line.startswith("chatbot: ")]
    return (
        ours[-1].removeprefix("chatbot: ") if ours else (text.strip().splitlines() or ["it failed without a word"])[-1]
    )


def said_by(command: Sequence[str]) -> str | None:
    """Why a command failed; None if it did not."""
    done = _run(command)
    return _trouble(done.stderr) if done.returncode else None
