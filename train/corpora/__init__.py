"""Corpora: readers of dialogue files, and how several files become training and validation dialogues."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from chatbot.errors import CorpusError
from train.corpora.dialogue import Dialogue, Skipped, Utterance
from train.corpora.jsonl import read_jsonl

__all__ = ["Dialogue", "Skipped", "Utterance", "read_corpora", "read_jsonl"]


def read_corpora(paths: Sequence[Path], on_skip: Callable[[Skipped], None]) -> list[Dialogue]:
    """All dialogues of all files.

    Raises:
        CorpusError: if a file cannot be read, or there is no dialogue in any of them.
    """
    skipped = 0

    def note(skip: Skipped) -> None:
        nonlocal skipped
        skipped += 1
        on_skip(skip)

    dialogues = [dialogue for path in paths for dialogue in read_jsonl(path, note)]
    if not dialogues:
        raise CorpusError(
            f"no dialogue in {', '.join(map(str, paths))} ({skipped} line(s) skipped)",
            expected='lines of {"turns": [{"speaker": "a", "text": "Hi"}, {"speaker": "b", "text": "Hello!"}]}',
            remedy="give a corpus with dialogues of at least two turns",
        )
    return dialogues
