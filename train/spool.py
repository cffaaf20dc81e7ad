"""Dialogues on their way: written to a file as they are read, so that a corpus of any size is read once, in whatever
format it is, and turned into ids by many processes.

A line is a dialogue: ``[whose replies are learned, [[role, text], …], [guide, …]]``.
"""

from __future__ import annotations

import collections
import concurrent.futures
import concurrent.futures.process
import hashlib
import itertools
import json
import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from chatbot.errors import ChatbotError
from chatbot.text.template import Turn
from chatbot.text.tokenizer import Tokenizer
from train.corpora import Dialogue
from train.invention import invent
from train.pieces import Pieces, pieces_of

_CHUNK = 1 << 20
"""Bytes of dialogues that a process turns into ids at a time."""
_ALONE = 4 << 20
"""Bytes below which no other process is worth its start."""


_Chunk = tuple[Path, int, int]
"""A file, where in it, how many bytes."""


class Tokenizing(NamedTuple):
    """How dialogues become ids."""

    tokenizer: Tokenizer
    longest: int | None = None
    """Positions of a part, at the most."""
    invented: float = 0.0
    """Share of the dialogues with made-up words."""
    stay: frozenset[str] = frozenset()
    """Words that are never replaced."""


class Spool:
    """A file of dialogues that is first written, then read in parallel.

    Args:
        path: Of the file; only its owner can read it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._digest = hashlib.sha256()
        self._size = 0
        self._ends = [0]
        self.dialogues = 0
        """How many there are."""

    def add(self, dialogue: Dialogue) -> None:
        """Write one."""
        turns = [[turn.role, turn.text] for turn in dialogue.turns]
        line = json.dumps([dialogue.only, turns, dialogue.guides], ensure_ascii=True).encode() + b"\n"
        self._file.write(line)
        self._digest.update(line)
        self.dialogues += 1
        self._size += len(line)
        if self._size - self._ends[-1] >= _CHUNK:
            self._ends.append(self._size)

    @property
    def content(self) -> str:
        """How many, and a short hash of all of them in their order."""
        return f"{self.dialogues} ({self._digest.hexdigest()[:12]})"

    def pieces(self, how: Tokenizing) -> Iterator[Pieces]:
        """All dialogues as ids, in their order; few chunks are in memory at a time.

        Raises:
            ChatbotError: if a process that helped was killed.
        """
        self._file.close()
        ends = itertools.pairwise([*self._ends, self._size])
        chunks = [(self._path, start, end - start) for start, end in ends if end > start]
        if self._size <= _ALONE:
            for chunk in chunks:
                yield from _tokenized(how, *chunk)
            return
        try:
            yield from _in_parallel(how, chunks)
        except concurrent.futures.process.BrokenProcessPool as error:
            raise ChatbotError(
                "a process that turned dialogues into ids was killed",
                expected="memory for one on each core",
                remedy="close other programs, then give the same command again",
            ) from error


def _in_parallel(how: Tokenizing, chunks: Iterable[_Chunk]) -> Iterator[Pieces]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    context = multiprocessing.get_context("spawn")  # a fork of a process with TensorFlow's threads may hang
    with concurrent.futures.ProcessPoolExecutor(cores, context, _begin, (how,)) as pool:
        running: collections.deque[concurrent.futures.Future[list[Pieces]]] = collections.deque()
        try:
            for chunk in chunks:
                running.append(pool.submit(_of_chunk, *chunk))
                if len(running) > 2 * cores:
                    yield from running.popleft().result()
            while running:
                yield from running.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


class _Worker:
    """What a helping process works with."""

    how: Tokenizing


def _begin(how: Tokenizing) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is for the process that asked
    _Worker.how = how


def _of_chunk(*chunk: Any) -> list[Pieces]:
    return _tokenized(_Worker.how, *chunk)


def _tokenized(how: Tokenizing, path: Path, start: int, size: int) -> list[Pieces]:
    with path.open("rb") as file:
        file.seek(start)
        lines = file.read(size).splitlines()
    found: list[Pieces] = []
    for number, line in enumerate(lines):
        dialogue = invent(_dialogue(line), how.invented, how.stay, seed=start + number)
        found += pieces_of(dialogue, how.tokenizer, how.longest)
    return found


def _dialogue(line: bytes) -> Dialogue:
    only, turns, guides = json.loads(line)
    return Dialogue(tuple(Turn(role, text) for role, text in turns), only, tuple(guides))
