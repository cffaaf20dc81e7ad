"""Chats as the interfaces of OpenAI and many others take them: ``{"messages": [{"role": …, "content": …}, …]}``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from train.corpora.dialogue import Utterance
from train.corpora.json_records import JsonReader, listed, speaker_of, text_of

_UNSAID = frozenset({"system", "developer", "tool", "function"})


class OpenAI(JsonReader):
    """Reads one chat a line, or a list of chats; instructions, calls of tools and their answers are left out."""

    name = "openai"
    expects = 'lines of {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}]}'
    keys = ("messages", "role", "content")

    def utterances(self, record: Any) -> Iterator[Utterance]:
        """The messages of user and assistant."""
        messages = listed(record, "messages", '{"messages": [{"role": …, "content": …}, …]}')
        for number, message in enumerate(messages, start=1):
            role = speaker_of(message, "role", number)
            called = role == "assistant" and message.get("content") is None
            if role not in _UNSAID and not called:
                text = _content(message, number)
                if text.strip():
                    yield Utterance(role, text)


def _content(message: dict[str, Any], number: int) -> str:
    """A content is a text, or a list of parts of which some are texts (others are pictures, sounds, files)."""
    content = message.get("content")
    if not isinstance(content, list):
        return text_of(message, "content", number)
    parts = (part.get("text") if isinstance(part, dict) else part for part in content)
    return "\n".join(part for part in parts if isinstance(part, str))
