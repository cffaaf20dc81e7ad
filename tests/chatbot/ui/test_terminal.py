"""Descriptor 2 and the screen are kept apart, and put together again."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import os, sys
from chatbot.ui.terminal import own_terminal
with own_terminal():
    os.write(2, b"native notice\\n")
    sys.__stderr__.write("drawn\\n")
    sys.__stderr__.flush()
    {inside}
os.write(2, b"after\\n")
print("python after", file=sys.stderr)
"""


def run(inside: str = "pass") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", SCRIPT.format(inside=inside)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_native_notices_vanish_while_the_screen_is_drawn_and_come_through_afterwards() -> None:
    done = run()
    assert done.returncode == 0
    assert done.stdout == "drawn\n"  # standard error is no terminal here, so the screen goes to standard output
    assert done.stderr == "after\npython after\n"


def test_descriptor_2_is_given_back_after_a_failure_too() -> None:
    done = run("raise ValueError('broken')")
    assert done.returncode == 1
    assert "ValueError: broken" in done.stderr
    assert "native notice" not in done.stderr
