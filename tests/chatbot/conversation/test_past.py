"""Laws of going back: a conversation that was taken back is one in which nothing more was ever said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from chatbot.bundle import Bundle
from chatbot.config import SamplingConfig
from chatbot.conversation import Conversation
from chatbot.errors import UsageError

Converse = Callable[..., Conversation]
FromScratch = Callable[..., Any]
Same = Callable[..., None]
USER_TURNS = ["Hello, I am Martha.", "My old bicycle squeaks.", "What did you do today?", "Who am I?"]


def talked(conversation: Conversation) -> Conversation:
    for turn in USER_TURNS:
        conversation.say(turn)
    return conversation


def count_reading(conversation: Conversation, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    engine: Any = conversation.voice.engine
    steps: list[int] = []
    encode = engine.encode_step
    monkeypatch.setattr(engine, "encode_step", lambda token, state: steps.append(token) or encode(token, state))
    return steps


@pytest.mark.parametrize("turns", range(9))
def test_rewound_it_is_as_if_read_from_scratch_and_nothing_is_read_again(
    converse: Converse, from_scratch: FromScratch, same_memory: Same, monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    conversation = talked(converse())
    whole, steps = conversation.transcript, count_reading(conversation, monkeypatch)
    conversation.rewind(turns)
    assert steps == []
    assert conversation.transcript == whole[:turns]
    same_memory(conversation.memory, from_scratch(whole[:turns]))


def test_after_going_back_it_goes_on_as_one_in_which_the_rest_was_never_said(converse: Converse) -> None:
    conversation, other = talked(converse(temperature=0)), converse(temperature=0)
    other.say(USER_TURNS[0])
    conversation.rewind(2)
    assert conversation.say("Do you sing?") == other.say("Do you sing?")
    assert conversation.transcript == other.transcript


@pytest.mark.parametrize("turns", [-1, 9])
def test_a_turn_that_there_is_not_is_refused(converse: Converse, turns: int) -> None:
    conversation = talked(converse())
    for way in (conversation.rewind, conversation.memory_at, conversation.fork):
        with pytest.raises(UsageError, match="0 to 8"):
            way(turns)
    assert len(conversation.transcript) == 8


def test_a_fork_leaves_the_original_and_goes_its_own_way(converse: Converse, same_memory: Same) -> None:
    conversation = talked(converse(temperature=0))
    moments, memory = conversation.moments, conversation.memory
    fork, early = conversation.fork(), conversation.fork(2)
    assert fork.moments == moments
    assert early.moments == moments[:2]
    same_memory(fork.memory, memory, atol=0)
    fork.say("Do you sing?")
    early.say("Do you sing?")
    fork.reset()
    assert conversation.moments == moments
    assert conversation.memory is memory


def test_a_fork_draws_what_the_original_would_have_drawn(converse: Converse) -> None:
    conversation = talked(converse())
    fork = conversation.fork()
    assert fork.say("Do you sing?") == conversation.say("Do you sing?")


def test_state_and_annotations_are_wiped_apart_and_together(converse: Converse, same_memory: Same) -> None:
    conversation = talked(converse())
    held, fresh = conversation.memory, converse().memory
    conversation.wipe(annotations=False)
    assert all(not part.any() for part in conversation.memory.state)
    np.testing.assert_array_equal(conversation.memory.annotations, held.annotations)
    np.testing.assert_array_equal(conversation.memory.ids, held.ids)
    conversation.rewind(8)
    same_memory(conversation.memory, held, atol=0)
    conversation.wipe(state=False)
    assert conversation.memory.annotations.shape == fresh.annotations.shape
    assert len(conversation.memory.ids) == 0
    np.testing.assert_array_equal(conversation.memory.state, held.state)
    conversation.wipe()
    same_memory(conversation.memory, fresh, atol=0)
    assert len(conversation.transcript) == 8


def test_what_follows_a_wipe_remembers_it_and_what_was_before_does_not(converse: Converse, same_memory: Same) -> None:
    conversation = talked(converse())
    before = conversation.memory
    conversation.wipe(state=False)
    conversation.say("Hm?")
    after = conversation.memory
    assert len(after.ids) < len(before.ids) + 2
    same_memory(conversation.memory_at(10), after, atol=0)
    same_memory(conversation.memory_at(8), before, atol=0)


def test_resumed_it_goes_on_from_the_memory_that_was_kept(
    converse: Converse, same_memory: Same, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation, other = talked(converse(temperature=0)), converse(temperature=0)
    steps = count_reading(other, monkeypatch)
    other.say("something else")
    steps.clear()
    resumed = other.resume(conversation.moments)
    assert resumed == (8, 0, False)
    assert steps == []
    assert other.moments == conversation.moments
    same_memory(other.memory, conversation.memory, atol=0)
    assert other.say("Do you sing?") == conversation.say("Do you sing?")


@pytest.mark.parametrize("known", range(8))
def test_what_is_not_remembered_any_more_is_read_again(
    converse: Converse, from_scratch: FromScratch, same_memory: Same, known: int
) -> None:
    conversation, other = talked(converse()), converse()
    moments = [replace(moment, gain=None) if n >= known else moment for n, moment in enumerate(conversation.moments)]
    resumed = other.resume(moments)
    assert resumed == (8, 8 - known, False)
    same_memory(other.memory, from_scratch(conversation.transcript))
    assert [moment.facts for moment in other.moments] == [moment.facts for moment in conversation.moments]


def test_with_the_earliest_memories_gone_the_latest_suffice(converse: Converse, same_memory: Same) -> None:
    conversation, other = talked(converse()), converse()
    moments = [replace(moment, gain=None) if n < 2 else moment for n, moment in enumerate(conversation.moments)]
    assert other.resume(moments).read_again == 0
    same_memory(other.memory, conversation.memory, atol=0)
    same_memory(other.memory_at(1), conversation.memory_at(1))


def test_another_model_reads_everything_again_and_says_so(
    converse: Converse, bundle_int8: Bundle, same_memory: Same
) -> None:
    conversation = talked(converse())
    other, fresh = (Conversation(bundle_int8, sampling=SamplingConfig(temperature=0)) for _ in range(2))
    assert other.resume(conversation.moments) == (8, 8, True)
    fresh.read(conversation.transcript)
    same_memory(other.memory, fresh.memory, atol=0)
    assert other.transcript == conversation.transcript
    assert converse().resume(other.moments) == (8, 8, True)


def test_a_memory_of_other_shapes_or_tokens_is_not_used(converse: Converse, same_memory: Same) -> None:
    conversation = talked(converse())
    *moments, last = conversation.moments
    gain = last.gain
    assert gain is not None
    for broken in (
        replace(gain, state=gain.state[:-1]),
        replace(gain, state=tuple(part[:, :-1] for part in gain.state)),
        replace(gain, annotations=gain.annotations[:, :-1]),
        replace(gain, annotations=gain.annotations[:-1]),
        replace(gain, ids=gain.ids + 100_000),
        replace(gain, ids=gain.ids - 1000),
        replace(gain, positions=1000),
        replace(gain, positions=0),
    ):
        other = converse()
        assert other.resume([*moments, replace(last, gain=broken)]).read_again == 1
        same_memory(other.memory, conversation.memory)
