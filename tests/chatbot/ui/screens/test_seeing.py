"""The memory panel in the chat: open and closed, what it is shown, and what comes of what it asks."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from chatbot.conversation import Conversation
from chatbot.preferences import Preferences
from chatbot.ui.screens.help import HelpScreen
from chatbot.ui.widgets.message import Role
from chatbot.ui.widgets.prompt import Prompt


def marked(chat) -> dict[int, list[tuple[str, str]]]:
    """For each turn the words that stand out, and how."""
    return {
        entry.turn: [(entry.text[mark.start : mark.end], mark.style) for mark in entry.marks]
        for entry in chat.screen.transcript.entries
        if entry.marks
    }


async def seen(chat, until) -> None:
    """Wait until the panel has read what it is to show."""
    await until(lambda: chat.screen.panel is not None and chat.screen.panel._sight is not None)
    await chat.pilot.pause()


def test_the_panel_is_not_imported_before_it_is_opened():
    code = "import sys, chatbot.ui.app; print('chatbot.ui.memory' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


async def test_f2_opens_the_panel_goes_there_and_closes_it(looked_into, opened, until):
    async with opened(looked_into(["hello"]), size=(100, 30)) as chat:
        await chat.talk("hi")
        assert chat.screen.panel is None
        await chat.pilot.press("f2")
        await seen(chat, until)
        panel, transcript = chat.screen.panel, chat.screen.transcript
        assert panel.has_focus
        assert "1 State" in chat.shown() or "State" in chat.shown()
        assert transcript.region.right <= panel.region.x, "beside each other"
        assert transcript.region.height == panel.region.height
        await chat.pilot.press("f2")
        await chat.pilot.pause()
        assert not panel.display
        assert isinstance(chat.screen.focused, Prompt)
        assert transcript.region.width > 95
        await chat.say("/memory")
        await chat.pilot.pause()
        assert chat.screen.panel is panel, "the same one again"
        assert panel.display
        assert chat.prompt.text == ""


async def test_escape_goes_back_to_the_prompt_and_shift_tab_to_the_panel(looked_into, opened, until):
    async with opened(looked_into(["hello"])) as chat:
        await chat.talk("hi")
        await chat.pilot.press("f2")
        await seen(chat, until)
        await chat.pilot.press("escape")
        assert isinstance(chat.screen.focused, Prompt)
        assert chat.screen.panel.display
        await chat.pilot.press("shift+tab")
        assert chat.screen.panel.has_focus


@pytest.mark.parametrize("size", [(60, 20), (99, 30), (100, 30), (160, 50)])
async def test_it_stands_beside_the_transcript_or_below_it_and_leaves_room(looked_into, opened, until, size):
    async with opened(looked_into(["hello", " there"]), size=size, preferences=Preferences(memory_panel=True)) as chat:
        await chat.talk("hi")
        await seen(chat, until)
        panel, transcript = chat.screen.panel.region, chat.screen.transcript.region
        assert (transcript.bottom <= panel.y) is (size[0] < 100)
        assert (transcript.right <= panel.x) is (size[0] >= 100)
        assert panel.height >= 7
        assert transcript.height >= 5
        assert chat.prompt.region.bottom == size[1] - 1
        assert "hello there" in chat.shown()
        assert "turn 2 · reply" in chat.shown()
        assert isinstance(chat.screen.focused, Prompt), "nobody asked for the panel with a key"


async def test_the_preference_opens_it_once_there_is_a_model(looked_into, opened):
    async with opened(looked_into(), preferences=Preferences(memory_panel=True)) as chat:
        assert chat.screen.panel is not None
        await chat.pilot.pause()
        assert "what it leaves in the memory" in chat.shown()


async def test_asked_for_before_there_is_a_model_it_opens_with_it(looked_into, opened, until):
    gate = threading.Event()
    voice = looked_into()
    chat = opened(voice, load=lambda: gate.wait(10) and Conversation(voice))
    async with chat.app.run_test() as pilot:
        await pilot.press("f2")
        await until(lambda: any("once there is a model" in each for each in chat.told()))
        assert chat.screen.panel is None
        gate.set()
        await until(lambda: "what it leaves in the memory" in chat.shown())
        assert isinstance(chat.screen.focused, Prompt)


async def test_a_reply_is_recorded_only_while_the_panel_is_open(looked_into, opened, until):
    voice = looked_into(["a"], ["b"], ["c"], ["d"])
    async with opened(voice) as chat:
        await chat.talk("one")
        await chat.pilot.press("f2", "escape")
        await chat.talk("two")
        await chat.pilot.press("ctrl+r")
        await chat.ready()
        await seen(chat, until)
        await chat.pilot.press("f2")
        await chat.talk("three")
        assert [trace is not None for trace in voice.traces] == [False, True, True, False]
        assert voice.traces[1].text == "b"


async def test_what_a_reply_looked_at_is_marked_and_what_it_copied_underlined(looked_into, opened, until):
    async with opened(looked_into(["Mara"], ["no"]), preferences=Preferences(memory_panel=True)) as chat:
        await chat.talk("Mara [red]is mine")
        await until(lambda: marked(chat))
        assert marked(chat) == {0: [("Mara", "bold underline on $accent 45%")]}
        assert "Mara [red]is mine" in chat.shown(), "text is no markup"
        await chat.talk("other")
        await until(lambda: marked(chat) == {0: [("Mara", "bold on $accent 45%")]})
        await chat.pilot.press("f2")
        await until(lambda: marked(chat) == {})


async def test_the_panel_follows_a_reply_while_it_is_said(looked_into, opened, until):
    async with opened(looked_into(["par", None, " tial"]), preferences=Preferences(memory_panel=True)) as chat:
        await chat.say("hi")
        await until(lambda: "being said" in chat.shown())
        assert "turn 2 · reply · being said" in chat.shown()
        chat.voice.go()
        await chat.ready()
        await seen(chat, until)
        assert "being said" not in chat.shown()


async def test_opened_in_the_middle_of_a_reply_it_waits_for_its_end(looked_into, opened, until):
    async with opened(looked_into(["par", None, " tial"])) as chat:
        await chat.say("hi")
        await until(lambda: chat.voice.streaming)
        await chat.pilot.press("f2")
        await until(lambda: "This reply began before" in chat.shown())
        chat.voice.go()
        await chat.ready()
        await seen(chat, until)
        assert "turn 2 · reply" in chat.shown()


async def test_a_failed_reply_leaves_the_panel_with_what_was_before(looked_into, opened, until):
    voice = looked_into(["a"], ["b", RuntimeError("no")])
    async with opened(voice, preferences=Preferences(memory_panel=True)) as chat:
        await chat.talk("one", "two")
        await seen(chat, until)
        assert "turn 2 · reply" in chat.shown()


async def test_f_forks_after_the_turn_that_is_shown(looked_into, opened, until, place):
    voice = looked_into(["a"], ["b"])
    async with opened(voice, place=place, preferences=Preferences(memory_panel=True)) as chat:
        await chat.talk("one", "two")
        await seen(chat, until)
        await chat.pilot.press("shift+tab", "up", "up")
        await seen(chat, until)
        await chat.pilot.press("f")
        await chat.ready()
        assert [turn.text for turn in chat.conversation.transcript] == ["one", "a"]
        assert len(chat.screen.store.sessions()) == 2
        await seen(chat, until)
        assert "turn 2 · reply" in chat.shown()


async def test_the_question_is_asked_again_of_a_wiped_memory(looked_into, opened, until):
    voice = looked_into(["old"], ["new"], ["newer"])
    async with opened(voice, size=(120, 30), preferences=Preferences(memory_panel=True)) as chat:
        await chat.talk("who")
        await seen(chat, until)
        await chat.pilot.press("shift+tab", "w")
        await chat.ready()
        await until(lambda: "wiped" in chat.shown())
        shown = chat.shown()
        assert "old" in shown
        assert chat.screen.panel.summary == "Asked again without state, with the same seed: another reply."
        assert [turn.text for turn in chat.conversation.transcript] == ["who", "old"], "nothing was said here"
        await chat.pilot.press("1", "b")
        await chat.ready()
        await until(lambda: "newer" in chat.shown())


async def test_asking_again_can_be_stopped_and_what_fails_is_told(looked_into, opened, until):
    voice = looked_into(["old"], ["new", None, " more"])
    async with opened(voice, size=(120, 30), preferences=Preferences(memory_panel=True)) as chat:
        await chat.pilot.press("shift+tab", "w")
        await until(lambda: any("nothing to ask again" in each for each in chat.told()))
        await chat.pilot.press("escape")
        await chat.talk("who")
        await seen(chat, until)
        await chat.pilot.press("shift+tab", "n")
        await until(lambda: chat.screen.asking_again and chat.voice.streaming)
        await chat.pilot.press("escape", "escape")
        await chat.ready()
        assert chat.screen.panel._again.new == "new"


async def test_what_cannot_be_looked_into_is_none_of_the_panels_business(looked_into, opened, until):
    async with opened(looked_into(["a"]), preferences=Preferences(memory_panel=True)) as chat:
        await chat.talk("hi")
        await seen(chat, until)
        sight = chat.screen.panel._sight
        await chat.say("/save a title")
        await chat.ready()
        assert chat.screen.panel._sight is sight, "a new title is nothing to look at"
        await chat.pilot.press("ctrl+n")
        await chat.ready()
        assert "what it leaves in the memory" in chat.shown()
        assert not any(entry.role is Role.NOTICE for entry in chat.screen.transcript.entries)


async def test_help_names_the_keys_of_the_open_panel_wherever_one_is(looked_into, opened, until):
    async with opened(looked_into(["a"]), size=(100, 40)) as chat:
        await chat.talk("hi")
        assert not HelpScreen.of(chat.screen).panel_keys
        await chat.pilot.press("f2", "escape")
        await chat.pilot.pause()
        assert {"memory.wipe-state", "memory.fork"} <= {key.id for key in HelpScreen.of(chat.screen).panel_keys}
        await chat.pilot.press("f2", "f2", "f1")
        await chat.pilot.pause()
        assert "memory.wipe-state" in {key.id for key in chat.app.screen._keys}
