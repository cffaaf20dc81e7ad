"""The list of conversations: found, opened, renamed, deleted and brought back, forked."""

from __future__ import annotations

import pytest
from textual.widgets import Input, OptionList

from chatbot.conversation.store import Store


@pytest.fixture
def filled(scripted, opened, place, until):
    """The app on a store with three conversations, the list open, the highlight on the last."""

    class Filled(opened):
        def __init__(self, **changes):
            replies = [["It is wet."], ["Miau."], ["Tea [red]x[/]."]]
            super().__init__(scripted(*replies), place=place, size=(100, 24), **changes)

        async def __aenter__(self):
            await super().__aenter__()
            for text in ("How is the rain?", "I have a cat", "What do you drink?"):
                await self.talk(text)
                await self.screen_new()
            await self.open_list()
            return self

        async def screen_new(self):
            await self.pilot.press("ctrl+n")
            await self.ready()

        async def open_list(self):
            await self.pilot.press("ctrl+o")
            await self.listed(lambda titles: titles)

        @property
        def list(self):
            return self.app.screen.query_one(OptionList)

        def titles(self):
            rows = getattr(self.app.screen, "_rows", [])
            return [row.title for row in rows]

        async def listed(self, condition):
            await until(lambda: condition(self.titles()))
            await self.pilot.pause()

    return Filled


async def test_they_are_listed_the_latest_first(filled):
    async with filled() as chat:
        assert chat.titles() == ["What do you drink?", "I have a cat", "How is the rain?"]
        assert "2 turns" in chat.shown()
        assert "3 conversations" in chat.shown()


async def test_words_are_looked_for_everywhere(filled):
    async with filled() as chat:
        await chat.pilot.press(*"wet")
        await chat.listed(lambda titles: titles == ["How is the rain?"])
        assert "It is wet." in chat.shown()
        chat.app.screen.query_one(Input).value = "red]x["
        await chat.listed(lambda titles: titles == ["What do you drink?"])
        assert "Tea [red]x[/]." in chat.shown()
        chat.app.screen.query_one(Input).value = "nowhere at all"
        await chat.listed(lambda titles: titles == [])
        assert "Nothing found" in chat.shown()


async def test_one_is_opened_with_its_memory(filled, knows):
    async with filled() as chat:
        await chat.pilot.press("down", "enter")
        await chat.ready()
        assert chat.said() == [("user", "I have a cat"), ("assistant", "Miau.")]
        assert knows(chat.conversation) == 2
        assert chat.screen.saved.session == 2


async def test_a_click_opens_one(filled):
    async with filled() as chat:
        await chat.pilot.click(OptionList, offset=(5, 4))
        await chat.ready()
        assert chat.said()[0] == ("user", "How is the rain?")


async def test_one_is_renamed(filled, place):
    async with filled() as chat:
        await chat.pilot.press("ctrl+r")
        await chat.pilot.pause()
        chat.app.screen.query_one(Input).value = "Tea [b]time[/b]"
        await chat.pilot.press("enter")
        await chat.listed(lambda titles: titles[0] == "Tea [b]time[/b]")
        assert "Tea [b]time[/b]" in chat.shown()
        await chat.pilot.press("ctrl+r")
        await chat.pilot.pause()
        await chat.pilot.press(*"nothing", "escape")
        assert chat.screen.store.summary(3).title == "Tea [b]time[/b]"


async def test_one_is_deleted_and_brought_back(filled):
    async with filled() as chat:
        await chat.pilot.press("down", "ctrl+d")
        await chat.listed(lambda titles: titles == ["What do you drink?", "How is the rain?"])
        assert "Ctrl+Z brings it back" in chat.shown()
        await chat.pilot.press("ctrl+z")
        await chat.listed(lambda titles: len(titles) == 3)
        await chat.pilot.press("ctrl+z")
        await chat.pilot.pause()
        assert "Nothing was deleted here" in chat.shown()


async def test_one_is_forked(filled):
    async with filled() as chat:
        await chat.pilot.press("ctrl+f")
        await chat.listed(lambda titles: titles.count("What do you drink?") == 2)
        assert chat.screen.store.summary(4).origin == 3


async def test_where_the_one_that_is_open_was_deleted_a_new_one_is_begun(filled):
    async with filled() as chat:
        await chat.pilot.press("enter")
        await chat.ready()
        assert chat.said()
        await chat.open_list()
        await chat.pilot.press("ctrl+d")
        await chat.listed(lambda titles: len(titles) == 2)
        await chat.pilot.press("escape")
        await chat.ready()
        assert chat.said() == []
        assert chat.screen.saved.session is None


async def test_trouble_with_the_store_is_told(filled, monkeypatch):
    async with filled() as chat:
        monkeypatch.setattr(Store, "search", lambda *_: 1 / 0)
        await chat.pilot.press("x")
        await chat.listed(lambda _: "ZeroDivisionError" in chat.shown())


async def test_help_names_its_keys(filled):
    async with filled() as chat:
        await chat.pilot.press("f1")
        await chat.pilot.pause()
        assert "sessions.rename" in chat.shown()
        assert "/theme" not in chat.shown()


async def test_it_fits_a_tiny_terminal(filled):
    async with filled() as chat:
        await chat.pilot.resize_terminal(60, 20)
        await chat.pilot.pause()
        assert "How is the rain?" in chat.shown()
        assert "Back" in chat.shown()
