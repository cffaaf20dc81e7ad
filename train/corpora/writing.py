"""Dialogues in our own format, one a line: written whole or not at all, for their owner alone to read."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from train.corpora.dialogue import Dialogue


def line_of(dialogue: Dialogue, **more: Any) -> bytes:
    """The line of a dialogue; ``more`` stands in it beside the turns."""
    turns = [{"speaker": turn.role, "text": turn.text} for turn in dialogue.turns]
    return json.dumps({"turns": turns, **more}, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


@contextlib.contextmanager
def private_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, compressed if it is called .gz, that gets its name when all is written.

    Raises:
        OSError: if it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as raw:
            if path.suffix == ".gz":
                # No name and no time in the header: the same dialogues give the same file.
                with gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
                    yield cast(BinaryIO, file)
            else:
                yield raw
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
