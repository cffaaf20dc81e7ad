"""A turn as the panel sees it."""

from __future__ import annotations

import pytest

from chatbot.conversation.insight import Live, Subject
from chatbot.ui.memory.sight import NOTHING, UNSEEN, look_into, look_on


@pytest.fixture
def reply(scripted_memory):
    conversation = scripted_memory("my name is Mara")
    trace = conversation.trace()
    conversation.say(trace, "you", 0.9, looks=1)
    conversation.say(trace, "Mara", 0.5, looks=4, copy=0.9)
    conversation.hear("you Mara")
    return conversation, trace


def test_the_tokens_are_those_that_were_said_between_the_signs(reply) -> None:
    conversation, trace = reply
    sight = look_into(Subject.of(conversation), 1, trace, lambda: False)
    assert list(sight.pieces) == ["<assistant>", "▁you", "▁Mara", "<end>"]
    assert len(sight.states) == len(sight.openings) == 4
    assert [sight.label(token) for token in (None, 0, 1, 3)] == [
        "all of it", "the sign that a reply begins", "“you”", "the sign of the end",
    ]  # fmt: skip
    assert sight.summary("confidence", 2).startswith("“Mara” 50%")
    assert sight.summary("confidence", 0) == sight.summary("confidence", None)
    assert sight.summary("attention", 1).startswith("Looked most at “my” 100%")
    assert sight.looked(0).looks == ()
    assert "“you”" in sight.summary("state", 1)
    assert sight.summary("gates", 1).startswith("At “you” the memory kept 80%")


def test_of_a_user_turn_and_of_a_reply_nobody_saw_little_is_known(reply) -> None:
    conversation, _ = reply
    subject = Subject.of(conversation)
    assert look_into(subject, 0, None, lambda: False).summary("attention", None) == UNSEEN
    assert look_into(subject, 1, None, lambda: False).summary("confidence", None) == NOTHING
    assert look_into(subject, 1, None, lambda: True) is None


def test_a_growing_reply_is_summed_up_once_for_each_piece(scripted_memory) -> None:
    conversation = scripted_memory("my name is Mara")
    subject, trace = Subject.of(conversation), conversation.trace()
    live, sight = Live(subject, trace), None
    for number, looks in enumerate((1, 4, 4, 4), start=1):
        conversation.say(trace, "you", 0.9, looks=looks)
        sight = look_on(subject, live, conversation.transcript).go_on_from(sight)
        shares = {look.text: look.weight for look in sight.looked(None).looks if look.weight}
        assert shares.get("my") == pytest.approx(1 / number)
        assert shares.get("Mara", 0) == pytest.approx(1 - 1 / number)
        assert len(sight.confidences()) == number
        assert len(sight.states) == number == len(sight.pieces) - 1
    assert sight.sums.count == 4
    trace.begin(conversation.memory, conversation.voice.tokenizer)  # it is begun again
    again = look_on(subject, live, conversation.transcript).go_on_from(sight)
    assert again.confidences() == []
    assert again.looked(None).nowhere == 1
