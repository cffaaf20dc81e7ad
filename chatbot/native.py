"""What libraries written in C++ print is kept off the terminal."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def native_silence() -> Iterator[None]:
    """While open, what is written to descriptor 2 goes nowhere, Python's own standard error included.

    LiteRT announces its delegate there at every start and has no switch for it in Python; errors are exceptions and get
    through.
    """
    if sys.stderr is not None:
        sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # no standard error at all: nothing to keep clean
        yield
        return
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
