"""Laws of a column: who it is, and what was measured, in words and numbers beside every picture."""

from __future__ import annotations

from typing import Any

import pytest

from chatbot.conversation import Conversation
from chatbot.conversation.side import Side
from chatbot.ui.compare.column import gates_line
from chatbot.ui.memory.heat import HeatMap


def test_gates_are_a_bar_and_a_number_each() -> None:
    assert gates_line({"kept": 0.5, "shown": 1.0}) == "kept ▄50%  shown █100%"
    assert gates_line({}) == ""


@pytest.fixture
def seen_into(bundle_float32: Any, opened: Any, until: Any, scripted: Any) -> Any:
    """The screen on the real, tiny model beside itself."""
    return lambda **how: opened(scripted(), load=lambda: Conversation(bundle_float32), **how)


async def test_a_model_beside_itself_is_measured_and_drawn(seen_into: Any, until: Any) -> None:
    async with seen_into(size=(140, 44)) as chat:
        await chat.say("/compare")
        await until(lambda: len(chat.app.screen_stack) > 1 and chat.app.screen.phase.name == "READY")
        await chat.pilot.pause()
        screen = chat.app.screen
        screen.prompt.put("Hello there!")
        await chat.pilot.press("enter", "f2")
        await until(lambda: screen.comparison.log and screen.phase.name == "READY")
        await chat.pilot.pause()
        shown = chat.shown()
        for part in ("temperature 1", "your words: perplexity", "tokens/s", "kept ", "lstm", "MB"):
            assert part in shown, part
        assert all(heat.display and heat.size.height for heat in screen.query(HeatMap))
        assert "▀" in shown
        assert "After your message" in shown
        assert "the memory kept" in " ".join(shown.split())
        await chat.pilot.press("f2")
        await chat.pilot.pause()
        assert not any(heat.display for heat in screen.query(HeatMap))


async def test_what_a_name_holds_is_no_markup(compared: Any, scripted: Any) -> None:
    voices = scripted(["[b]x"]), scripted(["y"], name="[red]a", cell="[i]")
    async with compared(*voices, command="/compare [red]a", size=(120, 30)) as found:
        await found.type("[bold]Hi")
        shown = found.chat.shown()
        assert all(part in shown for part in ("2 [red]a", "[i] 2×256", "[b]x", "[bold]Hi"))


def test_a_side_has_its_figures_from_the_card(scripted: Any) -> None:
    side = Side("a", Conversation(scripted(parameters=3_700_000)))
    assert side.described == "lstm 2×256 · 3.7 M weights · 13.1 MB"
