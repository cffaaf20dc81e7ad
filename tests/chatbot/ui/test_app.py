"""The frame: how the app opens, how it ends, and with which exit code."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

import chatbot.ui
from chatbot.conversation import Conversation
from chatbot.conversation.store import Store
from chatbot.errors import BundleError
from chatbot.preferences import Preferences
from chatbot.ui.app import ChatApp
from chatbot.ui.screens.ask import AskScreen
from chatbot.ui.screens.chat import ChatScreen
from chatbot.ui.screens.help import HelpScreen
from chatbot.ui.screens.sessions import SessionsScreen
from chatbot.ui.widgets.message import MessageView
from chatbot.ui.widgets.prompt import Prompt


async def test_the_screen_is_painted_before_the_model_is_loaded(scripted, opened, until):
    gate = threading.Event()
    painted = []

    def load():
        painted.append("Three things to try" in chat.shown())
        assert gate.wait(10)
        return Conversation(scripted())

    chat = opened(scripted(), load=load)
    async with chat.app.run_test() as pilot:
        await until(lambda: painted)
        assert painted == [True]
        await pilot.pause()
        assert "loading" in chat.shown()
        gate.set()
        await until(lambda: "LSTM 2×256" in chat.shown())


async def test_quitting_while_a_reply_streams_ends_the_reply_and_does_not_hang(scripted, opened, until, place):
    async with opened(scripted(["one ", *[None, "more "] * 50]), place=place) as chat:
        await chat.say("hi")
        await until(lambda: chat.voice.streaming)
        began = time.monotonic()
        await chat.pilot.press("ctrl+q")
        await until(lambda: not chat.voice.streaming)
    assert time.monotonic() - began < 3
    assert chat.app.return_code == 0
    store = Store(place)
    assert [moment.turn.text for moment in store.load(1)[1]] == ["hi", "one"], "what was said is kept"
    store.close()


async def test_a_worker_that_outlives_the_screen_is_harmless(scripted, opened, until):
    gate, loaded = threading.Event(), threading.Event()

    def load():
        assert gate.wait(10)
        loaded.set()
        return Conversation(scripted())

    app = opened(scripted(), load=load).app
    async with app.run_test() as pilot:
        await pilot.pause(0.05)
        await pilot.press("ctrl+q")
    gate.set()
    await until(loaded.is_set)
    assert app.return_code == 0


async def test_every_binding_of_ours_can_be_remapped_by_its_id(scripted, opened):
    owners = (ChatApp, ChatScreen, SessionsScreen, AskScreen, HelpScreen, Prompt, MessageView)
    ids = [binding.id for owner in owners for binding in owner.BINDINGS]
    assert all(ids)
    assert len(set(ids)) == len(ids)
    keys = {"chat.new": "f9", "prompt.new-line": "f8", "app.quit": "ctrl+x"}
    async with opened(scripted(["one"]), preferences=Preferences(keys=keys)) as chat:
        await chat.talk("a")
        await chat.pilot.press("ctrl+n")
        await chat.ready()
        assert chat.said()
        await chat.pilot.press("b", "f8", "c")
        assert chat.prompt.text == "b\nc"
        await chat.pilot.press("f9")
        await chat.ready()
        assert chat.said() == []


async def test_the_preferences_of_the_user_hold(scripted, opened):
    asked = []
    preferences = Preferences(show_details=False, ghost_text=False)
    predict = lambda *_: asked.append(1) or ""  # noqa: E731
    async with opened(scripted(["one"]), preferences=preferences, predict=predict) as chat:
        await chat.talk("a")
        assert "tokens/s" not in chat.shown()
        await chat.pilot.press("x")
        await chat.pilot.pause(0.4)
        assert asked == []


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (BundleError("no \x1b[31mmodel", expected="one", remedy="train one"), "no model; expected one; train one\n"),
        (OSError("disk on fire"), "OSError: disk on fire\n"),
    ],
)
def test_run_reports_why_nothing_was_loaded_and_returns_1(monkeypatch, capsys, error, expected):
    def start(app):
        app.load_error = error

    monkeypatch.setattr(ChatApp, "run", start)
    assert chatbot.ui.run(lambda: pytest.fail("not called here")) == 1
    assert capsys.readouterr().err.endswith(expected)


@pytest.mark.parametrize("code", [None, 0, 1])
def test_run_returns_the_code_of_the_app(monkeypatch, capsys, code):
    monkeypatch.setattr(ChatApp, "run", lambda app: None)
    monkeypatch.setattr(ChatApp, "return_code", code)
    assert chatbot.ui.run(lambda: pytest.fail("not called here")) == (code or 0)
    assert capsys.readouterr().err == ""


def test_drawing_the_screen_imports_no_model():
    code = (
        "import sys, chatbot.ui.app\n"
        "heavy = {'numpy', 'tensorflow', 'keras', 'ai_edge_litert', 'sentencepiece', 'chatbot.conversation'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
