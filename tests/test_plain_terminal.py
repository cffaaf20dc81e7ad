"""Laws of the plain chat in a real terminal: prompts and replies in their order, Ctrl-C and Ctrl-D, no colours."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chatbot.bundle import Bundle, write_bundle

ROOT = Path(__file__).resolve().parents[1]
CTRL_C, CTRL_D = b"\x03", b"\x04"
PATIENCE = 30.0
"""Seconds; only a failing test waits so long."""
_COLOUR = re.compile(rb"\x1b\[[\d;]*m")


class Terminal:
    """A pseudo-terminal with `chatbot --plain` in it.

    Args:
        words: More arguments.
        home: Where it runs and keeps conversations.
        settings: Of the environment.
    """

    def __init__(self, *words: object, home: Path, **settings: str) -> None:
        self._ours, theirs = pty.openpty()
        self._program = subprocess.Popen(
            [sys.executable, "-m", "chatbot", *map(str, words)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=home,
            env={**os.environ, "PYTHONPATH": str(ROOT), "XDG_DATA_HOME": str(home), "TERM": "xterm", **settings},
            start_new_session=True,
            preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),  # it becomes the terminal of the session
        )
        os.close(theirs)
        self.raw = b""

    def type(self, keys: bytes) -> int:
        """Press keys; how much had been written before."""
        os.write(self._ours, keys)
        return len(self.raw)

    def interrupt(self, pattern: bytes) -> None:
        """Press Ctrl-C until it is answered.

        ``input()`` overlooks a signal that comes after its prompt is drawn and before it waits for keys; whoever sits
        there presses once more.
        """
        since, end = len(self.raw), time.monotonic() + PATIENCE
        while True:
            self.type(CTRL_C)
            with contextlib.suppress(AssertionError):
                return self.wait_for(pattern, since, patience=1.0)
            assert time.monotonic() < end, f"Ctrl-C in vain; written: {self.raw[since:]!r}"

    def wait_for(self, pattern: bytes, since: int = 0, patience: float = PATIENCE) -> None:
        """Wait until something is written."""
        end = time.monotonic() + patience
        while not re.search(pattern, self.raw[since:], re.DOTALL):
            assert time.monotonic() < end, f"waited in vain for {pattern!r}; written: {self.raw[since:]!r}"
            self._gather()

    def leave(self) -> int:
        """Wait for the end of the program; its exit code."""
        end = time.monotonic() + PATIENCE
        while self._program.poll() is None:
            assert time.monotonic() < end, f"it does not end; written: {self.raw!r}"
            self._gather()
        return self._program.returncode

    def close(self) -> None:
        """End the program if it still runs, and the terminal."""
        self._program.kill()
        self._program.wait()
        os.close(self._ours)

    def _gather(self) -> None:
        if select.select([self._ours], [], [], 0.05)[0]:
            try:
                self.raw += os.read(self._ours, 1 << 16)
            except OSError:  # nobody holds the other end any more
                time.sleep(0.05)


Open = Callable[..., Terminal]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Open]:
    opened: list[Terminal] = []

    def start(*words: object, **settings: str) -> Terminal:
        opened.append(Terminal(*words, home=tmp_path, **settings))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
def test_the_shipped_model_answers_line_by_line(terminal: Open, term: str) -> None:
    words = [] if term == "dumb" else ["--plain"]  # a terminal that cannot be drawn on gets it unasked
    window = terminal(*words, "--seed", 1, TERM=term)
    window.wait_for(rb"model default.*You: $")
    before = window.type(b"Hello!\n")
    window.wait_for(rb"Hello!\r\n.*Chatbot: [^\r\n]*\w[^\r\n]*\r\n.*You: $", since=before)
    before = window.type(b"/memory\n")
    window.wait_for(rb"Memory: 2 turns said; .*You: $", since=before)
    window.type(CTRL_D)
    assert window.leave() == 0
    assert not _COLOUR.search(window.raw)
    assert b"Traceback" not in window.raw
    assert b"INFO:" not in window.raw
    if term == "dumb":
        assert b"\x1b" not in window.raw


def test_ctrl_c_stops_a_reply_and_what_was_said_is_kept(terminal: Open, bundle_float32: Bundle, tmp_path: Path) -> None:
    write_bundle(tmp_path / "tiny", bundle_float32)
    long = ("--min-length", 10**6, "--max-length", 10**6, "--temperature", 1.5, "--top-k", 0, "--top-p", 1)
    window = terminal("--plain", "--model", tmp_path / "tiny", "--seed", 1, *long, NO_COLOR="1")
    window.wait_for(rb"You: $")
    before = window.type(b"Hello!\n")
    window.wait_for(rb"Chatbot: .{200}", since=before)
    before = window.type(CTRL_C)
    window.wait_for(rb"chatbot: stopped\r\n.*You: $", since=before)
    before = window.type(b"/load\n")
    window.wait_for(rb"1: Hello!; 2 turns.*You: $", since=before)
    window.interrupt(rb"Ctrl-D or /quit ends\r\n.*You: $")
    window.type(b"/quit\n")
    assert window.leave() == 0
    assert not _COLOUR.search(window.raw)
