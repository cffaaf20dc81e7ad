"""DailyDialog: one dialogue a line, each turn ends with ``__eou__``."""

from __future__ import annotations

from collections.abc import Iterator

from train.corpora.dialogue import Conversation, Utterance
from train.corpora.reader import Head, OnSkip, Reader
from train.corpora.source import Source
from train.corpora.turns import conversation

_END = "__eou__"


class DailyDialogReader(Reader):
    """Reads DailyDialog's text files; speakers alternate."""

    name = "dailydialog"
    expects = "one dialogue a line, with __eou__ after each turn"

    def recognises(self, head: Head) -> float:
        """By the marks that end turns."""
        marked = sum(_END in line for line in head.lines)
        return 0.97 if head.lines and marked * 10 >= len(head.lines) * 8 else 0.0

    def read(self, source: Source, on_skip: OnSkip) -> Iterator[Conversation]:
        """The dialogues."""
        for line, text in source.lines():
            if text.strip():
                turns = enumerate(text.split(_END))
                yield from conversation((Utterance("ab"[n % 2], turn.strip()) for n, turn in turns), line, on_skip)
