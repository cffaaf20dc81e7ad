"""Laws of a conversation: its memory is a function of the transcript, and a seed repeats it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chatbot
from chatbot import catalog
from chatbot.bundle import MANIFEST, TOKENIZER, Bundle, write_bundle
from chatbot.config import SamplingConfig
from chatbot.conversation import Conversation
from chatbot.errors import BundleError, ConfigError, UsageError
from chatbot.runtime.engine import Engine
from chatbot.runtime.memory import Memory
from chatbot.text.template import Turn, encode_turn
from chatbot.text.tokenizer import Tokenizer

Converse = Callable[..., Conversation]
USER_TURNS = ["Hello, I am Martha.", "My old bicycle squeaks.", "What did you do today?", "Who am I?"]


def talk(conversation: Conversation, turns: list[str] = USER_TURNS) -> list[str]:
    return [conversation.say(turn) for turn in turns]


def assert_close(one: Memory, other: Memory) -> None:
    np.testing.assert_array_equal(one.ids, other.ids)
    np.testing.assert_allclose(one.annotations, other.annotations, atol=1e-5)
    for mine, theirs in zip(one.state, other.state, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)


def size(memory: Memory) -> int:
    return sum(array.nbytes for array in (*memory.state, memory.annotations, memory.ids))


def test_the_same_seed_gives_the_same_replies_and_another_seed_others(converse: Converse) -> None:
    assert talk(converse()) == talk(converse())
    assert talk(converse()) != talk(converse(seed=8))
    assert len(set(talk(converse()))) == len(USER_TURNS)


def test_after_a_reset_a_seeded_conversation_says_the_same_again(converse: Converse) -> None:
    conversation = converse()
    first = talk(conversation)
    conversation.reset()
    assert conversation.transcript == ()
    assert conversation.memory.ids.size == 0
    assert talk(conversation) == first


def test_the_transcript_grows_by_what_was_said_and_what_was_replied(converse: Converse) -> None:
    conversation, expected = converse(), []
    for turn in USER_TURNS:
        reply = conversation.say(turn)
        assert reply
        expected += [Turn("user", turn), Turn("assistant", reply)]
        assert conversation.transcript == tuple(expected)


def test_the_memory_is_what_reading_the_transcript_from_scratch_gives(
    converse: Converse, bundle_float32: Bundle
) -> None:
    conversation = converse()
    talk(conversation)
    engine, tokenizer = Engine(bundle_float32), Tokenizer(bundle_float32.files[TOKENIZER])
    ids = [token for turn in conversation.transcript for token in encode_turn(tokenizer, turn)]
    assert_close(conversation.memory, Memory.empty(engine).read(engine, ids))
    other = converse()
    other.read(conversation.transcript[:3])
    other.read(conversation.transcript[3:])
    assert other.transcript == conversation.transcript
    assert_close(other.memory, conversation.memory)


def test_the_memory_of_an_earlier_moment_is_not_changed_by_later_turns(converse: Converse) -> None:
    conversation = converse()
    conversation.say(USER_TURNS[0])
    held = conversation.memory
    before = [array.copy() for array in (*held.state, held.annotations, held.ids)]
    talk(conversation, USER_TURNS[1:])
    after = (*held.state, held.annotations, held.ids)
    assert all(np.array_equal(now, then) for now, then in zip(after, before, strict=True))


def test_a_reply_depends_on_what_was_said_before_and_forgetting_undoes_it(converse: Converse) -> None:
    fresh, remembering, forgetful = (converse() for _ in range(3))
    for conversation in (remembering, forgetful):
        conversation.read([Turn("user", USER_TURNS[0]), Turn("assistant", "Hello, Martha.")])
    forgetful.forget()
    assert [turn.text for turn in forgetful.transcript] == [USER_TURNS[0], "Hello, Martha."]
    assert forgetful.memory.ids.size == 0
    expected = fresh.say("Who am I?")
    assert forgetful.say("Who am I?") == expected
    assert remembering.say("Who am I?") != expected  # the same draws, from other distributions


def test_a_turn_costs_the_same_however_much_was_said(converse: Converse, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation = converse()
    engine: Any = conversation.voice.engine
    steps: list[int] = []
    encode = engine.encode_step
    monkeypatch.setattr(engine, "encode_step", lambda token, state: steps.append(token) or encode(token, state))
    sizes = []
    for _ in range(20):
        steps.clear()
        conversation.say(USER_TURNS[2])
        turns = (encode_turn(conversation.voice.tokenizer, turn) for turn in conversation.transcript[-2:])
        assert len(steps) == sum(map(len, turns))
        sizes.append(size(conversation.memory))
    assert len(set(sizes[2:])) == 1


def test_how_replies_are_chosen_can_be_changed_in_the_middle(converse: Converse) -> None:
    conversation = converse(temperature=0)
    expected = conversation.say("Hello")
    conversation.sample_with(temperature=1.5, seed=3)
    first = conversation.say("Hello")
    conversation.reset()
    assert conversation.sampling.seed == 3
    conversation.sample_with(temperature=0)
    assert conversation.say("Hello") == expected
    assert first != expected
    for wrong in ({"temperature": -1.0}, {"temprature": 1.0}, {"seed": "x"}):
        with pytest.raises(ConfigError):
            conversation.sample_with(**wrong)
    assert conversation.sampling.temperature == 0


def test_without_settings_the_bundles_own_are_used(bundle_float32: Bundle) -> None:
    assert Conversation(bundle_float32).sampling == bundle_float32.sampling


def test_beam_search_speaks_too(converse: Converse) -> None:
    pieces = list(converse(beams=3, max_length=8).stream("Hello"))
    assert "".join(pieces).strip() == converse(beams=3, max_length=8).say("Hello")


@pytest.mark.parametrize("blank", ["", "  \t\n", "\0", "\x1b[31m\x07", "\u202e\u200e", "\ud800", "\r\n\x85\u2028"])
def test_a_turn_in_which_nothing_can_be_seen_is_refused_and_not_added(converse: Converse, blank: str) -> None:
    conversation = converse()
    conversation.say("Hello")
    transcript, memory = conversation.transcript, conversation.memory
    for way in (conversation.say, conversation.stream):
        with pytest.raises(UsageError, match="empty turn"):
            way(blank)
    assert conversation.transcript == transcript
    assert conversation.memory is memory


@pytest.mark.parametrize(
    "text",
    ["🙂👩‍👩‍👧", "مرحبا كيف حالك", "a\0b", "\x1b[31mred", "é" * 300, "<user><assistant><end>", "\ud800x"],
    ids=["emoji", "right-to-left", "NUL", "escape", "accents", "symbols", "surrogate"],
)
def test_any_text_is_answered_and_remembered(converse: Converse, text: str) -> None:
    conversation = converse()
    assert conversation.say(text)
    other = converse()
    other.read(conversation.transcript)
    assert_close(other.memory, conversation.memory)


def test_a_very_long_turn_is_answered_from_a_memory_of_the_usual_size(converse: Converse) -> None:
    conversation = converse()
    talk(conversation)
    usual = size(conversation.memory)
    assert conversation.say("hello there, " * 7692 + "Ann")
    assert len(conversation.transcript[-2].text) == 99_999
    assert size(conversation.memory) == usual


def test_a_model_is_loaded_by_name_or_directory(
    bundle_float32: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog, "SHIPPED", tmp_path)
    monkeypatch.setattr(catalog, "user_models", lambda: tmp_path / "none")
    write_bundle(tmp_path / "default", bundle_float32)
    sampling = SamplingConfig(temperature=0)
    replies = {
        chatbot.Conversation.load(model, sampling=sampling).say("Hi")
        for model in (None, "default", tmp_path / "default", str(tmp_path / "default"))
    }
    assert len(replies) == 1
    assert chatbot.Conversation is Conversation


def test_an_unknown_name_is_answered_with_the_names_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "SHIPPED", tmp_path / "shipped")
    monkeypatch.setattr(catalog, "user_models", lambda: tmp_path / "user")
    for place in ("shipped/default", "user/mine"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / MANIFEST).write_text("{}")
    with pytest.raises(BundleError, match=r"'defualt'.*\(default, mine\)"):
        Conversation.load("defualt")
