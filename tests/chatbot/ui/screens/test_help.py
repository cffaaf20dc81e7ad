"""Help is about where one is."""

from __future__ import annotations

import pytest

from chatbot.ui.commands import COMMANDS
from chatbot.ui.screens.help import HelpScreen


@pytest.mark.parametrize("size", [(60, 20), (100, 40)])
async def test_it_names_keys_their_ids_and_all_commands(scripted, opened, size):
    async with opened(scripted(), size=size) as chat:
        await chat.pilot.press("f1")
        await chat.pilot.pause()
        assert isinstance(chat.app.screen, HelpScreen)
        seen = ""
        for _ in range(30):
            seen += chat.shown()
            await chat.pilot.press("pagedown")
        assert all(f"/{command.name}" in seen for command in COMMANDS)
        assert "chat.new" in seen
        assert "prompt.send" in seen
        await chat.pilot.press("escape")
        await chat.pilot.pause()
        assert chat.app.screen is chat.screen


async def test_a_focused_message_has_its_own_keys(scripted, opened):
    async with opened(scripted(["one"])) as chat:
        await chat.talk("a")
        assert "message.copy" not in {key.id for key in HelpScreen.of(chat.screen)._keys}
        await chat.pilot.press("ctrl+up")
        assert "message.copy" in {key.id for key in HelpScreen.of(chat.screen)._keys}


async def test_a_key_that_was_changed_is_shown_as_it_is(scripted, opened):
    from chatbot.preferences import Preferences

    async with opened(scripted(), preferences=Preferences(keys={"chat.new": "f9"})) as chat:
        keys = {key.id: key.key for key in HelpScreen.of(chat.screen)._keys}
        assert keys["chat.new"].lower() == "f9"
