"""Topical-Chat: ``{"t_d004…": {"content": [{"agent": "agent_1", "message": …}, …], …}, …}``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from train.corpora.dialogue import Utterance
from train.corpora.json_items import json_members
from train.corpora.json_records import JsonReader, listed, spoken
from train.corpora.reader import OnSkip
from train.corpora.source import Source


class TopicalChat(JsonReader):
    """Reads one object whose members are the conversations."""

    name = "topical_chat"
    expects = '{"1": {"content": [{"agent": "agent_1", "message": "Hi"}, {"agent": "agent_2", "message": "Hello!"}]}}'
    keys = ("content", "agent", "message")

    def records(self, source: Source, on_skip: OnSkip) -> Iterator[tuple[int, Any]]:
        """The values, whatever they are called."""
        return ((line, value) for line, _, value in json_members(source, on_skip))

    def utterances(self, record: Any) -> Iterator[Utterance]:
        """The messages, without what is noted on them."""
        turns = listed(record, "content", '{"content": [{"agent": …, "message": …}, …]}')
        return spoken(turns, "agent", "message")
