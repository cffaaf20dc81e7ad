"""Laws of comparing: each answers as it would alone, from a memory of its own; one that fails is out of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from chatbot.bundle import Bundle
from chatbot.config import SamplingConfig
from chatbot.conversation import Conversation, Voice
from chatbot.conversation.side import Side
from chatbot.conversation.side_by_side import SideBySide
from chatbot.errors import ChatbotError, ConfigError, UsageError
from chatbot.text.template import Turn

WILD = SamplingConfig(temperature=1.5, top_k=0, top_p=1, max_length=12, min_length=4)
SEED = 5


@pytest.fixture
def voice(bundle_float32: Bundle) -> Voice:
    return Voice(bundle_float32)


def sides(voice: Voice, *changes: dict[str, float]) -> list[Side]:
    return [Side(f"model{n}", Conversation(voice, sampling=WILD), change) for n, change in enumerate(changes)]


def told(comparison: SideBySide, text: str) -> list[str]:
    pieces = [""] * len(comparison.sides)
    for step in comparison.say(text):
        pieces[step.side] += step.piece
    return pieces


def test_each_answers_as_it_would_alone(voice: Voice) -> None:
    compared = SideBySide(sides(voice, {}, {"temperature": 0.7}), seed=SEED)
    alone = [Conversation(voice, sampling=replace(WILD, seed=SEED, temperature=t)) for t in (1.5, 0.7)]
    for text in ("Hello!", "And you?"):
        seen = told(compared, text)
        expected = [one.say(text, sampling=one.sampling) for one in alone]
        assert [[answer.text for answer in each.answers] for each in compared.log if each.said == text] == [expected]
        assert [each.strip() for each in seen] == expected


def test_replies_come_token_by_token_in_turns(voice: Voice) -> None:
    order = [step.side for step in SideBySide(sides(voice, {}, {}, {}), seed=SEED).say("Hello!")]
    assert order[:6] == [0, 1, 2, 0, 1, 2]


def test_the_same_model_and_seed_say_the_same(voice: Voice) -> None:
    first, second = told(SideBySide(sides(voice, {}, {}), seed=SEED), "Hello!")
    assert first == second


def test_what_was_said_elsewhere_is_read_by_all(voice: Voice) -> None:
    comparison = SideBySide(sides(voice, {}, {}))
    turns = (Turn("user", "I am Ada."), Turn("assistant", "Hello Ada."))
    comparison.read(turns)
    assert [side.conversation.transcript for side in comparison.sides] == [turns, turns]
    comparison.begin_anew()
    assert [side.conversation.transcript for side in comparison.sides] == [(), ()]


def test_it_is_measured_what_a_message_does(voice: Voice) -> None:
    comparison = SideBySide(sides(voice, {}, {}))
    expected = comparison.sides[0].conversation.surprise("Hello there!").word_perplexity
    told(comparison, "Hello there!")
    found = comparison.sides[0].measured
    assert found.perplexity == expected
    assert found.facts is not None
    assert found.facts.tokens
    after = comparison.sides[0].conversation
    assert len(found.states) == len(voice.hear(voice.empty(), Turn("user", "Hello there!"))[1].ids)
    assert (found.states[-1][0] == after.moments[0].gain.state[0]).all()  # type: ignore[union-attr]
    assert comparison.log[0].answers[0] == comparison.sides[0].answered
    assert "perplexity" in comparison.log[0].answers[0].summary
    assert "tokens/s" in comparison.log[0].answers[0].summary


def test_one_that_fails_is_out_and_the_others_go_on(voice: Voice, monkeypatch: pytest.MonkeyPatch) -> None:
    comparison = SideBySide(sides(voice, {}, {}), seed=SEED)
    alone = told(SideBySide(sides(voice, {}, {}), seed=SEED), "Hello!")
    trouble = ChatbotError("out of luck", expected="some", remedy="wait")

    def fail(*_: object, **__: object) -> Iterator[str]:
        yield ""
        raise trouble

    monkeypatch.setattr(comparison.sides[0].conversation, "stream", fail)
    assert told(comparison, "Hello!") == ["", alone[1]]
    assert comparison.sides[0].measured.error is trouble
    assert comparison.log[-1].answers[0].text == ""
    assert "out of luck" in comparison.log[-1].answers[0].summary


def test_cancelled_they_end_where_they_are(voice: Voice) -> None:
    comparison = SideBySide(sides(voice, {"max_length": 10**6, "min_length": 10**6}, {}), seed=SEED)
    for number, _ in enumerate(comparison.say("Hello!")):
        if number == 40:
            comparison.cancel()
    assert comparison.sides[0].measured.facts is not None
    assert comparison.sides[0].measured.facts.stopped


def test_two_to_four_are_compared(voice: Voice) -> None:
    with pytest.raises(UsageError, match="2 to 4"):
        SideBySide(sides(voice, {}))
    comparison = SideBySide(sides(voice, {}, {}, {}), seed=SEED)
    told(comparison, "Hello!")
    comparison.add(sides(voice, {})[0])
    with pytest.raises(UsageError, match="at most 4"):
        comparison.add(sides(voice, {})[0])
    assert comparison.sides[3].conversation.transcript == comparison.sides[0].conversation.transcript
    with pytest.raises(UsageError, match="1 to 4"):
        comparison.remove(5)
    comparison.remove(1)
    comparison.remove(1)
    with pytest.raises(UsageError, match="at least 2"):
        comparison.remove(1)
    assert [len(each.answers) for each in comparison.log] == [2]


def test_one_takes_the_place_of_another_and_reads_what_that_one_said(voice: Voice) -> None:
    comparison = SideBySide(sides(voice, {}, {"temperature": 0.1}), seed=SEED)
    told(comparison, "Hello!")
    said = comparison.sides[1].conversation.transcript
    new = sides(voice, {})[0]
    comparison.replace(2, new)
    assert comparison.sides[1] is new
    assert new.conversation.transcript == said
    assert [bool(answer.text) for answer in comparison.log[0].answers] == [True, False]
    with pytest.raises(UsageError, match="1 to 2"):
        comparison.replace(3, new)


def test_what_cannot_be_said_is_the_fault_of_nobody_else(voice: Voice) -> None:
    comparison = SideBySide(sides(voice, {}, {}), seed=SEED)
    assert told(comparison, " ") == ["", ""]
    assert all("empty turn" in answer.summary for answer in comparison.log[0].answers)
    assert told(comparison, "Hello!") == told(SideBySide(sides(voice, {}, {}), seed=SEED), "Hello!")


def test_a_seed_is_a_number_from_zero_on(voice: Voice) -> None:
    comparison = SideBySide(sides(voice, {}, {}), seed=SEED)
    with pytest.raises(ConfigError):
        comparison.draw_from(-1)
    assert comparison.seed == SEED
    comparison.draw_from(0)
    assert comparison.seed == 0


def test_left_before_its_end_all_replies_end_and_are_kept(voice: Voice) -> None:
    comparison = SideBySide(sides(voice, {}, {}), seed=SEED)
    steps = comparison.say("Hello!")
    while not next(steps).piece:
        pass
    steps.close()  # type: ignore[attr-defined]
    assert len(comparison.sides[0].conversation.transcript) == 2
    assert len(comparison.log) == 1


def test_a_memory_is_wiped_by_its_number(voice: Voice) -> None:
    comparison = SideBySide(sides(voice, {}, {}), seed=SEED)
    told(comparison, "Hello!")
    comparison.forget(2)
    assert [len(side.conversation.memory.ids) > 0 for side in comparison.sides] == [True, False]
    with pytest.raises(UsageError, match="1 to 2"):
        comparison.forget(0)
    comparison.forget()
    assert [len(side.conversation.memory.ids) for side in comparison.sides] == [0, 0]
