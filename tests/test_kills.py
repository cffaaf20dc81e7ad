"""Whatever ends the program in the middle of a reply, nothing is lost but that reply.

The program runs in a pseudo-terminal and is killed (SIGKILL) so often as CHATBOT_TEST_KILLS says, at another moment of
a reply each time; in between it is opened again and goes on where it was.
"""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatbot.bundle import Bundle, write_bundle
from chatbot.conversation.moments import Moment
from chatbot.conversation.store import Store
from tests.terminal import ENTER, PATIENCE, READY, Terminal

KILLS = int(os.environ.get("CHATBOT_TEST_KILLS", "2"))
LONG = 1500
"""Pieces of each reply: as many as take long enough for a kill to come in between."""
LATEST = 0.5
"""A kill comes so late at most, as a share of the time that saying the reply before took."""


@pytest.fixture
def bundle_dir(tmp_path: Path, bundle_float32: Bundle) -> Path:
    write_bundle(tmp_path / "tiny", bundle_float32)
    return tmp_path / "tiny"


@pytest.fixture
def windows() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for each in opened:
        each.close()


def kept(home: Path) -> list[Moment]:
    """All that is kept of the one conversation; the database has to be whole."""
    place = home / "chatbot" / "sessions" / "sessions.db"
    with sqlite3.connect(place) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()
    store = Store(place)
    try:
        assert store.notice is None, "nothing had to be set aside"
        (session,) = store.sessions()
        return store.load(session.id)[1]
    finally:
        store.close()


def texts(moments: list[Moment]) -> list[tuple[str, str]]:
    return [(moment.turn.role, moment.turn.text) for moment in moments]


def ask(window: Terminal, text: str) -> int:
    """Say something once nothing else is being said; what had been drawn before."""
    before = window.type(text.encode() + ENTER)
    window.wait_for("Replying", since=before)
    return before


def answered(window: Terminal, home: Path, text: str) -> list[Moment]:
    """All that is kept once a reply to the text is.  What is drawn does not tell: earlier replies are drawn again."""
    end = time.monotonic() + PATIENCE
    while texts(found := kept(home))[-2:-1] != [("user", text)]:
        assert time.monotonic() < end, f"no reply to {text!r} was kept; drawn:\n{window.text()}"
        window.watch(0.1)
    return found


@pytest.mark.slow
def test_a_kill_loses_nothing_but_the_reply_that_is_being_said(
    tmp_path: Path, bundle_dir: Path, windows: list[Terminal]
) -> None:
    rng = random.Random(7)
    sure: list[tuple[str, str]] = []
    settings = ("--model", bundle_dir, "--seed", 1, "--min-length", LONG, "--max-length", LONG)
    cut = 0
    for number in range(KILLS):
        window = Terminal(*settings, home=tmp_path)
        windows.append(window)
        window.wait_for(READY)
        if number and sure[-1][0] == "user":
            window.wait_for("never got")  # the message without a reply is there, and is told of
        before = ask(window, f"whole {number}")
        whole = answered(window, tmp_path, f"whole {number}")
        window.wait_for(READY, since=before)
        assert texts(whole)[:-1] == [*sure, ("user", f"whole {number}")]
        assert whole[-1].turn.role == "assistant", "what is shown as said is kept"
        assert whole[-1].gain is not None, "and what is remembered of it"
        ask(window, f"killed {number}")
        time.sleep(rng.uniform(0.0, LATEST) * (whole[-1].facts.seconds or 0.0))
        window.kill()
        left = texts(kept(tmp_path))
        assert left[: len(whole) + 1] == [*texts(whole), ("user", f"killed {number}")], "what was sent is kept"
        assert len(left) <= len(whole) + 2
        cut += len(left) == len(whole) + 1
        sure = left
    assert cut >= KILLS / 2, "most came in the middle of the reply"
    window = Terminal(*settings, home=tmp_path)
    windows.append(window)
    window.wait_for(READY)
    window.wait_for(f"killed {KILLS - 1}")
    assert "Traceback" not in "".join(each.text() for each in windows)
