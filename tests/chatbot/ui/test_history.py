"""What was sent before, and a place among it."""

from __future__ import annotations

from chatbot.ui.history import History


def test_one_walks_back_and_forth_and_keeps_what_was_being_typed():
    history = History()
    history.fill(["a", "b", "b", "c"])
    assert [history.earlier("draft") for _ in range(4)] == ["c", "b", "a", None]
    assert [history.later() for _ in range(4)] == ["b", "c", "draft", None]


def test_what_is_sent_stands_last():
    history = History()
    assert history.earlier("x") is None
    assert history.later() is None
    history.add("one")
    history.earlier("x")
    history.add("two")
    assert history.later() is None
    assert history.earlier("") == "two"
