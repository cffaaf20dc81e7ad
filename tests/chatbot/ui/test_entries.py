"""From moments to what is shown."""

from __future__ import annotations

import pytest

from chatbot.config import SamplingConfig
from chatbot.conversation import Conversation, Facts, Moment, Resumed
from chatbot.text.template import Turn
from chatbot.ui.entries import duration, entries_of, facts_line, plain, tell_resumed
from chatbot.ui.widgets.message import Entry, Role


def said(role, text, model=None):
    facts = Facts(model=model, fingerprint=None if model is None else f"{model}-lstm")
    return Moment(Turn(role, text), facts)


def shown(conversation):
    return [(entry.role.value, entry.text, entry.turn) for entry in entries_of(conversation)]


def test_turns_are_numbered_and_a_mark_goes_before_the_message_that_another_model_answered(scripted):
    conversation = Conversation(scripted(name="two"))
    conversation.resume(
        [said("user", "a"), said("assistant", "b", "one"), said("user", "c"), said("assistant", "d", "two")]
    )
    mark = ("mark", "two goes on; it has read all of this", None)
    assert shown(conversation) == [
        ("user", "a", 0), ("assistant", "b", 1), mark, ("user", "c", 2), ("assistant", "d", 3)
    ]  # fmt: skip


def test_a_mark_goes_last_if_another_model_is_loaded_now(scripted):
    conversation = Conversation(scripted(name="two"))
    conversation.resume([said("user", "a"), said("assistant", "b", "one")])
    assert shown(conversation)[-1] == ("mark", "two goes on; it has read all of this", None)


def test_turns_of_unknown_origin_make_no_marks(scripted):
    conversation = Conversation(scripted())
    conversation.read([Turn("user", "a"), Turn("assistant", "b")])
    assert [role for role, _, _ in shown(conversation)] == ["user", "assistant"]


def test_only_what_is_known_stands_in_the_facts():
    usual = SamplingConfig()
    assert facts_line(Facts(), usual) == ""
    facts = Facts(seconds=2.0, tokens=30, model="m\n", sampling=SamplingConfig(temperature=1.25), stopped=True)
    assert facts_line(facts, usual) == "stopped · 2.0 s · 15 tokens/s · m · temperature 1.25"
    assert facts_line(Facts(seconds=0.5, sampling=usual), usual) == "500 ms"


@pytest.mark.parametrize(("seconds", "text"), [(0.0123, "12 ms"), (0.9, "900 ms"), (1.26, "1.3 s")])
def test_durations_are_short_to_read(seconds, text):
    assert duration(seconds) == text


def test_how_it_was_taken_up_is_told_only_if_it_matters():
    assert tell_resumed(Resumed(4, 0, False), "m") is None
    assert tell_resumed(Resumed(4, 1, False), "m") is None, "a message that was never answered"
    assert "another model" in (tell_resumed(Resumed(4, 4, True), "m") or "")
    assert "3 of 4" in (tell_resumed(Resumed(4, 3, False), "m") or "")


def test_as_plain_text_there_is_only_what_was_said():
    entries = [Entry(Role.USER, "a", turn=0), Entry(Role.NOTICE, "x"), Entry(Role.ASSISTANT, "b\x1b[1m", turn=1)]
    assert plain(entries) == "You: a\n\nChatbot: b"
