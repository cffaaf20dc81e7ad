"""Laws of the form: it tells what is in the dialogues, and what is wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from chatbot.training import Runs
from chatbot.ui.train import FormScreen

Until = Callable[[Callable[[], object]], Awaitable[None]]
Grow = Callable[[Path], None]


async def test_the_form_tells_what_is_in_the_dialogues_and_what_is_wrong(
    scripted: Any, opened: Any, until: Until, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.ui.train.form.report", lambda plan: f"{len(plan.corpora)} [bold]files")
    async with opened(scripted([]), size=(100, 30)) as chat:
        chat.app._parts.runs = lambda: runs
        await chat.say("/train 'my file.jsonl' b")
        await until(lambda: isinstance(chat.app.screen, FormScreen))
        await chat.pilot.press("f5")
        await until(lambda: "2 [bold]files" in chat.shown())
        chat.app.screen.query_one("#name", Input).value = "../x"
        await chat.pilot.press("ctrl+s")
        await until(lambda: "expected letters" in chat.shown())
        assert runs.all() == []
