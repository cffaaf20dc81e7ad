"""What is typed: messages, edits, commands with completions, and guesses how they go on."""

from __future__ import annotations

import threading

import pytest

from chatbot.ui.widgets.completions import Completions


async def test_what_is_typed_while_a_reply_runs_stays(scripted, opened, until):
    async with opened(scripted(["one", None, " two"])) as chat:
        await chat.say("first")
        await until(lambda: chat.voice.streaming)
        await chat.say("second")
        await until(lambda: "Still replying" in chat.shown())
        assert chat.prompt.text == "second"
        await chat.say("/fork")
        assert chat.prompt.text == "/fork", "a command that cannot be done now stays as well"
        chat.prompt.text = "second"
        chat.voice.go()
        await chat.ready()
        assert chat.prompt.text == "second"
        assert chat.voice.heard == ["first"]


@pytest.mark.parametrize("typed", ["", "   ", "\n \n"])
async def test_nothing_but_blanks_is_not_sent(scripted, opened, until, typed):
    async with opened(scripted()) as chat:
        await chat.say(typed)
        await until(lambda: "Type a message first" in chat.shown())
        assert chat.said() == []


async def test_an_unknown_command_is_explained_and_stays(scripted, opened):
    async with opened(scripted(), size=(100, 24)) as chat:
        await chat.say("/thme dark")
        await chat.pilot.pause()
        assert "no command is called /thme" in chat.shown()
        assert "perhaps /theme" in chat.shown()
        assert chat.prompt.text == "/thme dark"


async def test_two_slashes_begin_a_message(scripted, opened):
    async with opened(scripted(["ok"])) as chat:
        await chat.talk("//etc is a folder")
        assert chat.voice.heard == ["/etc is a folder"]


async def test_commands_are_completed(scripted, opened):
    async with opened(scripted()) as chat:
        completions = chat.screen.query_one(Completions)
        await chat.pilot.press("slash", "t", "h")
        await chat.pilot.pause()
        assert completions.display
        assert "Change the colours" in chat.shown()
        await chat.pilot.press("tab")
        await chat.pilot.pause()
        assert chat.prompt.text == "/theme "
        assert "dracula" in "".join(each.label for each in completions._found)
        await chat.pilot.press(*"text", "down", "enter")
        await chat.pilot.pause()
        assert chat.app.theme == "textual-light"
        assert chat.prompt.text == ""
        assert not completions.display


async def test_escape_closes_the_completions(scripted, opened):
    async with opened(scripted()) as chat:
        await chat.pilot.press("slash")
        await chat.pilot.pause()
        assert chat.screen.query_one(Completions).display
        await chat.pilot.press("escape")
        await chat.pilot.pause()
        assert not chat.screen.query_one(Completions).display
        assert chat.prompt.text == ""


async def test_a_completion_can_be_clicked(scripted, opened):
    async with opened(scripted(["one"]), size=(80, 30)) as chat:
        await chat.pilot.press("slash", "f", "a", "c")
        await chat.pilot.pause()
        await chat.pilot.click(Completions, offset=(5, 1))
        await chat.pilot.pause()
        assert chat.screen.facts is False
        assert chat.prompt.has_focus


async def test_escape_leaves_an_edit_and_gives_the_draft_back(scripted, opened):
    async with opened(scripted(["one"])) as chat:
        await chat.talk("a")
        chat.prompt.text = "half a thought"
        await chat.pilot.press("ctrl+up", "up", "e")
        assert chat.prompt.text == "a"
        await chat.pilot.press("escape")
        assert chat.prompt.text == "half a thought"
        assert chat.screen.editing is None


# Ghost text


async def test_what_the_model_predicts_is_shown_and_right_accepts_it(scripted, opened, until):
    async with opened(scripted(), predict=lambda memory, text, cancelled: " do you do?") as chat:
        await chat.pilot.press(*"How")
        await until(lambda: chat.prompt.suggestion == " do you do?")
        await chat.pilot.pause()
        assert "How do you do?" in chat.shown()
        assert chat.prompt.text == "How"
        await chat.pilot.press("space")
        await chat.pilot.pause()
        assert chat.prompt.suggestion == "do you do?", "what was predicted is typed"
        await chat.pilot.press("right")
        assert chat.prompt.text == "How do you do?"


async def test_a_key_that_was_not_predicted_takes_the_ghost_away(scripted, opened, until):
    async with opened(scripted(), predict=lambda memory, text, cancelled: " there" if text == "Hi" else "") as chat:
        await chat.pilot.press(*"Hi")
        await until(lambda: chat.prompt.suggestion)
        await chat.pilot.press("x")
        await chat.pilot.pause()
        assert chat.prompt.suggestion == ""
        await chat.pilot.press("backspace")
        await until(lambda: chat.prompt.suggestion)
        await chat.pilot.press("left")
        await chat.pilot.pause()
        assert chat.prompt.suggestion == ""


async def test_a_prediction_that_comes_too_late_is_not_shown(scripted, opened, until):
    asked, stopped = threading.Event(), threading.Event()

    def predict(memory, text, cancelled):
        asked.set()
        while not cancelled():
            pass
        stopped.set()
        return " too late"

    async with opened(scripted(["ok"]), predict=predict) as chat:
        await chat.pilot.press(*"Hi")
        await until(asked.is_set)
        await chat.pilot.press("x")
        await until(stopped.is_set)
        await chat.pilot.pause()
        assert chat.prompt.suggestion == ""


async def test_it_never_runs_beside_a_reply_and_a_reply_does_not_wait_for_it(scripted, opened, until):
    voice = scripted(["one", None])
    asked: list[str] = []

    def predict(memory, text, cancelled):
        asked.append(text)
        with voice.busy:  # the scripted model asserts that nobody else has it
            while not cancelled():
                pass
        return ""

    async with opened(voice, predict=predict) as chat:
        await chat.pilot.press(*"Hi")
        await until(lambda: asked == ["Hi"])
        await chat.pilot.press("enter")
        await until(lambda: voice.streaming)
        await chat.pilot.press(*"more")
        await chat.pilot.pause(0.4)
        assert asked == ["Hi"]


async def test_it_can_be_switched_off_and_does_not_guess_commands(scripted, opened):
    asked: list[str] = []
    async with opened(scripted(), predict=lambda memory, text, cancelled: asked.append(text) or "") as chat:
        await chat.pilot.press("slash", "x")
        await chat.pilot.pause(0.4)
        chat.prompt.text = ""
        await chat.say("/ghost")
        await chat.pilot.press(*"Hi")
        await chat.pilot.pause(0.4)
        assert asked == []


async def test_a_predictor_that_fails_disturbs_nobody(scripted, opened):
    def predict(memory, text, cancelled):
        raise ZeroDivisionError

    async with opened(scripted(["ok"]), predict=predict) as chat:
        await chat.pilot.press(*"Hi")
        await chat.pilot.pause(0.4)
        await chat.pilot.press("enter")
        await chat.ready()
        assert chat.said()[-1] == ("assistant", "ok")
