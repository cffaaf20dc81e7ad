"""Our own format: one dialogue a line, ``{"turns": [{"speaker": "a", "text": "Hi"}, …]}``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from train.corpora.dialogue import Utterance
from train.corpora.json_records import JsonReader, listed, speaker_of, text_of
from train.corpora.reader import Head


class Jsonl(JsonReader):
    """Reads our own format; turns in which nothing is said are kept."""

    name = "jsonl"
    expects = 'lines of {"turns": [{"speaker": "a", "text": "Hi"}, {"speaker": "b", "text": "Hello!"}]}'
    keys = ("turns", "speaker", "text")

    def recognises(self, head: Head) -> float:
        """By its keys; a file of objects that is called so is ours if nobody else knows it."""
        named = head.filename.endswith(".jsonl") and head.is_json_lines
        return max(super().recognises(head), 0.3 if named else 0.0)

    def utterances(self, record: Any) -> Iterator[Utterance]:
        """The turns; further keys are ignored."""
        turns = listed(record, "turns", '{"turns": [{"speaker": …, "text": …}, …]}')
        for number, turn in enumerate(turns, start=1):
            text = text_of(turn, "text", number)
            yield Utterance(speaker_of(turn, "speaker", number), text)
