"""Laws of the columns: beside each other, below each other or one at a time, as there is room."""

from __future__ import annotations

from typing import Any

import pytest

from chatbot.ui.compare.columns import Columns


@pytest.mark.parametrize(
    ("size", "stacked", "single"),
    [((60, 20), True, True), ((60, 60), True, False), ((80, 24), False, False), ((300, 100), False, False)],
)
async def test_they_use_the_room_there_is(compared: Any, size: tuple[int, int], stacked: bool, single: bool) -> None:
    async with compared(size=size) as found:
        columns = found.screen.query_one(Columns)
        assert (columns.has_class("-stacked"), columns.single) == (stacked, single)
        assert [column.display for column in columns.shown] == [True, not single]
        assert ("F3" in found.chat.shown()) is single


async def test_one_at_a_time_they_are_turned_around_the_ends(compared: Any) -> None:
    async with compared(size=(60, 20)) as found:
        await found.type("Hi")
        for key, seen in (("f3", "Good day"), ("f3", "Hello there"), ("shift+f3", "Good day")):
            await found.pilot.press(key)
            await found.pilot.pause()
            assert seen in found.chat.shown()
        await found.pilot.resize_terminal(120, 30)
        await found.pilot.pause()
        assert all(part in found.chat.shown() for part in ("Hello there", "Good day"))


async def test_they_come_and_go_and_change_places(compared: Any, scripted: Any) -> None:
    names = (("default", "lstm"), ("a", "gru"), ("b", "rnn"))
    voices = [scripted([name.title()], name=name, cell=cell) for name, cell in names]
    async with compared(*voices, size=(120, 30)) as found:
        await found.type("/add rnn")
        assert [column.side.name for column in found.columns] == ["default", "a", "b"]
        await found.type("/remove 1")
        assert [column.side.name for column in found.columns] == ["a", "b"]
        assert "2 b" in found.chat.shown()
        await found.type("/remove 1")
        assert "at least 2" in found.told()
        await found.type("/replace 1 default temp=0.3")
        assert [column.side.label for column in found.columns] == ["default · temperature 0.3", "b"]
        await found.type("Hi")
        assert [column[-1] for column in found.said()] == [("assistant", "Default"), ("assistant", "B")]
        assert found.chat.shown().index("1 default") < found.chat.shown().index("2 b")


async def test_all_are_scrolled_together(compared: Any, scripted: Any) -> None:
    long = ["word " * 400]
    async with compared(scripted(long), scripted(long, name="small", cell="gru")) as found:
        await found.type("Hi")
        before = [column._transcript.scroll_y for column in found.columns]
        await found.pilot.press("pageup")
        await found.pilot.pause()
        assert all(column._transcript.scroll_y < was for column, was in zip(found.columns, before, strict=True))
