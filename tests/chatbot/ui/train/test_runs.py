"""Laws of the list of trainings: it fits where it is shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Static

from chatbot.training import Plan, Runs
from chatbot.ui.train import FormScreen, RunScreen, RunsScreen

Until = Callable[[Callable[[], object]], Awaitable[None]]
Grow = Callable[[Path], None]


@pytest.mark.parametrize("size", [(60, 20), (300, 100)])
async def test_they_fit_where_they_are_shown(
    scripted: Any, opened: Any, until: Until, runs: Runs, grown: Grow, size: tuple[int, int]
) -> None:
    run = runs.start(Plan("mine", ("a",)))
    grown(run.folder)
    async with opened(scripted([]), size=size) as chat:
        chat.app._parts.runs = lambda: runs
        await chat.say("/train")
        await until(lambda: isinstance(chat.app.screen, RunsScreen) and "step 20 of 40" in chat.shown())
        await chat.pilot.press("enter")
        await until(lambda: isinstance(chat.app.screen, RunScreen) and "Loss: 3" in chat.shown())
        await chat.pilot.press("escape", "n")
        await until(lambda: isinstance(chat.app.screen, FormScreen) and "Dialogues" in chat.shown())
        await chat.pilot.press("f1")
        await until(lambda: "form.start" in chat.shown() or size == (60, 20))
        assert chat.app.screen.query(Static)
    runs.stop(run)
