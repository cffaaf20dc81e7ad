"""Laws of teaching: replies are kept or corrected, looked at, taken out, learned."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from chatbot.text.template import Turn
from chatbot.training import Plan, Runs, Taught
from chatbot.ui.train import FormScreen, LessonsScreen, RunScreen

Until = Callable[[Callable[[], object]], Awaitable[None]]
Grow = Callable[[Path], None]


async def test_a_reply_is_kept_or_corrected_and_learned(
    scripted: Any, opened: Any, until: Until, runs: Runs, data: Path
) -> None:
    async with opened(scripted(["Good."], ["Bad."]), size=(110, 30)) as chat:
        chat.app._parts.runs = lambda: runs
        await chat.say("/good")
        await chat.talk("One?")
        await chat.say("/good")
        await chat.talk("Two?")
        await chat.say("/correct Much [b]better.")
        taught = Taught(data / "taught.jsonl")
        await until(lambda: len(taught.all()) == 2)
        assert [(lesson.asked, lesson.reply) for lesson in taught.all()] == [
            ("One?", "Good."),
            ("Two?", "Much [b]better."),
        ]
        assert taught.all()[1].turns[:2] == (Turn("user", "One?"), Turn("assistant", "Good."))
        await chat.say("/teach")
        await until(lambda: isinstance(chat.app.screen, LessonsScreen))
        await chat.pilot.pause()
        assert "Much [b]better." in chat.shown()
        await chat.pilot.press("delete")
        await until(lambda: len(taught.all()) == 1)
        await chat.pilot.press("ctrl+s")
        await until(lambda: isinstance(chat.app.screen, FormScreen))
        await chat.pilot.pause()
        await chat.pilot.press("ctrl+s")
        await until(lambda: isinstance(chat.app.screen, RunScreen))
        (run,) = runs.all()
        assert run.plan == Plan(
            "default-taught", (str(taught.path),), parent="default", mix="default:0.3", assistant="assistant"
        )
        runs.stop(run)
