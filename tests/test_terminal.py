"""Laws of the chat in a real terminal: it draws, answers and leaves the terminal as it found it."""

from __future__ import annotations

import errno
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chatbot.bundle import GRAPH, Bundle, write_bundle

ROOT = Path(__file__).resolve().parents[1]
READY = r"Enter sends"
CTRL_Q, ENTER = b"\x11", b"\r"
PATIENCE = 30.0
"""Seconds; only a failing test waits so long."""
_ESCAPE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]P][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])")


class Terminal:
    """A pseudo-terminal with the program in it; what it draws is gathered as it comes.

    Args:
        words: Arguments of ``chatbot``.
        home: Where it runs, and looks for the user's models.
    """

    def __init__(self, *words: object, home: Path) -> None:
        self._ours, self._theirs = pty.openpty()
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 90, 0, 0))
        self._before = termios.tcgetattr(self._theirs)
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "XDG_DATA_HOME": str(home)}
        self._program = subprocess.Popen(
            [sys.executable, "-m", "chatbot", *map(str, words)],
            stdin=self._theirs,
            stdout=self._theirs,
            stderr=self._theirs,
            cwd=home,
            env=environment,
            start_new_session=True,
        )
        self.raw = b""

    def text(self, since: int = 0) -> str:
        """All that was drawn, in the order in which it came, without control sequences."""
        return _ESCAPE.sub(b"", self.raw[since:]).decode("utf-8", "replace")

    def type(self, keys: bytes) -> int:
        """Press keys; how much had been drawn before."""
        os.write(self._ours, keys)
        return len(self.raw)

    def wait_for(self, pattern: str, since: int = 0) -> None:
        """Wait until something is drawn."""
        end = time.monotonic() + PATIENCE
        while not re.search(pattern, self.text(since), re.DOTALL):
            assert time.monotonic() < end, f"waited in vain for {pattern!r}; drawn:\n{self.text(since)}"
            assert self._program.poll() is None, f"ended before {pattern!r} was drawn:\n{self.text(since)}"
            self._gather(0.1)

    def leave(self) -> int:
        """Wait for the end of the program; its exit code."""
        end = time.monotonic() + PATIENCE
        while self._program.poll() is None:
            assert time.monotonic() < end, f"it does not end; drawn:\n{self.text()}"
            self._gather(0.05)
        while self._gather(0.0):
            pass
        return self._program.returncode

    def is_as_before(self) -> bool:
        """Whether echo, line mode and the like are what they were, the old screen is back and the cursor is seen."""
        undone = [(b"\x1b[?1049h", b"\x1b[?1049l"), (b"\x1b[?25l", b"\x1b[?25h"), (b"\x1b[?1003h", b"\x1b[?1003l")]
        return termios.tcgetattr(self._theirs) == self._before and all(
            self.raw.rfind(on) < self.raw.rfind(off) for on, off in undone
        )

    def after_the_screen(self) -> str:
        """What stands in the terminal once the screen is gone."""
        return self.text(self.raw.rfind(b"\x1b[?1049l"))

    def close(self) -> None:
        """End the program if it still runs, and the terminal."""
        if self._program.poll() is None:
            self._program.kill()
            self._program.wait()
        os.close(self._ours)
        os.close(self._theirs)

    def _gather(self, seconds: float) -> bool:
        if not select.select([self._ours], [], [], seconds)[0]:
            return False
        try:
            drawn = os.read(self._ours, 1 << 16)
        except OSError as error:
            if error.errno != errno.EIO:  # nobody holds the other end any more
                raise
            return False
        self.raw += drawn
        return bool(drawn)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def start(*words: object) -> Terminal:
        opened.append(Terminal(*words, home=tmp_path))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


@pytest.fixture
def bundle_dir(tmp_path: Path, bundle_float32: Bundle) -> Path:
    write_bundle(tmp_path / "tiny", bundle_float32)
    return tmp_path / "tiny"


def test_it_answers_and_leaves_the_terminal_as_it_was(terminal: Callable[..., Terminal], bundle_dir: Path) -> None:
    window = terminal("--model", bundle_dir, "--seed", 1)
    window.wait_for(READY)
    assert window.raw.count(b"\x1b[?1049h") == 1
    before = window.type(b"Hello" + ENTER)
    window.wait_for(r"You.*Hello.*Chatbot\s+[\d.]+ m?s\b", since=before)
    window.type(CTRL_Q)
    assert window.leave() == 0
    assert window.is_as_before()
    assert window.after_the_screen().strip() == ""
    assert "Traceback" not in window.text()
    assert "INFO:" not in window.text()


def test_it_can_be_left_in_the_middle_of_a_reply(terminal: Callable[..., Terminal], bundle_dir: Path) -> None:
    window = terminal("--model", bundle_dir, "--seed", 1, "--min-length", 10**6, "--max-length", 10**6)
    window.wait_for(READY)
    before = window.type(b"Hello" + ENTER)
    window.wait_for("Replying", since=before)
    window.type(CTRL_Q)
    assert window.leave() == 0
    assert window.is_as_before()
    assert window.after_the_screen().strip() == ""


def test_a_model_that_cannot_be_loaded_is_named_on_the_screen_and_after_it(
    terminal: Callable[..., Terminal], bundle_dir: Path
) -> None:
    (bundle_dir / GRAPH).write_bytes(b"torn")
    window = terminal("--model", bundle_dir)
    window.wait_for("could not be loaded")
    window.wait_for("bytes")
    window.type(CTRL_Q)
    assert window.leave() == 1
    assert window.is_as_before()
    assert GRAPH in window.after_the_screen()
    assert "Traceback" not in window.text()
