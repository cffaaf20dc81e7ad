"""CaSiNo, campers who share out their supplies: ``[{"chat_logs": [{"id": "mturk_agent_1", "text": …}, …]}, …]``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from train.corpora.dialogue import Utterance
from train.corpora.json_records import JsonReader, listed, spoken

_ACTIONS = frozenset({"Submit-Deal", "Accept-Deal", "Reject-Deal", "Walk-Away"})


class Casino(JsonReader):
    """Reads a list of negotiations, or one a line; what was clicked and not said is left out."""

    name = "casino"
    expects = '[{"chat_logs": [{"id": "mturk_agent_1", "text": "Hi"}, {"id": "mturk_agent_2", "text": "Hello!"}]}]'
    keys = ("chat_logs", "text", "id")

    def utterances(self, record: Any) -> Iterator[Utterance]:
        """What the two said."""
        turns = listed(record, "chat_logs", '{"chat_logs": [{"id": …, "text": …}, …]}')
        return (said for said in spoken(turns, "id", "text") if said.text not in _ACTIONS)
