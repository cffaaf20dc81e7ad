"""Laws of what is remembered: the later decision holds, the user's file is not touched, and nothing is in the way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chatbot.preferences import Preferences, load_preferences
from chatbot.ui.remembering import REMEMBERED, Remembering, state_path

CHOICES = {"theme": "nord", "show_details": False, "ghost_text": False, "memory_panel": True}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "below" / "chosen.json"


def test_each_choice_holds_the_next_time(file):
    for name in REMEMBERED:
        Remembering(Preferences(), file).choose(name, CHOICES[name])
    after = Remembering(Preferences(), file).preferences
    assert after == Preferences(**CHOICES)
    assert [path.name for path in file.parent.iterdir()] == ["chosen.json"], "nothing is left beside it"


def test_the_later_decision_holds(file):
    Remembering(Preferences(theme="dracula"), file).choose("theme", "nord")
    assert Remembering(Preferences(theme="dracula"), file).preferences.theme == "nord"
    assert Remembering(Preferences(theme="gruvbox"), file).preferences.theme == "gruvbox", "written since"
    assert Remembering(Preferences(), file).preferences.theme is None, "taken out since"


def test_to_choose_what_the_settings_say_is_to_remember_nothing(file):
    remembering = Remembering(Preferences(ghost_text=False), file)
    remembering.choose("ghost_text", True)
    assert remembering.preferences.ghost_text
    remembering.choose("ghost_text", False)
    assert json.loads(file.read_text()) == {}


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"theme": 3}', '{"theme": {"chosen": 3, "instead_of": null}}', '{"x": {}}', "[" * 100_000,
     '"\\ud800"', '{"show_details": {"chosen": "no", "instead_of": true}, "keys": {"chosen": {}, "instead_of": {}}}'],
)  # fmt: skip
def test_what_cannot_be_understood_is_as_if_it_were_not_there(file, text):
    file.parent.mkdir()
    file.write_text(text)
    remembering = Remembering(Preferences(), file)
    assert remembering.preferences == Preferences()
    remembering.choose("theme", "nord")
    assert Remembering(Preferences(), file).preferences.theme == "nord"


def test_bytes_that_are_no_text_are_as_if_they_were_not_there(file):
    file.parent.mkdir()
    file.write_bytes(b"\xff\xfe\x00")
    assert Remembering(Preferences(), file).preferences == Preferences()


def test_a_place_that_cannot_be_written_is_no_trouble(tmp_path):
    (tmp_path / "file").write_text("x")
    Remembering(Preferences(), tmp_path / "file" / "chosen.json").choose("theme", "nord")
    Remembering(Preferences()).choose("theme", "nord")
    (tmp_path / "folder").mkdir()
    Remembering(Preferences(), tmp_path / "folder").choose("theme", "nord")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


def test_it_is_with_the_state_of_the_user(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_path() == tmp_path / "chatbot" / "chosen.json"


@pytest.mark.parametrize("content", [b"theme = 'dracula' # mine\r\n\n", b"theme = ", b"\xff"])
async def test_what_is_chosen_in_the_chat_is_so_the_next_time_and_the_config_stays(
    looked_into, opened, tmp_path, file, content
):
    config = tmp_path / "config.toml"
    config.write_bytes(content)
    settings, _ = load_preferences(config)
    async with opened(looked_into(["one"]), preferences=settings, remembered=file) as chat:
        assert not file.exists(), "nothing was chosen yet"
        await chat.say("/theme nord")
        await chat.say("/ghost")
        await chat.pilot.press("f4", "f2")
        await chat.pilot.pause()
    assert config.read_bytes() == content
    async with opened(looked_into(["one"]), preferences=settings, remembered=file) as chat:
        assert chat.app.theme == "nord"
        assert (chat.screen.ghost, chat.screen.facts, chat.screen.memory_shown) == (False, False, True)


async def test_a_choice_that_cannot_be_kept_holds_until_the_end(scripted, opened, tmp_path):
    (tmp_path / "file").write_text("x")
    async with opened(scripted(), remembered=tmp_path / "file" / "chosen.json") as chat:
        await chat.say("/theme nord")
        await chat.pilot.pause()
        assert chat.app.theme == "nord"
