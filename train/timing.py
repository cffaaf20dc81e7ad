"""How time is told to the user: how long something takes, and a line now and then while it does."""

from __future__ import annotations

import time


class Pace:
    """Says when it is time for the next line where no terminal can redraw a bar.

    Args:
        seconds: Between two lines, and before the first.
    """

    def __init__(self, seconds: float = 30.0) -> None:
        self._seconds, self._last = seconds, time.monotonic()

    def due(self) -> bool:
        """Whether it is; the next one is then due so many seconds later."""
        now = time.monotonic()
        if now - self._last < self._seconds:
            return False
        self._last = now
        return True


def duration(seconds: float) -> str:
    """In the unit that suits it."""
    if seconds < 99.5:
        return f"{seconds:.2g} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
