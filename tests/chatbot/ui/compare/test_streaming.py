"""Laws of the way of several replies to the screen: nothing is lost, and the reader is told once until it reads."""

from __future__ import annotations

from typing import Any

import pytest

from chatbot.conversation import Conversation
from chatbot.conversation.side import Side
from chatbot.conversation.side_by_side import SideBySide
from chatbot.ui.compare.streaming import StepFeed, StepsAdvanced, StepsFinished, stream_sides


def test_pieces_are_joined_by_side_and_taken_once() -> None:
    feed = StepFeed()
    assert [feed.put(0, "a"), feed.put(1, "b"), feed.put(0, "c")] == [True, False, False]
    assert feed.take() == {0: "ac", 1: "b"}
    assert feed.take() == {}
    assert feed.put(1, "d")


def test_all_is_passed_on_and_the_end_is_told(scripted: Any) -> None:
    voices = scripted(["a", "b"]), scripted(["c"])
    comparison = SideBySide([Side(str(n), Conversation(voice)) for n, voice in enumerate(voices)])
    feed, posted = StepFeed(), []
    stream_sides(comparison, "Hi", feed, lambda message: posted.append(type(message)))
    assert feed.take() == {0: "ab", 1: "c"}
    assert posted == [StepsAdvanced, StepsFinished]


def test_the_end_is_told_whatever_happens(scripted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    comparison = SideBySide([Side(str(n), Conversation(scripted(["a"]))) for n in range(2)])
    monkeypatch.setattr(comparison, "say", lambda _: 1 / 0)
    posted: list[Any] = []
    with pytest.raises(ZeroDivisionError):
        stream_sides(comparison, "Hi", StepFeed(), posted.append)
    assert isinstance(posted[-1], StepsFinished)
