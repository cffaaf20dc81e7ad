"""Laws of one reply: the same luck says it again, another draws anew, and what is known of it is true."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chatbot.config import SamplingConfig
from chatbot.conversation import Conversation, Trace
from chatbot.conversation.reply import generator_of
from chatbot.errors import ConfigError, UsageError
from chatbot.text.template import Turn

Converse = Callable[..., Conversation]
Same = Callable[..., None]
Spell = Callable[..., list[int]]
USER_TURNS = ["Hello, I am Martha.", "My old bicycle squeaks."]


def said(conversation: Conversation, **manner: Any) -> str:
    for _ in conversation.regenerate(**manner):
        pass
    return conversation.transcript[-1].text


def talked(conversation: Conversation) -> Conversation:
    for turn in USER_TURNS:
        conversation.say(turn)
    return conversation


def test_a_reply_is_made_anew_in_the_place_of_the_old_one(
    converse: Converse, from_scratch: Any, same_memory: Same
) -> None:
    conversation = talked(converse())
    *before, old = conversation.transcript
    replies = {said(conversation) for _ in range(5)}
    assert len(replies | {old.text}) == 6
    assert conversation.transcript[:-1] == tuple(before)
    assert len(conversation.transcript) == 4
    same_memory(conversation.memory, from_scratch(conversation.transcript))


def test_with_its_luck_a_reply_is_said_again_also_after_others(converse: Converse) -> None:
    conversation = talked(converse(seed=None))
    first = conversation.moments[-1]
    assert first.facts.luck is not None
    luck = json.loads(json.dumps(first.facts.luck))
    said(conversation)
    said(conversation)
    assert said(conversation, luck=luck) == first.turn.text
    assert conversation.moments[-1].facts.luck == first.facts.luck


def test_with_a_seed_a_reply_is_that_of_a_conversation_begun_with_it(converse: Converse) -> None:
    conversation, other = talked(converse()), converse(seed=99)
    sampling = other.sampling
    replies = {said(conversation, sampling=sampling) for _ in range(3)}
    other.read(conversation.transcript[:-2])
    assert replies == {other.say(USER_TURNS[-1])}
    assert conversation.moments[-1].facts.sampling == sampling
    assert conversation.sampling.seed != 99


def test_draws_of_its_own_leave_those_of_the_conversation_alone(converse: Converse) -> None:
    conversation, other = talked(converse()), talked(converse())
    said(conversation, sampling=SamplingConfig(seed=5))
    conversation.rewind(3)
    other.rewind(3)
    assert said(conversation) == said(other)


def test_other_settings_hold_for_one_reply(converse: Converse) -> None:
    conversation = talked(converse())
    greedy = SamplingConfig.from_dict({**conversation.sampling.to_dict(), "temperature": 0.0})
    assert said(conversation, sampling=greedy) == said(conversation, sampling=greedy)
    assert said(conversation) != said(conversation)


def test_the_first_reply_to_a_turn_that_has_none_is_added(converse: Converse) -> None:
    conversation = converse()
    conversation.read([Turn("user", "Hello")])
    reply = said(conversation)
    assert conversation.transcript == (Turn("user", "Hello"), Turn("assistant", reply))


def test_where_nothing_was_said_there_is_no_other_reply(converse: Converse) -> None:
    with pytest.raises(UsageError, match="say something first"):
        converse().regenerate()


def test_replaced_is_rewound_and_said(converse: Converse, same_memory: Same) -> None:
    conversation, other = talked(converse(temperature=0)), converse(temperature=0)
    pieces = list(conversation.replace(2, "My new bicycle sings."))
    other.say(USER_TURNS[0])
    assert "".join(pieces).strip() == other.say("My new bicycle sings.")
    assert conversation.transcript == other.transcript
    same_memory(conversation.memory, other.memory, atol=0)


@pytest.mark.parametrize("turn", [-1, 1, 4])
def test_only_a_user_turn_is_replaced_and_only_by_something(converse: Converse, turn: int) -> None:
    conversation = talked(converse())
    transcript = conversation.transcript
    with pytest.raises(UsageError, match="user turn"):
        conversation.replace(turn, "Hello")
    with pytest.raises(UsageError, match="empty turn"):
        conversation.replace(0, " \x1b[31m")
    assert conversation.transcript == transcript


@pytest.mark.parametrize("way", ["regenerate", "replace"])
def test_a_reply_that_fails_changes_nothing(converse: Converse, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    conversation = talked(converse())
    moments, memory = conversation.moments, conversation.memory
    engine: Any = conversation.voice.engine

    def failing(*_: Any) -> Any:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(engine, "decode_step", failing)
        with pytest.raises(ZeroDivisionError):
            list(conversation.regenerate() if way == "regenerate" else conversation.replace(0, "Hm"))
    assert conversation.moments == moments
    assert conversation.memory is memory


def test_another_reply_of_which_nothing_can_be_seen_leaves_the_old_one(converse: Converse, spell: Spell) -> None:
    conversation = talked(converse())
    moments = conversation.moments
    spell([0xC3, "▁"])
    assert list(conversation.regenerate()) == [" "] or conversation.moments == moments
    assert conversation.moments == moments


def test_stopped_another_reply_is_what_was_said_of_it(converse: Converse) -> None:
    conversation = talked(converse())
    stream: Any = conversation.regenerate()
    heard = [next(stream) for _ in range(3)]
    stream.close()
    assert conversation.transcript[-1].text == "".join(heard).strip()
    assert conversation.moments[-1].facts.stopped
    stream = conversation.regenerate()
    heard = [next(stream)]
    conversation.cancel()
    heard += list(stream)
    assert conversation.transcript[-1].text == "".join(heard).strip()
    assert conversation.moments[-1].facts.stopped


def test_what_is_known_of_a_reply_is_true(converse: Converse) -> None:
    conversation, trace, began = converse(), Trace(), time.time()
    for _ in conversation.stream("Hello", trace=trace):
        time.sleep(0.01)  # the reader's time
    took = time.time() - began
    user, reply = (moment.facts for moment in conversation.moments)
    assert began <= (user.time or 0) <= (reply.time or 0) <= time.time()
    assert reply.tokens == len(trace.choices)
    assert 0 < (reply.seconds or 0) < took - 0.01 * sum(bool(choice.text) for choice in trace.choices)
    assert (reply.model, reply.fingerprint) == ("tiny", conversation.voice.fingerprint)
    assert reply.sampling == conversation.sampling
    assert reply.luck == np.random.default_rng(7).bit_generator.state
    assert not reply.stopped
    assert user.model is user.luck is user.sampling is None


@pytest.mark.parametrize("luck", [{}, {"a": 1}, {"bit_generator": "PCG64"}, {"bit_generator": "MT19937"}, 5, "x", [1]])
def test_what_is_no_luck_is_refused(converse: Converse, luck: Any) -> None:
    conversation = talked(converse())
    with pytest.raises(ConfigError, match="luck"):
        conversation.stream("Hello", luck=luck)
    assert len(conversation.transcript) == 4


def test_a_generator_goes_on_from_its_luck() -> None:
    rng = np.random.default_rng(3)
    rng.random(5)
    luck = dict(rng.bit_generator.state)
    np.testing.assert_array_equal(generator_of(luck).random(9), rng.random(9))
