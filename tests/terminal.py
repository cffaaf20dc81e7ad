"""The program in a pseudo-terminal: what tests of the real thing type into and read from."""

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
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
READY = r"Enter sends"
CTRL_Q, ENTER, ESCAPE, F2 = b"\x11", b"\r", b"\x1b", b"\x1bOQ"
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

    def watch(self, seconds: float) -> None:
        """Wait for so long, or until something is drawn."""
        self._gather(seconds)

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

    def kill(self) -> None:
        """End the program as no program can resist."""
        self._program.kill()
        self._program.wait()

    def close(self) -> None:
        """End the program if it still runs, and the terminal."""
        if self._program.poll() is None:
            self.kill()
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
