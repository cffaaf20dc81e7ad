"""ShareGPT: ``[{"conversations": [{"from": "human", "value": …}, {"from": "gpt", "value": …}, …]}, …]``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from train.corpora.dialogue import Utterance
from train.corpora.json_records import JsonReader, listed, speaker_of, text_of

_UNSAID = frozenset({"system", "tool", "function", "function_call", "function_response", "observation"})


class ShareGPT(JsonReader):
    """Reads a list of conversations, or one a line; instructions, calls of tools and their answers are left out."""

    name = "sharegpt"
    expects = '[{"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello!"}]}]'
    keys = ("conversations", "from", "value")

    def utterances(self, record: Any) -> Iterator[Utterance]:
        """What human and machine said."""
        turns = listed(record, "conversations", '{"conversations": [{"from": …, "value": …}, …]}')
        for number, turn in enumerate(turns, start=1):
            speaker = speaker_of(turn, "from", number)
            if speaker not in _UNSAID:
                text = text_of(turn, "value", number)
                if text.strip():
                    yield Utterance(speaker, text)
