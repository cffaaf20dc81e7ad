"""Laws of what the training screens ask for: the chat does it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from chatbot.training import Plan, Runs, State
from chatbot.ui.train import RunScreen, RunsScreen

Until = Callable[[Callable[[], object]], Awaitable[None]]
Grow = Callable[[Path], None]


async def test_the_model_of_a_training_is_talked_to_and_compared(
    scripted: Any, opened: Any, until: Until, runs: Runs, tmp_path: Path
) -> None:
    run = runs.start(Plan("mine", ("a",), parent="default"))
    runs.stop(run)
    await until(lambda: run.state is State.FAILED)
    run.bundle.mkdir(parents=True)
    other = scripted(["New."], name=str(run.bundle), cell="gru")
    async with opened(scripted(["Old."], ["Old."]), other) as chat:
        chat.app._parts.runs = lambda: runs
        for key in ("t", "c"):
            await chat.say("/train")
            await until(lambda: isinstance(chat.app.screen, RunsScreen))
            await chat.pilot.press("enter")
            await until(lambda: isinstance(chat.app.screen, RunScreen) and "finished" in chat.shown())
            await chat.pilot.press(key)
            if key == "t":
                await until(lambda: chat.app.screen is chat.screen)
                await until(lambda: chat.conversation.model.name == str(run.bundle))
                await chat.ready()
        await until(lambda: type(chat.app.screen).__name__ == "ComparisonScreen")
