"""The protocols of the screen against the conversation they stand for."""

from __future__ import annotations

import inspect

import pytest

from chatbot.conversation.session import Conversation
from chatbot.ui.conversation import ConversationLike


def members(protocol: type) -> set[str]:
    """The names a protocol asks for."""
    return {name for name in vars(protocol) if not name.startswith("_")}


@pytest.mark.parametrize("name", ["stream", "cancel", "reset"])
def test_the_real_conversation_is_called_as_the_screen_calls_it(name):
    asked = list(inspect.signature(getattr(ConversationLike, name)).parameters)
    offered = inspect.signature(getattr(Conversation, name)).parameters
    assert list(offered)[: len(asked)] == asked
    more = list(offered.values())[len(asked) :]
    assert all(parameter.default is not parameter.empty for parameter in more)


def test_the_scripted_conversation_offers_what_the_screen_asks_for(scripted):
    assert members(ConversationLike) <= set(dir(scripted()))
    assert members(ConversationLike) == {"model", "transcript", "stream", "cancel", "reset"}
