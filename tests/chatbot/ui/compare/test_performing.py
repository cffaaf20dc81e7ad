"""Laws of the commands of a comparison: each does what it says, or says in one message why not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


async def test_a_memory_is_wiped_alone_or_with_all(compared: Any, knows: Any) -> None:
    async with compared() as found:
        await found.type("Hi")
        await found.type("/reset 2")
        assert [knows(side.conversation) for side in found.screen.comparison.sides] == [2, 0]
        assert [column[-1][0] for column in found.said()] == ["assistant", "mark"]
        await found.type("/reset")
        assert [knows(side.conversation) for side in found.screen.comparison.sides] == [0, 0]
        await found.type("/new")
        assert found.screen.comparison.sides[0].conversation.transcript == ()
        assert found.screen.comparison.log == []
        assert "all of them answer" in found.chat.shown()


async def test_the_seed_is_shown_and_set(compared: Any, scripted: Any) -> None:
    voices = scripted(["One"]), scripted(["Two"], name="small", cell="gru")
    async with compared(*voices, command="/compare default small seed=9") as found:
        await found.type("/seed 7")
        assert "seed 7" in found.chat.shown()
        await found.type("Hi")
        assert [voice.samplings[0].seed for voice in voices] == [7, 9]
        await found.type("/seed -1")
        assert found.screen.comparison.seed == 7
        assert "seed" in found.told()


async def test_a_column_may_be_sampled_otherwise(compared: Any, scripted: Any) -> None:
    voices = scripted(["One"]), scripted(["Two"], name="small", cell="gru")
    async with compared(*voices, command="/compare default small temp=1.2") as found:
        assert "temperature 1.2" in found.chat.shown()
        await found.type("/set 1 topk=3 temp=0.1")
        await found.type("Hi")
        assert [voice.samplings[0].temperature for voice in voices] == [0.1, 1.2]
        assert voices[0].samplings[0].top_k == 3
        assert "top-k 3" in " ".join(found.chat.shown().split())


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("/set 1 temp=-1", "temperature"),
        ("/set 1", "no setting"),
        ("/set 3 temp=1", "1 to 2"),
        ("/set temp=1", "whole number"),
        ("/remove", "whole number"),
        ("/replace 5 small", "1 to 2"),
        ("/replace 1", "0 models"),
        ("/add default small", "2 models"),
        ("/add nobody", "nobody"),
        ("/reset 0", "1 to 2"),
        ("/export", "nothing was said"),
        ("/export it.txt", ".md or .json"),
        ("/copy", "nothing was said"),
        ("/copy all", "/copy json"),
    ],
)
async def test_what_cannot_be_done_is_said(compared: Any, typed: str, told: str) -> None:
    async with compared() as found:
        await found.type(typed)
        await found.until(lambda: told in found.told())
        assert len(found.columns) == 2


async def test_it_is_exported_and_nothing_overwritten(compared: Any, tmp_path: Path) -> None:
    async with compared() as found:
        await found.type("Hi")
        await found.type(f"/export {tmp_path / 'all.json'}")
        (message,) = json.loads((tmp_path / "all.json").read_text())["messages"]
        assert [answer["text"] for answer in message["answers"]] == ["Hello there", "Good day"]
        (tmp_path / "all.md").write_text("mine")
        await found.type(f"/export {tmp_path / 'all.md'}")
        assert "exists" in found.told()
        assert (tmp_path / "all.md").read_text() == "mine"
        await found.type("/copy")
        assert "**small**" in found.chat.app.clipboard
        await found.type("/copy json")
        assert json.loads(found.chat.app.clipboard)["messages"] == [message]


async def test_facts_are_shown_and_hidden(compared: Any) -> None:
    async with compared() as found:
        await found.type("Hi")
        assert "tokens/s · default" not in found.chat.shown()
        await found.pilot.press("f4")
        await found.pilot.pause()
        assert found.screen.columns.facts


async def test_it_is_left_by_a_command(compared: Any) -> None:
    async with compared() as found:
        await found.type("/quit", wait=False)
        await found.until(lambda: len(found.chat.app.screen_stack) == 1)
