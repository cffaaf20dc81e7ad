"""A line is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import App

import chatbot.ui
from chatbot.ui.screens.ask import AskScreen


class Host(App[None]):
    """Dressed as the chat."""

    CSS_PATH = Path(chatbot.ui.__file__).with_name("chat.tcss")


@pytest.mark.parametrize(("keys", "answer"), [(["x", "enter"], "oldx"), (["x", "escape"], None)])
async def test_enter_takes_the_answer_and_escape_leaves_it(keys, answer, screen_text):
    answers = []
    app = Host()
    async with app.run_test() as pilot:
        app.push_screen(AskScreen("What [b]is[/b] it?", "old"), answers.append)
        await pilot.pause()
        assert "What [b]is[/b] it?" in screen_text(app)
        await pilot.press("end", *keys)
        await pilot.pause()
    assert answers == [answer]
