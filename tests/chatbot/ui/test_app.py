"""The frame: how the app opens, how it ends, and with which exit code."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

import chatbot.ui
from chatbot.errors import BundleError
from chatbot.ui.app import ChatApp


async def test_the_screen_is_painted_before_the_model_is_loaded(scripted, until, screen_text):
    gate = threading.Event()
    painted = []

    def load():
        painted.append("Three things to try" in screen_text(app))
        assert gate.wait(10)
        return scripted()

    app = ChatApp(load)
    async with app.run_test() as pilot:
        await until(lambda: painted)
        assert painted == [True]
        await pilot.pause()
        assert "loading" in screen_text(app)
        gate.set()
        await until(lambda: "LSTM 2×256" in screen_text(app))


async def test_quitting_while_a_reply_streams_ends_the_reply_and_does_not_hang(scripted, until):
    talk = scripted(["one ", *[None, "more "] * 50])
    app = ChatApp(lambda: talk)
    async with app.run_test() as pilot:
        await until(lambda: "perplexity" in str(app.screen.query_one("StatusLine").render()))
        await pilot.press("h", "i", "enter")
        await until(lambda: talk.streaming)
        began = time.monotonic()
        await pilot.press("ctrl+q")
        await until(lambda: not talk.streaming)
    assert time.monotonic() - began < 3
    assert app.return_code == 0


async def test_a_worker_that_outlives_the_screen_is_harmless(scripted, until):
    gate, loaded = threading.Event(), threading.Event()

    def load():
        assert gate.wait(10)
        loaded.set()
        return scripted()

    app = ChatApp(load)
    async with app.run_test() as pilot:
        await pilot.pause(0.05)
        await pilot.press("ctrl+q")
    gate.set()
    await until(loaded.is_set)
    assert app.return_code == 0


async def test_every_binding_of_ours_can_be_remapped_by_its_id():
    from chatbot.ui.screens.chat import ChatScreen
    from chatbot.ui.widgets.prompt import Prompt

    ids = [binding.id for owner in (ChatApp, ChatScreen, Prompt) for binding in owner.BINDINGS]
    assert all(ids)
    assert len(set(ids)) == len(ids)


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
