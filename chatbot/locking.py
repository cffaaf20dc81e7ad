"""Several instances of the program, one file: whoever changes it holds the others off."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold off all who ask for the same path, in this process and in others; the folder is made if need be.

    Raises:
        OSError: if nothing can be written there.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        import fcntl
    except ImportError:  # Windows: there a file that another process has open cannot be renamed anyway
        yield
        return
    with os.fdopen(os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def rewrite(path: Path, text: str) -> None:
    """Put a text in the place of what is there: beside it first, then renamed, so that a kill loses neither; for its
    owner alone.

    Raises:
        OSError: if it cannot be written; what was there stays.
    """
    beside = path.with_suffix(".part")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
