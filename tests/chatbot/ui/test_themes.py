"""Themes of ours are themes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from chatbot.preferences import Preferences
from chatbot.ui.themes import THEMES


@pytest.mark.parametrize("theme", [*(theme.name for theme in THEMES), "textual-light", "nord"])
async def test_the_chat_can_be_shown_in_it(scripted, opened, theme):
    async with opened(scripted(["hello"]), preferences=Preferences(theme=theme)) as chat:
        await chat.talk("hi")
        assert chat.app.theme == theme
        assert "hello" in chat.shown()


async def test_a_theme_that_is_not_known_is_told_and_passed_over(scripted, opened):
    async with opened(scripted(), preferences=Preferences(theme="[b]no[/b]")) as chat:
        assert chat.told() == ["No theme is called [b]no[/b]; /theme lists them"]


def test_without_colour_there_is_none():
    code = (
        "from chatbot.ui.app import ChatApp\n"
        "from chatbot.ui.sources import sources_of\n"
        "print(ChatApp(sources_of(None)).no_color)"
    )
    environment = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == "True"


async def test_nothing_moves_where_motion_is_reduced(scripted, opened):
    async with opened(scripted(), preferences=Preferences(reduced_motion=True)) as chat:
        assert chat.app.animation_level == "none"
