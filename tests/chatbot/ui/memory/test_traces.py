"""Traces are kept with the reply that they are of."""

from __future__ import annotations

from chatbot.conversation.insight import Subject
from chatbot.ui.memory.traces import MOST, Traces


def test_only_a_trace_of_the_very_reply_is_kept(scripted_memory) -> None:
    conversation = scripted_memory("a b")
    trace = conversation.trace()
    conversation.say(trace, "you", 0.5)
    conversation.hear("you")
    traces = Traces()
    traces.add(conversation.moments[0], trace)
    assert traces.get(conversation.moments[0]) is None
    traces.add(conversation.moments[1], trace)
    assert traces.get(conversation.moments[1]) is trace
    conversation.say(trace, "more", 0.5)
    conversation.hear("c")
    conversation.hear("you")
    traces.add(conversation.moments[3], trace)
    assert traces.get(conversation.moments[3]) is None
    traces.keep(Subject.of(conversation))
    assert traces.get(conversation.moments[1]) is trace
    traces.keep(None)
    assert traces.get(conversation.moments[1]) is None


def test_no_more_than_some_are_kept(scripted_memory) -> None:
    conversation, traces = scripted_memory("a"), Traces()
    trace = conversation.trace()
    conversation.say(trace, "you", 0.5)
    for _ in range(MOST + 5):
        conversation.hear("you")
        traces.add(conversation.moments[-1], trace)
        conversation.hear("b")
    replies = [moment for moment in conversation.moments if moment.turn.role == "assistant"]
    kept = [traces.get(moment) is not None for moment in replies]
    assert kept == [False] * 5 + [True] * MOST
