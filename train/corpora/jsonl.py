"""Reads our own format: one dialogue a line, ``{"turns": [{"speaker": "a", "text": "Hi"}, …]}``, plain or gzipped."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from chatbot.errors import CorpusError
from chatbot.text.sanitize import one_line
from train.corpora.dialogue import Dialogue, Skipped, Utterance


def read_jsonl(path: Path, on_skip: Callable[[Skipped], None]) -> Iterator[Dialogue]:
    """The dialogues of a file, one at a time.

    Args:
        path: A ``.jsonl`` file, or ``.jsonl.gz``.
        on_skip: Told of every line that is not a dialogue; reading goes on after it.

    Raises:
        CorpusError: if the file cannot be read, or breaks off in the middle of its compression.
    """
    number = 0
    try:
        with _open(path) as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                try:
                    yield _dialogue(line)
                except ValueError as error:
                    on_skip(Skipped(f"{path}:{number}", one_line(str(error))))
    except (OSError, EOFError, zlib.error) as error:
        where = f"{path}, after line {number}" if number else str(path)
        reason = getattr(error, "strerror", None) or str(error)
        raise CorpusError(
            f"{where}: cannot be read ({one_line(reason)})",
            expected="a readable file of one JSON dialogue a line, plain or gzipped",
            remedy="check the path, or copy the file again",
        ) from error


def _open(path: Path) -> io.BufferedIOBase:
    """The file's lines as bytes; compression is seen by its first two bytes, whatever the name says."""
    with path.open("rb") as file:
        magic = file.read(2)
    return gzip.open(path) if magic == b"\x1f\x8b" else path.open("rb")


def _dialogue(line: bytes) -> Dialogue:
    """The dialogue of one line; a ValueError says what is wrong with it."""
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 (byte {error.start})") from error
    except RecursionError as error:
        raise ValueError("not a dialogue: nested too deeply") from error
    except ValueError as error:
        raise ValueError(f"not JSON: {error}") from error
    if not isinstance(record, dict) or not isinstance(record.get("turns"), list):
        raise ValueError('no "turns": expected {"turns": [{"speaker": …, "text": …}, …]}')
    if len(record["turns"]) < 2:
        raise ValueError(f"{len(record['turns'])} turn(s): expected at least 2, so that there is a reply to learn")
    return Dialogue.of(_utterance(turn, number) for number, turn in enumerate(record["turns"], start=1))


def _utterance(turn: Any, number: int) -> Utterance:
    if not isinstance(turn, dict) or not isinstance(turn.get("text"), str):
        raise ValueError(f'turn {number} has no "text" string')
    speaker = turn.get("speaker")
    if not isinstance(speaker, (str, int)) or isinstance(speaker, bool):
        raise ValueError(f'turn {number} has no "speaker" string')
    return Utterance(str(speaker), turn["text"])
