"""The report opens over the chat, every plot can be seen, and one comes back."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import OptionList, Static
from textual_plot import PlotWidget

from chatbot.reports import PLOTS
from chatbot.ui.report import ReportScreen
from chatbot.ui.screens.help import HelpScreen

Until = Callable[[Callable[[], object]], Awaitable[None]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    axis = {"title": "turns", "log": False, "names": None}
    views = [
        {"name": name, "marks": "line", "x": axis, "y": axis, "rules": [],
         "series": [{"name": "[red]rnn", "x": [0, scale], "y": [1, 0.2], "low": None, "high": None}]}
        for name, scale in (("turns", 10), ("tokens", 200))
    ]  # fmt: skip
    names = {"title": "", "log": False, "names": ["gru: z"]}
    bars = {"name": "", "marks": "shares", "x": names, "y": axis, "rules": [],
            "series": [{"name": "low", "x": [0], "y": [0.5], "low": None, "high": None}]}  # fmt: skip
    plots = [
        {"name": "facts", "title": "Recall [b]of a fact", "sentence": "It forgets.", "choose": "by", "views": views},
        {"name": "gates", "title": "Gates", "sentence": "They are open.", "choose": None, "views": [bars]},
    ]
    table = {"heads": ["cell", "units"], "rows": [["rnn", "30"]], "notes": ["A note."]}
    place = tmp_path / "my cells"
    place.mkdir()
    (place / PLOTS).write_text(json.dumps({"version": 1, "table": table, "plots": plots}))
    return place


def words(screen: Any, name: str) -> str:
    return str(screen.query_one(name, Static).render())


@pytest.mark.parametrize("size", [(120, 40), (60, 20)])
async def test_summary_plots_and_bars_are_seen_one_after_the_other(
    size: tuple[int, int], scripted: Any, opened: Any, until: Until, folder: Path
) -> None:
    async with opened(scripted([]), size=size) as chat:
        await chat.say(f"/report {folder}")
        await until(lambda: isinstance(chat.app.screen, ReportScreen))
        screen, press = chat.app.screen, chat.pilot.press
        assert screen.query_one("#words").display
        await press("down")
        await until(lambda: screen.query_one(PlotWidget).display)
        assert words(screen, "#sentence") == "It forgets. · by turns (V changes it)"
        assert "[red]rnn" in words(screen, "#legend")
        assert screen.query_one(PlotWidget).size.height >= 5
        await press("v")
        assert "by tokens" in words(screen, "#sentence")
        await press("down")
        await until(lambda: not screen.query_one(PlotWidget).display)
        assert words(screen, "#sentence") == "They are open."
        await press("up")
        assert "by tokens" in words(screen, "#sentence")  # what was chosen is kept


async def test_enter_goes_into_the_plot_and_escape_out_of_it_and_back_to_the_chat(
    scripted: Any, opened: Any, until: Until, folder: Path
) -> None:
    async with opened(scripted([])) as chat:
        await chat.say(f"/report '{folder}'")
        await until(lambda: isinstance(chat.app.screen, ReportScreen))
        screen, press = chat.app.screen, chat.pilot.press
        await press("enter")
        assert screen.query_one(OptionList).has_focus  # there is no plot beside the summary
        await press("down", "enter")
        assert screen.query_one(PlotWidget).has_focus
        await press("f1")
        assert isinstance(chat.app.screen, HelpScreen)
        await press("escape", "escape")
        assert screen.query_one(OptionList).has_focus
        await press("escape")
        await until(lambda: chat.app.screen is chat.screen)


@pytest.mark.parametrize("typed", ["/report", "/report nowhere"])
async def test_what_is_no_comparison_is_said(typed: str, scripted: Any, opened: Any, until: Until) -> None:
    async with opened(scripted([])) as chat:
        await chat.say(typed)
        await until(lambda: list(chat.app._notifications))
        assert "folder of a comparison" in next(iter(chat.app._notifications)).message
        assert chat.app.screen is chat.screen
