"""The gauge against a state in which the share of every token is known: it halves with each token after it."""

from __future__ import annotations

import numpy as np
import pytest

from chatbot.conversation.insight.gauge import gauge
from chatbot.conversation.insight.subject import Subject, ids_of

TEXTS = ("a b", "c", "d e f")


def closed_form(ids: list[list[int]]) -> np.ndarray:
    tokens = [token for turn in ids for token in turn]
    state = np.zeros(80)
    for age, token in enumerate(reversed(tokens)):
        state[token] += 0.5**age
    return state


def share(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b)))


def test_it_is_the_known_change_of_the_state(subject_of, words) -> None:
    subject = subject_of(*TEXTS)
    ids = [ids_of(words, turn) for turn in subject.turns]
    whole = closed_form(ids)
    want = [share(whole, closed_form([*ids[:turn], *ids[turn + 1 :]])) for turn in range(3)]
    found = gauge(subject)
    assert [held.state for held in found.held] == pytest.approx(want, rel=1e-4)
    assert want[0] < want[1] < want[2]
    assert [(held.turn, held.role, held.text, held.noted) for held in found.held] == [
        (0, "user", "a b", 1.0), (1, "assistant", "c", 1.0), (2, "user", "d e f", 1.0),
    ]  # fmt: skip
    assert found.summary == (
        f"The state owes {want[2]:.0%} to the newest turn, and of those before most to turn 2 ({want[1]:.0%}); "
        "3 of 3 turns are wholly noted."
    )


def test_notes_that_fell_out_of_the_window_are_missed(subject_of) -> None:
    assert [held.noted for held in gauge(subject_of(*TEXTS, window=6)).held] == pytest.approx([0, 1 / 3, 1])


@pytest.mark.parametrize("wiped", [1, 2, 3])
def test_of_what_was_said_before_a_wipe_nothing_is_left(subject_of, words, wiped: int) -> None:
    subject = subject_of(*TEXTS, wiped_before=wiped)
    found = [held.state for held in gauge(subject).held]
    assert found[:wiped] == [0] * wiped
    ids = [ids_of(words, turn) for turn in subject.turns]
    whole = closed_form(ids[wiped:])
    for turn in range(wiped, 3):
        without = closed_form([tokens for number, tokens in enumerate(ids) if number >= wiped and number != turn])
        assert found[turn] == pytest.approx(share(whole, without), rel=1e-4)


def test_work_is_bounded(subject_of) -> None:
    subject = subject_of(*(f"x{number}" for number in range(40)))
    subject.reader.steps = 0
    found = gauge(subject)
    assert (len(found.held), found.earlier) == (12, 28)
    assert subject.reader.steps == 3 * (12 + 12 * 11 // 2)  # three tokens a turn: each once, and once for each before
    assert len(gauge(subject, turns=3).held) == 3
    subject.reader.steps = 0
    few = gauge(subject, most_tokens=60)
    assert 1 <= len(few.held) < 12
    assert subject.reader.steps <= 60
    assert few.held[-1].turn == 39


def test_it_can_be_cancelled_at_every_token(subject_of) -> None:
    subject = subject_of(*TEXTS)
    assert gauge(subject, cancelled=lambda: True) is None
    for count in range(0, 12, 3):
        asked = iter([False] * count + [True] * 99)
        assert gauge(subject, cancelled=lambda asked=asked: next(asked)) is None
    assert subject.moments[0].gain is not None


def test_an_empty_conversation_and_an_empty_memory_say_so(subject_of, converse) -> None:
    assert gauge(subject_of()).summary == "Nothing was said yet."
    conversation = converse()
    conversation.say("Hello")
    conversation.forget()
    found = gauge(Subject.of(conversation))
    assert [(held.state, held.noted) for held in found.held] == [(0, 0), (0, 0)]
    assert "empty" in found.summary


def test_a_real_model_is_measured_against_reading_it_again(converse, from_scratch) -> None:
    from chatbot.conversation.insight.states import distance

    conversation = converse()
    conversation.say("Hello, I am Ann.")
    conversation.say("Who am I?")
    turns = conversation.transcript
    for held in gauge(Subject.of(conversation)).held:
        without = from_scratch([turn for number, turn in enumerate(turns) if number != held.turn])
        assert held.state == pytest.approx(distance(without.state, conversation.memory.state), abs=1e-4)
