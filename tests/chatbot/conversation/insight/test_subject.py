"""What a conversation is to whoever looks into it."""

from __future__ import annotations

import numpy as np

from chatbot.conversation.insight.subject import Subject, turns_of


def test_a_real_conversation_can_be_looked_into(converse) -> None:
    conversation = converse()
    conversation.say("Hello")
    subject = Subject.of(conversation)
    assert subject is not None
    assert subject.turns == conversation.transcript
    np.testing.assert_array_equal(subject.state_after(2)[0], conversation.memory.state[0])
    assert not subject.state_after(0)[0].any()
    conversation.say("And?")
    assert len(subject.moments) == 2


def test_a_scripted_one_cannot() -> None:
    assert Subject.of(object()) is None


def test_tokens_belong_to_the_last_turns(subject_of) -> None:
    subject = subject_of("a b", "c", "d e f")
    assert turns_of(subject.memory.ids.tolist(), 3) == [0] * 4 + [1] * 3 + [2] * 5
    cut = subject_of("a b", "c", "d e f", window=7)
    assert turns_of(cut.memory.ids.tolist(), 3) == [1] * 2 + [2] * 5


def test_the_memory_of_another_model_is_not_looked_at(subject_of) -> None:
    import dataclasses

    assert dataclasses.replace(subject_of("a", "b"), fingerprint="other").state_after(1) is None
