"""A reply that is looked at while it grows."""

from __future__ import annotations

import dataclasses

import pytest

from chatbot.conversation.insight.live import Live


def test_gates_come_a_few_at_a_time_and_once_for_each_token(subject_of, trace_of) -> None:
    subject = subject_of("a b")
    trace = trace_of(subject, *((word, 0.5, 0.0, {}, {}) for word in "uvwxyz"))
    live = Live(subject, trace)
    live.advance(4)
    assert [one.mean["written"] for one in live.openings] == pytest.approx(
        [choice.token / 100 for choice in trace.choices[:4]]
    )
    live.advance(4)
    live.advance(4)
    assert len(live.openings) == len(live.states) == 6
    assert live.pieces == ["<assistant>", "▁u", "▁v", "▁w", "▁x", "▁y", "▁z"]


def test_a_reply_that_begins_again_is_looked_at_again(subject_of, trace_of, words) -> None:
    subject = subject_of("a b")
    trace = trace_of(subject, ("u", 0.5, 0.0, {}, {}), ("v", 0.5, 0.0, {}, {}))
    live = Live(subject, trace)
    live.advance(9)
    trace.begin(subject.memory, words)
    live.advance(9)
    assert live.openings == []


def test_the_gates_of_an_encoder_are_not_those_of_another_decoder(subject_of, trace_of) -> None:
    subject = dataclasses.replace(subject_of("a b"), tied=False)
    live = Live(subject, trace_of(subject, ("u", 0.5, 0.0, {}, {})))
    live.advance(9)
    assert live.openings == [None]
