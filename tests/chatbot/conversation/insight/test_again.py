"""Asked again: same question, same luck, less memory."""

from __future__ import annotations

import numpy as np
import pytest

from chatbot.conversation import Trace
from chatbot.conversation.insight.again import ask_again
from chatbot.errors import UsageError
from chatbot.text.template import Turn


def asked(conversation, **wiped: bool):
    again = ask_again(conversation, **wiped)
    pieces = "".join(again.pieces)
    assert pieces.strip() == again.new.strip()
    return again


def test_with_nothing_wiped_the_reply_is_the_same(converse) -> None:
    conversation = converse()
    conversation.say("Hello, I am Ann.")
    old = conversation.say("Who am I?")
    again = asked(conversation, state=False, annotations=False)
    assert (again.question, again.old, again.new, again.same_luck) == ("Who am I?", old, old, True)
    assert again.summary.endswith("with the same seed: the same reply.")


@pytest.mark.parametrize(("state", "annotations"), [(True, False), (False, True), (True, True)])
def test_what_is_wiped_is_gone_before_the_question_is_read(converse, state: bool, annotations: bool) -> None:
    conversation, by_hand = converse(), converse()
    conversation.say("Hello, I am Ann.")
    by_hand.say("Hello, I am Ann.")
    by_hand.wipe(state=state, annotations=annotations)
    conversation.say("Who am I?")
    before = conversation.memory
    trace = Trace()
    again = ask_again(conversation, state=state, annotations=annotations, trace=trace)
    list(again.pieces)
    facts = conversation.moments[-1].facts
    assert again.new == by_hand.say("Who am I?", sampling=facts.sampling, luck=facts.luck)
    assert trace.text.strip() == again.new
    np.testing.assert_array_equal(again.conversation.memory.state[0], by_hand.memory.state[0])
    assert conversation.memory is before  # the conversation itself goes on as it was
    assert ("state" in again.summary, "notes" in again.summary) == (state, annotations)


def test_a_reply_from_elsewhere_has_other_luck(converse) -> None:
    conversation = converse()
    conversation.read([Turn("user", "Hello"), Turn("assistant", "Hi.")])
    again = asked(conversation, state=True, annotations=True)
    assert not again.same_luck
    assert "another seed" in again.summary


def test_without_a_reply_there_is_nothing_to_ask_again(converse) -> None:
    with pytest.raises(UsageError, match="nothing to ask again"):
        ask_again(converse(), state=True, annotations=True)
