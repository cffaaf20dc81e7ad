"""Laws of the other parts of the program: opened over the chat, and left for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from chatbot.training import Runs
from chatbot.ui.train import FormScreen, LessonsScreen, RunsScreen

Until = Callable[[Callable[[], object]], Awaitable[None]]


async def test_each_is_opened_by_its_command_and_left_by_escape(
    scripted: Any, opened: Any, until: Until, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    async with opened(scripted([])) as chat:
        chat.app._parts.runs = lambda: Runs(tmp_path / "runs")
        await chat.say("/train")
        await until(lambda: isinstance(chat.app.screen, FormScreen))  # there are none yet
        await chat.pilot.press("escape")
        await until(lambda: isinstance(chat.app.screen, RunsScreen))
        await chat.pilot.press("escape")
        await until(lambda: chat.app.screen is chat.screen)
        await chat.say("/teach")
        await until(lambda: isinstance(chat.app.screen, LessonsScreen))
        await chat.pilot.press("escape")
        await until(lambda: chat.app.screen is chat.screen)


async def test_from_wherever_one_is_the_chat_is_gone_back_to(
    scripted: Any, opened: Any, until: Until, tmp_path: Path
) -> None:
    async with opened(scripted([]), scripted([], name="new", cell="gru")) as chat:
        chat.app._parts.runs = lambda: Runs(tmp_path / "runs")
        await chat.say("/train x")
        await until(lambda: isinstance(chat.app.screen, FormScreen))
        chat.app._parts.talk(Path("new"))
        await until(lambda: chat.app.screen is chat.screen and chat.conversation.model.name == "new")
