"""Conversations as ParlAI writes them: one a line, ``{"dialog": [[{"id": …, "text": …}, {…}], …]}``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from train.corpora.dialogue import Utterance
from train.corpora.json_records import JsonReader, listed, speaker_of, text_of


class ParlaiConversations(JsonReader):
    """Reads one conversation a line, its acts in pairs or not; acts without a text are left out."""

    name = "parlai_conversations"
    expects = 'lines of {"dialog": [[{"id": "human", "text": "Hi"}, {"id": "model", "text": "Hello!"}]]}'
    keys = ("dialog", "text", "id")

    def utterances(self, record: Any) -> Iterator[Utterance]:
        """All acts in order."""
        dialog = listed(record, "dialog", '{"dialog": [[{"id": …, "text": …}, …], …]}')
        acts = (act for pair in dialog for act in (pair if isinstance(pair, list) else [pair]))
        for number, act in enumerate(acts, start=1):
            silent = isinstance(act, dict) and act.get("text") is None
            text = "" if silent else text_of(act, "text", number)
            if text.strip():
                yield Utterance(speaker_of(act, "id", number), text)
