"""Laws of loading who is compared: each model once, sampled and seeded as was chosen in the chat."""

from __future__ import annotations

from typing import Any

import pytest

from chatbot.conversation import Conversation
from chatbot.errors import UsageError
from chatbot.text.template import Turn
from chatbot.ui.compare.loading import SEED, Loading
from chatbot.ui.sources import Known, Sources

KNOWN = [Known("default", "lstm"), Known("small", "gru")]


@pytest.fixture
def sources(scripted: Any) -> Sources:
    def switch(name: str) -> Conversation:
        asked.append(name)
        return Conversation(scripted(name=name, cell="gru"))

    asked: list[str] = []
    found = Sources(lambda: switch("default"), switch, lambda: KNOWN, lambda: None, lambda _: lambda *_: "")
    object.__setattr__(found, "asked", asked)
    return found


def test_what_is_loaded_already_is_shared(sources: Any, scripted: Any) -> None:
    talk = Conversation(scripted())
    talk.read([Turn("user", "Hi")])
    comparison = Loading(sources, "default", talk).begin("default small small temp=1", KNOWN)
    first, second, third = comparison.sides
    assert first.conversation.voice is talk.voice
    assert second.conversation.voice is third.conversation.voice
    assert sources.asked == ["small"]
    assert {side.conversation.transcript for side in comparison.sides} == {talk.transcript}
    assert first.conversation is not talk


def test_what_was_chosen_in_the_chat_holds_for_all(sources: Any, scripted: Any) -> None:
    talk = Conversation(scripted())
    assert Loading(sources, "default", talk).begin("small", KNOWN).seed == SEED
    talk.sample_with(temperature=0.9, seed=0)
    comparison = Loading(sources, "default", talk).begin("small temp=1.5", KNOWN)
    assert comparison.seed == 0
    assert [side.conversation.sampling.temperature for side in comparison.sides] == [0.9, 1.5]
    assert [side.label for side in comparison.sides] == ["default", "small · temperature 1.5"]


def test_too_many_are_refused_before_any_is_loaded(sources: Any, scripted: Any) -> None:
    with pytest.raises(UsageError, match="2 to 4"):
        Loading(sources, "default", Conversation(scripted())).begin("small a b c d", KNOWN)
    assert sources.asked == []
    assert Loading(sources, "default", Conversation(scripted())).models() == KNOWN
