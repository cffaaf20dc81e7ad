"""Laws of following a training: what is shown, every key of it, and the model of one that is not finished."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from chatbot.training import Plan, Runs, State
from chatbot.ui.train import FormScreen, RunScreen, RunsScreen

Until = Callable[[Callable[[], object]], Awaitable[None]]
Grow = Callable[[Path], None]


async def test_a_training_is_planned_begun_and_followed(
    scripted: Any, opened: Any, until: Until, runs: Runs, grown: Grow
) -> None:
    async with opened(scripted([]), size=(100, 40)) as chat:
        chat.app._parts.runs = lambda: runs
        await chat.say("/train data/a.jsonl more/")
        await until(lambda: isinstance(chat.app.screen, FormScreen))
        await chat.pilot.pause()
        chat.app.screen.query_one("#name", Input).value = "mine"
        chat.app.screen.query_one("#prompts", Input).value = "Hi! | Who are you?"
        await chat.pilot.press("ctrl+s")
        await until(lambda: isinstance(chat.app.screen, RunScreen))
        (run,) = runs.all()
        assert run.plan == Plan("mine", ("data/a.jsonl", "more/"), prompts=("Hi!", "Who are you?"))
        assert run.state is State.RUNNING
        grown(run.folder)
        await until(lambda: "step 20 of 40" in chat.shown())
        await chat.pilot.pause()
        shown = chat.shown()
        for text in (
            "mine · lstm, small · running", "900 tokens/s · 2 min left", "Loss: 3, falling from 4.9", "held out: 61.5",
            "Gradient norm: 0.5, as before", "Who [b]are[/b] you?", "I'm Chatbot.[/]",
        ):  # fmt: skip
            assert text in shown
        assert "\x1b" not in shown
        await chat.pilot.press("s")
        await until(lambda: run.state is not State.RUNNING)
        (run.folder / "checkpoints" / "last").mkdir(parents=True)
        await until(lambda: "G goes on" in chat.shown())
        await chat.pilot.press("g")
        await until(lambda: runs.get("mine").state is State.RUNNING)
        runs.stop(runs.get("mine"))
        await chat.pilot.press("escape")
        await until(lambda: isinstance(chat.app.screen, RunsScreen))
        assert "mine" in chat.shown()
        await chat.pilot.press("escape")
        await until(lambda: chat.app.screen is chat.screen)


async def test_of_one_that_is_not_finished_the_model_is_written_first(
    scripted: Any, opened: Any, until: Until, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs.start(Plan("mine", ("a",)))
    run.folder.mkdir()
    (run.folder / "best.weights.h5").touch()
    asked: list[Sequence[str]] = []
    monkeypatch.setattr("chatbot.ui.train.run.said_by", lambda command: asked.append(command))
    async with opened(scripted([]), scripted([], name=str(run.so_far))) as chat:
        chat.app._parts.runs = lambda: runs
        await chat.say("/train")
        await until(lambda: isinstance(chat.app.screen, RunsScreen))
        await chat.pilot.press("enter")
        await until(lambda: isinstance(chat.app.screen, RunScreen) and "running" in chat.shown())
        await chat.pilot.press("t")
        await until(lambda: chat.app.screen is chat.screen)
        await until(lambda: chat.conversation.model.name == str(run.so_far))
    assert asked[0][3:] == ["train", "--so-far", *run.plan.arguments(run.folder)]
    runs.stop(run)
