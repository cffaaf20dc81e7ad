"""The command palette shows the same commands, and names are names."""

from __future__ import annotations

from textual.command import CommandPalette
from textual.widgets import Input

from chatbot.ui.palette import Choice, choose


async def test_a_command_is_found_by_what_it_does_and_done(scripted, opened, until):
    async with opened(scripted(["one"])) as chat:
        await chat.talk("a")
        await chat.pilot.press("ctrl+p")
        await until(lambda: "/new" in chat.shown())
        await chat.pilot.press(*"facts under")
        await until(lambda: "/facts" in chat.shown() and "/new" not in chat.shown())
        await chat.pilot.press("enter")
        await until(lambda: chat.screen.facts is False)


async def test_names_in_a_list_of_choices_are_no_markup(scripted, opened, until):
    chosen = []
    async with opened(scripted()) as chat:
        choices = [Choice("[b]one[/b]", "[i]help[/i]", lambda: chosen.append(1)), Choice("two", "", lambda: None)]
        choose(chat.screen, choices, "Which?")
        await until(lambda: "[b]one[/b]" in chat.shown())
        assert "[i]help[/i]" in chat.shown()
        chat.app.screen.query_one(Input).value = "[b]o"
        await until(lambda: "two" not in chat.shown())
        assert "[b]one[/b]" in chat.shown()
        assert isinstance(chat.app.screen, CommandPalette)
        await chat.pilot.press("enter")
        await until(lambda: chosen == [1])


async def test_where_there_are_no_commands_there_are_none(scripted, opened, place, until):
    async with opened(scripted(["one"]), place=place) as chat:
        await chat.talk("a")
        await chat.pilot.press("ctrl+o")
        await chat.pilot.pause(0.2)
        await chat.pilot.press("ctrl+p")
        await chat.pilot.pause(0.3)
        assert "/new" not in chat.shown()
