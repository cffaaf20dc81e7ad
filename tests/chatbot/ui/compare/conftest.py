"""The comparison in an app on scripted models."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from chatbot.ui.compare.column import Column
from chatbot.ui.compare.columns import Columns
from chatbot.ui.compare.screen import ComparisonScreen
from chatbot.ui.screens.conversation import Phase
from chatbot.ui.widgets.transcript import Transcript

Until = Callable[[Callable[[], object]], Awaitable[None]]


class Comparison:
    """The screen, and how it is driven."""

    def __init__(self, chat: Any, until: Until) -> None:
        self.chat, self.until, self.pilot = chat, until, chat.pilot

    @property
    def screen(self) -> ComparisonScreen:
        screen = self.chat.app.screen_stack[1]
        assert isinstance(screen, ComparisonScreen)
        return screen

    @property
    def columns(self) -> list[Column]:
        return self.screen.query_one(Columns).shown

    async def ready(self) -> None:
        await self.until(lambda: len(self.chat.app.screen_stack) > 1 and self.screen.phase is Phase.READY)
        await self.pilot.pause()
        await self.until(lambda: self.screen.phase is Phase.READY)
        await self.pilot.pause()

    async def type(self, text: str, *, wait: bool = True) -> None:
        self.screen.prompt.put(text)
        self.screen.prompt.action_submit()
        await self.pilot.pause()
        if wait:
            await self.ready()

    def said(self) -> list[list[tuple[str, str]]]:
        return [
            [(entry.role.value, entry.text) for entry in column.query_one(Transcript).entries]
            for column in self.columns
        ]

    def told(self) -> str:
        return self.chat.told()[-1] if self.chat.told() else ""


@pytest.fixture
def compared(scripted: Any, opened: Any, until: Until) -> Any:
    """Open the chat on these models, and the comparison with a command."""

    @asynccontextmanager
    async def open_(*voices: Any, command: str = "/compare gru", **how: Any) -> AsyncIterator[Comparison]:
        first = voices[0] if voices else scripted(["Hello ", "there"], ["Yes"])
        others = voices[1:] or [scripted(["Good ", "day"], ["No"], name="small", cell="gru")]
        async with opened(first, *others, notifications=True, **how) as chat:
            await chat.say(command)
            found = Comparison(chat, until)
            await found.ready()
            yield found

    return open_
