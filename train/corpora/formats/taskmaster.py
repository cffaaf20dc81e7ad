"""Taskmaster: ``[{"conversation_id": …, "utterances": [{"speaker": "USER", "text": …}, …]}, …]``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from train.corpora.dialogue import Utterance
from train.corpora.json_records import JsonReader, listed, spoken


class Taskmaster(JsonReader):
    """Reads a list of conversations, or one a line, or a single one."""

    name = "taskmaster"
    expects = '[{"utterances": [{"speaker": "USER", "text": "Hi"}, {"speaker": "ASSISTANT", "text": "Hello!"}]}]'
    keys = ("utterances", "speaker", "text")

    def utterances(self, record: Any) -> Iterator[Utterance]:
        """The utterances, without what is noted on parts of them."""
        turns = listed(record, "utterances", '{"utterances": [{"speaker": …, "text": …}, …]}')
        return spoken(turns, "speaker", "text")
