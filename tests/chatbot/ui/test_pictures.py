"""Each screen in three sizes, as a picture: whole, nothing outside, nothing over another, and what it has to show.

These are facts about the structure.  Whole pictures are not compared: they change with every version of Textual, and
nobody reads ten thousand characters of SVG to see whether that matters.
"""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree

import pytest
from rich.cells import cell_len

from chatbot.preferences import Preferences

SIZES = [(60, 20), (100, 30), (160, 50)]
SVG = "{http://www.w3.org/2000/svg}"
TALK = ("Hi! My name is Mara.", "What is my name?")
REPLIES = (["Oh,", " I", " love", " Mara."], ["It", " is", " Mara."])


class Picture:
    """The screen of an app as SVG."""

    def __init__(self, app, text: str) -> None:
        self.root = ElementTree.fromstring(app.export_screenshot())  # noqa: S314 - it is ours
        self.lines = text.splitlines()
        """What the screen shows, row by row."""
        self.text = " ".join(text.split())

    @property
    def drawn(self) -> str:
        """What stands in the SVG, row after row."""
        texts = self.root.iter(f"{SVG}text")
        return " ".join("".join(each.itertext()).replace("\u00a0", " ") for each in texts)

    @property
    def rows(self) -> int:
        """How many lines of the terminal it holds."""
        found = re.findall(r"-line-(\d+)", ElementTree.tostring(self.root, "unicode"))
        return max(map(int, found)) + 1


def check_structure(chat, picture: Picture, size: tuple[int, int]) -> None:
    """What holds for every screen."""
    assert [cell_len(line) for line in picture.lines] == [size[0]] * size[1]
    assert picture.rows == size[1]
    for word in picture.lines[-1].split():
        assert word in picture.drawn
    screen = chat.app.screen
    for widget in screen.query("*"):
        if widget.display and widget.region.area and widget.parent is screen:
            assert screen.region.contains_region(widget.region), f"{widget} is outside"
    parts = [part for part in screen.children if part.display and part.region.area and part.styles.layer == "default"]
    for one, other in itertools.combinations([part for part in parts if part.styles.dock == "none"], 2):
        assert not one.region.overlaps(other.region), f"{one} is over {other}"


async def take(chat, size: tuple[int, int]) -> Picture:
    await chat.pilot.pause(0.1)
    picture = Picture(chat.app, chat.shown())
    check_structure(chat, picture, size)
    return picture


@pytest.fixture
def at(looked_into, opened, place):
    """The app with a model that can be looked into."""
    return lambda size, **more: opened(looked_into(*REPLIES), size=size, place=place, **more)


@pytest.mark.parametrize("size", SIZES)
async def test_welcome(at, size):
    async with at(size) as chat:
        picture = await take(chat, size)
        assert picture.lines[0].split()[0] == "Chatbot"
        assert "Talk to a small recurrent network" in picture.text
        assert all(f"{number}  " in "\n".join(picture.lines) for number in (1, 2, 3))
        assert "Enter sends" in picture.lines[-2]
        assert picture.lines[-1].split() == ["^n", "New", "^o", "Open", "f2", "Memory", "f1", "Help", "^q", "Quit",
                                             "^p", "Menu"]  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
async def test_talk(at, size):
    async with at(size) as chat:
        await chat.talk(*TALK)
        picture = await take(chat, size)
        for said in (TALK[1], "It is Mara.", "tokens/s · default"):
            assert said in picture.text
        who = [line.split()[1] for line in picture.lines if line.split()[1:] in (["You"], ["Chatbot"])]
        assert who[-2:] == ["You", "Chatbot"]
        assert "Again" in picture.lines[-1]
        assert "Menu" in picture.lines[-1]


@pytest.mark.parametrize("size", SIZES)
async def test_panel(at, size, until):
    async with at(size, preferences=Preferences(memory_panel=True)) as chat:
        await chat.talk(*TALK)
        await until(lambda: chat.screen.panel._sight is not None)
        picture = await take(chat, size)
        for part in ("State", "Again", "turn 4 · reply", "It is Mara.", "Enter sends"):
            assert part in picture.text, part
        assert any("▀" in line for line in picture.lines), "the heat map"
        await chat.pilot.press("shift+tab", "3")
        picture = await take(chat, size)
        assert "Looked most at" in picture.text
        assert {"Back", "Fork", "Wipe"} <= set(picture.lines[-1].split()), "its keys"


@pytest.mark.parametrize("size", SIZES)
async def test_sessions(at, size, until):
    async with at(size) as chat:
        await chat.talk(TALK[0])
        await chat.pilot.press("ctrl+o")
        await until(lambda: TALK[0] in chat.shown() and chat.app.screen is not chat.screen)
        picture = await take(chat, size)
        assert picture.text.count(TALK[0]) == 1
        assert picture.lines[-1].strip()


@pytest.mark.parametrize("size", SIZES)
async def test_help(at, size):
    async with at(size) as chat:
        await chat.pilot.press("f1")
        picture = await take(chat, size)
        assert "Keys here" in picture.text
        assert "chat.new" in picture.text
        corners = [line for line in picture.lines if "╭" in line or "╰" in line]
        assert len(corners) >= 2, "the box is whole"
        assert "Close" in picture.lines[-1]
