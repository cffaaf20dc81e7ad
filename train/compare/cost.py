"""What a cell costs: bytes, time to train and to talk, and how a reply slows down as a conversation grows.

Times are those of one machine at one time: they are measured, not compared with intervals.
"""

from __future__ import annotations

import itertools
import statistics
import threading
import time
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import psutil

from chatbot.config import SamplingConfig
from chatbot.text.tokenizer import Tokenizer
from train.compare.voice import Open

_PIECES = 8
"""Of the reply that is timed."""
_REPEATS = 3


class Peak(threading.Thread):
    """Looks how much memory this process takes, again and again, until its ``with`` ends."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._process, self._over = psutil.Process(), threading.Event()
        self.before = self.highest = self._process.memory_info().rss

    def run(self) -> None:
        """Look."""
        while not self._over.wait(0.05):
            self.highest = max(self.highest, self._process.memory_info().rss)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self.join()


def reply_time(open_speaker: Open, ids: Sequence[int], tokenizer: Tokenizer) -> tuple[float, float]:
    """(milliseconds to read these pieces, milliseconds for each piece of a reply to them), medians of a few."""
    sampling = SamplingConfig(temperature=1.0, top_k=0, top_p=1.0, min_length=_PIECES, max_length=_PIECES)
    read, spoken = [], []
    for number in range(_REPEATS):
        began = time.perf_counter()
        speaker = open_speaker(ids)
        read.append(time.perf_counter() - began)
        began, rng = time.perf_counter(), np.random.default_rng(number)
        count = len(list(speaker.reply("assistant", sampling=sampling, rng=rng, banned=tokenizer.unspeakable())))
        spoken.append((time.perf_counter() - began) / max(1, count))
    return 1000 * statistics.median(read), 1000 * statistics.median(spoken)


def growth(
    open_speaker: Open, ids: Sequence[int], history: Sequence[int], tokenizer: Tokenizer
) -> list[dict[str, Any]]:
    """What a reply takes after so many pieces of conversation: ``pieces`` and ``milliseconds`` for each piece said.

    Reading is left out: a cell has read all but the last turn before, and the yardstick does not read ahead.
    """
    found = []
    for pieces in history:
        known = list(itertools.islice(itertools.cycle(ids), pieces))
        found.append({"pieces": pieces, "milliseconds": reply_time(open_speaker, known, tokenizer)[1]})
    return found
