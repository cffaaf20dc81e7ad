"""From the start of the process to the first reply, and to the first paint of the chat screen."""

from __future__ import annotations

import os
import pty
import select
import signal
import statistics
import subprocess
import sys
import time

from tests.benchmarks.report import Row, spread

_RUNS = 5


def run(model: str | None) -> list[Row]:
    option = [] if model is None else ["--model", model]
    peer, reply, paint = [], [], []
    for number in range(_RUNS + 1):  # interleaved, and the first round only warms the file cache
        times = (
            _whole([sys.executable, "-c", "import textual.app, numpy"], b""),
            _whole([sys.executable, "-m", "chatbot", "reply", *option], b"Hello, how are you?\n"),
            _first_paint([sys.executable, "-m", "chatbot", *option]),
        )
        if number:
            for values, value in zip((peer, reply, paint), times, strict=True):
                values.append(value)
    ratio = statistics.median(reply) / statistics.median(peer)
    detail = f"reply {spread(reply)} s; import textual.app, numpy {spread(peer)} s; median of {_RUNS}"
    return [
        Row("cold start: first whole reply / import of the peer", ratio, 3.0, "×", detail),
        Row("cold start: first paint of the chat", statistics.median(paint), 0.6, "s", spread(paint)),
    ]


def _whole(command: list[str], stdin: bytes) -> float:
    """Seconds from the start of a process to its end."""
    began = time.perf_counter()
    subprocess.run(command, input=stdin, check=True, capture_output=True)
    return time.perf_counter() - began


def _first_paint(command: list[str]) -> float:
    """Seconds until the screen shows the prompt, in a pseudo-terminal of 100 × 30."""
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update({"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"})
        os.execvp(command[0], command)  # noqa: S606 - our own program
    seen = b""
    try:
        while b"ay something" not in seen:  # the cursor stands on the first letter
            ready, _, _ = select.select([terminal], [], [], 30)
            assert ready, "nothing was painted within 30 s"
            seen += os.read(terminal, 65536)
        return time.perf_counter() - began
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)
