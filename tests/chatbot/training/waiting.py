"""A program that waits in the place of a training, and a way to wait for it."""

from __future__ import annotations

import time
from collections.abc import Callable

WAITS = """
import signal, time
signal.signal(signal.SIGINT, signal.default_int_handler)
print('up', flush=True)
time.sleep(60)
"""


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
