"""Laws of a comparison as a file: every figure is in it, and nothing in it acts."""

from __future__ import annotations

import json

import pytest

from chatbot.bundle import Bundle
from chatbot.conversation import Conversation, Voice
from chatbot.conversation.side import Answer, Side
from chatbot.conversation.side_by_side import Exchange, SideBySide
from chatbot.conversation.side_export import markdown, to_json
from chatbot.errors import UsageError


@pytest.fixture
def comparison(bundle_float32: Bundle) -> SideBySide:
    voice = Voice(bundle_float32)
    return SideBySide([Side("a", Conversation(voice)), Side("b", Conversation(voice), {"temperature": 1.0})], seed=5)


def test_what_was_said_and_measured_is_in_both(comparison: SideBySide) -> None:
    for _ in comparison.say("Hello!"):
        pass
    answers = comparison.log[0].answers
    text, found = markdown(comparison), json.loads(to_json(comparison))
    assert "2. **b · temperature 1**" in text
    assert "## 1. Hello" in text
    assert "tokens/s" in text
    assert [each["sampling"]["temperature"] for each in found["models"]][1] == 1.0
    assert [each["sampling"]["seed"] for each in found["models"]] == [5, 5]
    (message,) = found["messages"]
    assert message["user"] == "Hello!"
    assert [each["text"] for each in message["answers"]] == [answer.text for answer in answers]
    assert message["answers"][0]["perplexity"] == answers[0].perplexity
    assert message["answers"][0]["gates"] == answers[0].gates


def test_nothing_in_it_acts(comparison: SideBySide) -> None:
    comparison.log.append(Exchange("# <b>\x1b[31m\ud800", [Answer("[a](b)\n# c\u202e"), Answer(error="*")]))
    text, data = markdown(comparison), to_json(comparison)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\[a\\]" in text
    assert "\\<b\\>" in text
    assert data.isascii()
    assert "\x1b" not in data


def test_there_has_to_be_something(comparison: SideBySide) -> None:
    for export in (markdown, to_json):
        with pytest.raises(UsageError, match="nothing was said"):
            export(comparison)
