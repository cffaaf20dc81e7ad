"""A reply that nobody saw being said is thought through once more."""

from __future__ import annotations

import numpy as np
import pytest

from chatbot.conversation import Trace
from chatbot.conversation.insight.retrace import retrace
from chatbot.conversation.insight.subject import Subject


def test_it_is_the_trace_of_the_reply(converse, spell) -> None:
    conversation, trace = converse(), Trace()
    spell("Hello there, Ann.")
    list(conversation.stream("I am Ann", trace=trace))
    spell("Yes.")
    conversation.say("Really?")
    again = retrace(Subject.of(conversation), 1)
    assert again.text == trace.text
    np.testing.assert_array_equal(again.ids, trace.ids)
    for mine, theirs in zip(again.choices, trace.choices, strict=True):
        assert (mine.token, mine.piece) == (theirs.token, theirs.piece)
        assert mine.probability == pytest.approx(theirs.probability, rel=1e-4)
        np.testing.assert_allclose(mine.attention, theirs.attention, atol=1e-5)
        np.testing.assert_allclose(mine.state[0], theirs.state[0], atol=1e-5)


def test_of_a_user_turn_or_without_a_memory_or_a_voice_there_is_none(converse, subject_of) -> None:
    conversation = converse()
    conversation.say("I am Ann")
    subject = Subject.of(conversation)
    assert retrace(subject, 0) is None
    assert retrace(subject, 1, lambda: True) is None
    assert retrace(subject_of("a", "b"), 1) is None
