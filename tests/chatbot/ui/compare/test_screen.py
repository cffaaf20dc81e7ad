"""Laws of the comparison on the screen: every key and command of it, on scripted models."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from chatbot.ui.compare import ComparisonScreen
from chatbot.ui.compare.column import Column
from chatbot.ui.screens.conversation import Phase
from chatbot.ui.widgets.transcript import Transcript

SIZES = [(60, 20), (100, 30), (300, 100)]
Until = Callable[[Callable[[], object]], Awaitable[None]]


class Comparison:
    """The screen in an app on scripted models."""

    def __init__(self, chat: Any, until: Until) -> None:
        self.chat, self.until = chat, until

    @property
    def screen(self) -> ComparisonScreen:
        screen = self.chat.app.screen_stack[1]
        assert isinstance(screen, ComparisonScreen)
        return screen

    async def ready(self) -> None:
        await self.until(lambda: len(self.chat.app.screen_stack) > 1 and self.screen.phase is Phase.READY)
        await self.chat.pilot.pause()
        await self.until(lambda: self.screen.phase is Phase.READY)
        await self.chat.pilot.pause()

    async def type(self, text: str, *, wait: bool = True) -> None:
        self.screen.prompt.text = text
        await self.chat.pilot.press("enter")
        await self.chat.pilot.pause()
        if wait:
            await self.ready()

    def said(self) -> list[list[tuple[str, str]]]:
        return [
            [(entry.role.value, entry.text) for entry in column.query_one(Transcript).entries]
            for column in self.screen.query(Column)
        ]


@pytest.fixture
def compared(scripted: Any, opened: Any, until: Until) -> Any:
    @asynccontextmanager
    async def open_(*voices: Any, command: str = "/compare gru", **how: Any) -> AsyncIterator[Comparison]:
        first = voices[0] if voices else scripted(["Hello ", "there"], ["Yes"])
        others = voices[1:] or [scripted(["Good ", "day"], ["No"], name="small", cell="gru")]
        async with opened(first, *others, **how) as chat:
            await chat.say(command)
            found = Comparison(chat, until)
            await found.ready()
            yield found

    return open_


async def test_all_answer_the_same_message_each_in_its_column(compared: Any) -> None:
    async with compared() as found:
        await found.type("How are you?")
        await found.type("Really?")
        assert found.said() == [
            [("user", "How are you?"), ("assistant", "Hello there"), ("user", "Really?"), ("assistant", "Yes")],
            [("user", "How are you?"), ("assistant", "Good day"), ("user", "Really?"), ("assistant", "No")],
        ]


async def test_what_was_said_in_the_chat_is_read_by_all(scripted: Any, opened: Any, until: Until) -> None:
    first, other = scripted(["Hi"], ["Yes"]), scripted(["No"], name="small", cell="gru")
    async with opened(first, other) as chat:
        await chat.talk("I am Ada.")
        await chat.say("/compare gru")
        found = Comparison(chat, until)
        await found.ready()
        assert found.said() == [[("user", "I am Ada."), ("assistant", "Hi")]] * 2
        assert other.heard == ["I am Ada."]
        await chat.pilot.press("escape")
        await until(lambda: len(chat.app.screen_stack) == 1)
        assert chat.said() == [("user", "I am Ada."), ("assistant", "Hi")]


async def test_esc_stops_all_replies(compared: Any, scripted: Any) -> None:
    voices = scripted(["Hel", None, "lo"]), scripted(["Good ", None, "day"], name="small", cell="gru")
    async with compared(*voices) as found:
        await found.type("Hi", wait=False)
        await found.until(lambda: "Hel" in found.said()[0][-1][1])
        assert found.screen.phase is Phase.REPLYING
        found.screen.comparison.cancel()
        for voice in voices:
            voice.go()
        await found.ready()
        assert found.screen.comparison.log[0][1][0].startswith("Hel")


async def test_one_that_fails_says_so_in_its_column(compared: Any, scripted: Any) -> None:
    async with compared(scripted([RuntimeError("[red]burnt")]), scripted(["Day"], name="small", cell="gru")) as found:
        await found.type("Hi")
        broken, well = found.said()
        assert broken[-1] == ("notice", "RuntimeError: [red]burnt")
        assert well[-1] == ("assistant", "Day")


async def test_columns_come_and_go(compared: Any, scripted: Any) -> None:
    voices = [scripted([], name=name, cell=cell) for name, cell in (("default", "lstm"), ("a", "gru"), ("b", "rnn"))]
    async with compared(*voices) as found:
        await found.type("/add rnn")
        assert [column.side.name for column in found.screen.query(Column)] == ["default", "a", "b"]
        await found.type("/remove 1")
        assert [column.side.name for column in found.screen.query(Column)] == ["a", "b"]
        await found.type("/remove 1")
        assert "at least 2" in found.chat.told()[-1]
        assert len(found.screen.query(Column)) == 2
        assert "2 b" in found.chat.shown()


async def test_a_memory_is_wiped_and_the_seed_set(compared: Any, knows: Any) -> None:
    async with compared() as found:
        await found.type("Hi")
        await found.type("/reset 2")
        assert [knows(side.conversation) for side in found.screen.comparison.sides] == [2, 0]
        assert found.said()[1][-1][0] == "mark"
        await found.type("/seed 7")
        assert found.screen.comparison.seed == 7
        assert "seed 7" in found.chat.shown()
        await found.type("/new")
        assert [knows(side.conversation) for side in found.screen.comparison.sides] == [0, 0]


async def test_it_is_exported_and_nothing_overwritten(compared: Any, tmp_path: Path) -> None:
    async with compared() as found:
        await found.type("Hi")
        await found.type(f"/export {tmp_path / 'all.json'}")
        assert json.loads((tmp_path / "all.json").read_text())["messages"] == [
            {"user": "Hi", "replies": ["Hello there", "Good day"]}
        ]
        (tmp_path / "all.md").write_text("mine")
        await found.type(f"/export {tmp_path / 'all.md'}")
        assert (tmp_path / "all.md").read_text() == "mine"


async def test_what_cannot_be_loaded_leads_back_to_the_chat(scripted: Any, opened: Any, until: Until) -> None:
    async with opened(scripted([])) as chat:
        await chat.say("/compare heat=1")
        await until(lambda: chat.app.screen_stack[-1] is chat.screen and chat.screen.phase is Phase.READY)
        await chat.pilot.pause()
        assert len(chat.app.screen_stack) == 1


async def test_one_may_be_sampled_otherwise(scripted: Any, compared: Any) -> None:
    voices = scripted(["One"]), scripted(["Two"], name="small", cell="gru")
    async with compared(*voices, command="/compare default small temp=1.2") as found:
        await found.type("Hi")
        assert [voice.samplings[0].temperature for voice in voices] == [voices[0].sampling.temperature, 1.2]
        assert "temperature 1.2" in found.chat.shown()


@pytest.mark.parametrize("size", SIZES)
async def test_it_fits_where_it_is_shown(compared: Any, size: tuple[int, int]) -> None:
    async with compared(size=size) as found:
        await found.type("Hi")
        shown = found.chat.shown()
        assert "Hello there" in shown or size[1] < 24
        assert "1 default" in shown
        assert "Enter asks all" in shown


async def test_help_names_the_keys_and_commands_of_the_comparison(compared: Any) -> None:
    async with compared(size=(120, 50)) as found:
        await found.chat.pilot.press("f1")
        await found.chat.pilot.pause()
        shown = found.chat.shown()
        assert "compare.leave" in shown
        assert "/add" in shown
        assert "/edit" not in shown
