"""Laws of work on the comparison: nothing else is begun meanwhile, and what fails is said."""

from __future__ import annotations

import threading
from typing import Any

from chatbot.errors import UsageError
from chatbot.ui.screens.conversation import Phase


async def test_nothing_else_is_begun_while_something_is_done(compared: Any) -> None:
    async with compared() as found:
        go = threading.Event()
        done: list[object] = []
        found.screen.work(lambda: go.wait(10), done.append, "Loading…")
        assert found.screen.phase is Phase.WORKING
        await found.type("Hi", wait=False)
        await found.type("/seed 3", wait=False)
        assert found.screen.prompt.text == "/seed 3"
        assert found.screen.comparison.seed == 1
        go.set()
        await found.ready()
        assert done == [True]
        assert found.screen.comparison.log == []


async def test_what_fails_is_said_and_one_goes_on(compared: Any) -> None:
    def fail(*_: object) -> None:
        raise UsageError("[red]nothing", expected="something", remedy="try again")

    async with compared() as found:
        found.screen.work(fail, fail, "Trying…")
        await found.ready()
        assert "[red]nothing" in found.told()
        found.screen.work(lambda: None, fail, "Trying…")
        await found.ready()
        assert len(found.chat.told()) == 2
        await found.type("Hi")
        assert found.said()[0][-1] == ("assistant", "Hello there")
