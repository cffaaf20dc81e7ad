"""Laws of what other processes are asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from chatbot.training import Plan
from chatbot.ui.train import asking as questions

Until = Callable[[Callable[[], object]], Awaitable[None]]
Grow = Callable[[Path], None]


def test_a_report_and_what_is_wrong_come_from_the_program_itself(tmp_path: Path) -> None:
    corpus = Path(__file__).parents[4] / "data" / "sample.jsonl"
    assert "125 dialogues" in questions.report(Plan("x", (str(corpus),)))
    assert "nowhere" in questions.report(Plan("x", (str(tmp_path / "nowhere"),)))
