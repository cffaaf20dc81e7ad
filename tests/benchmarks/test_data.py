"""The memory of a process is that of its children too, and what they share counts once."""

from __future__ import annotations

import subprocess
import sys

import psutil
import pytest

from tests.benchmarks.data import _Peak

PROGRAM = """
import os, sys, time
held = b"x" * 100_000_000
if os.fork() == 0:
    own = b"y" * 50_000_000
    time.sleep(1)
    os._exit(0)
os.wait()
"""


@pytest.mark.skipif(not psutil.LINUX, reason="elsewhere shared memory counts as often as it is shared")
def test_what_a_process_and_its_child_take_is_seen_and_the_watch_ends_with_it() -> None:
    process = subprocess.Popen([sys.executable, "-c", PROGRAM])
    peak = _Peak(process.pid)
    peak.start()
    assert process.wait(timeout=30) == 0
    peak.join(timeout=10)
    assert not peak.is_alive()
    assert 150 < peak.highest < 200
