"""A turn that is read again passes through the states that it passed through then."""

from __future__ import annotations

import numpy as np
import pytest

from chatbot.conversation.insight.replay import replay
from chatbot.conversation.insight.subject import Subject


@pytest.mark.parametrize("turn", [0, 1, 2])
def test_it_ends_where_the_turn_ended(subject_of, turn: int) -> None:
    subject = subject_of("a b", "c", "d e f")
    found = replay(subject, turn)
    np.testing.assert_allclose(found.states[-1][1], subject.state_after(turn + 1)[1])
    assert len(found.pieces) == len(found.states) == len(found.openings) == len(subject.ids(turn))
    assert found.pieces[0] == ("<assistant>" if turn == 1 else "<user>")
    # s(t) = s(t-1) / 2 + one_hot: the newest token counts 1, the one before ½
    ids = subject.ids(turn)
    assert [float(found.states[1][0][0, token]) for token in ids[:2]] == pytest.approx([0.5, 1.0], abs=0.01)
    assert found.openings[1].layers[0] == {"kept": 0.5, "written": pytest.approx(ids[1] / 100)}


def test_a_turn_that_was_read_after_a_wipe_is_read_from_nothing(subject_of) -> None:
    subject = subject_of("a b", "c", "d e f", wiped_before=2)
    found = replay(subject, 2)
    assert found.states[0][0].sum() == 1
    np.testing.assert_array_equal(found.states[-1][0], subject.memory.state[0])
    assert replay(subject, 1).states[0][0].sum() > 1


def test_of_a_real_model_too(converse) -> None:
    conversation = converse()
    conversation.say("Hello, I am Ann.")
    conversation.wipe(annotations=False)
    conversation.say("Who am I?")
    subject = Subject.of(conversation)
    for turn in range(4):
        found = replay(subject, turn)
        for mine, theirs in zip(found.states[-1], subject.state_after(turn + 1), strict=True):
            np.testing.assert_allclose(mine, theirs, atol=1e-5)
        assert all(one is not None and set(one.mean) == {"kept", "written", "shown"} for one in found.openings)


def test_it_can_be_cancelled(subject_of) -> None:
    subject = subject_of("a b", "c d e f")
    asked = iter([False] * 9 + [True] * 99)
    assert len(replay(subject, 1, lambda: next(asked)).states) == 3  # six to find the start
    assert replay(subject, 1, lambda: True).states == ()


def test_gates_may_be_unknown(subject_of) -> None:
    subject = subject_of("a")
    subject.reader.gates = lambda token, state: None
    assert replay(subject, 0).openings == (None,) * 3
