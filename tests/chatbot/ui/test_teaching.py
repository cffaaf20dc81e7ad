"""Laws of the commands that teach: what is kept, and what cannot be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from chatbot.training import Taught
from chatbot.ui.teaching import _ending

Until = Callable[[Callable[[], object]], Awaitable[None]]


async def test_only_a_reply_can_be_taught_and_a_correction_has_words(
    scripted: Any, opened: Any, until: Until, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    taught = Taught(tmp_path / "chatbot" / "taught.jsonl")
    async with opened(scripted(["Well."])) as chat:
        for command in ("/good", "/correct Fine."):
            await chat.say(command)
        await chat.talk("How?")
        await chat.say("/correct")
        await chat.pilot.pause()
        assert taught.all() == []
        assert "no reply to teach by" in chat.told()[0]
        await chat.say("/correct Fine.")
        await until(lambda: [lesson.reply for lesson in taught.all()] == ["Fine."])
        assert "the 1st lesson" in chat.told()[-1]


def test_numbers_are_counted_in_english() -> None:
    assert [f"{n}{_ending(n)}" for n in (1, 2, 3, 4, 11, 12, 21, 113)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "21st", "113th"
    ]  # fmt: skip
