"""Schema-Guided Dialogue, and MultiWOZ 2.2: ``[{"turns": [{"speaker": "USER", "utterance": …}, …]}, …]``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from train.corpora.dialogue import Utterance
from train.corpora.json_records import JsonReader, listed, spoken


class SchemaGuided(JsonReader):
    """Reads a list of dialogues, or one a line, or a single one."""

    name = "schema_guided"
    expects = '[{"turns": [{"speaker": "USER", "utterance": "Hi"}, {"speaker": "SYSTEM", "utterance": "Hello!"}]}]'
    keys = ("turns", "speaker", "utterance")

    def utterances(self, record: Any) -> Iterator[Utterance]:
        """The turns, without their frames."""
        turns = listed(record, "turns", '{"turns": [{"speaker": …, "utterance": …}, …]}')
        return spoken(turns, "speaker", "utterance")
