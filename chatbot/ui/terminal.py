"""A terminal that only the screen is drawn on."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

from chatbot.native import native_silence


@contextlib.contextmanager
def own_terminal() -> Iterator[None]:
    """While open, Textual draws through a descriptor of its own, and descriptor 2 leads nowhere.

    Textual draws on standard error, and so do C++ libraries write their notices there (LiteRT announces its delegate):
    in the middle of the screen.  Where standard error is sent to a file, the screen goes to standard output instead.
    """
    screen = os.dup(2 if os.isatty(2) else 1)
    before = sys.__stderr__
    with open(screen, "w", encoding="utf-8", errors="replace") as file, native_silence():
        sys.__stderr__ = file  # type: ignore[misc]
        try:
            yield
        finally:
            sys.__stderr__ = before  # type: ignore[misc]
