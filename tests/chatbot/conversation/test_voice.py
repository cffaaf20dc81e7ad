"""Laws of a loaded model: its surprise is what the training measures, its fingerprint is what its memory depends on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from chatbot.bundle import WEIGHTS, Bundle
from chatbot.conversation import Conversation, Voice
from chatbot.text.template import Turn, encode_turn, lay_out

Converse = Callable[..., Conversation]
BEFORE = [Turn("user", "Hello, I am Martha."), Turn("assistant", "Hello, Martha.")]


def test_surprise_is_the_likelihood_of_the_keras_model(converse: Converse, make_model: Callable[..., Any]) -> None:
    conversation, text = converse(), "My old bicycle squeaks."
    conversation.read(BEFORE)
    surprise = conversation.surprise(text)
    tokenizer = conversation.voice.tokenizer
    turn = Turn("user", text)
    layout = lay_out(tokenizer, [*BEFORE, turn])
    scores = np.asarray(make_model()({"ids": layout.ids[None], "starts": layout.starts[None]}))[0]
    ids = encode_turn(tokenizer, turn)[1:]
    expected = -scores[-len(ids) :]
    assert surprise.pieces == tuple(tokenizer.piece(token) for token in ids)
    np.testing.assert_allclose(surprise.nats, expected, atol=1e-3)
    assert surprise.perplexity == pytest.approx(float(np.exp(np.mean(expected))), rel=1e-3)
    assert surprise.word_perplexity == pytest.approx(float(np.exp(np.sum(expected) / 5)), rel=1e-2)


def test_to_be_surprised_changes_nothing(converse: Converse) -> None:
    conversation = converse()
    conversation.say("Hello")
    moments, memory = conversation.moments, conversation.memory
    conversation.surprise("Who am I?")
    assert conversation.moments == moments
    assert conversation.memory is memory


def test_what_was_just_heard_surprises_as_it_is_remembered(converse: Converse) -> None:
    fresh, remembering = converse(), converse()
    remembering.read(BEFORE)
    assert fresh.surprise("Who am I?").nats != remembering.surprise("Who am I?").nats
    assert fresh.surprise("Who am I?") == fresh.surprise("Who am I?")


def test_the_fingerprint_is_that_of_graph_and_tokenizer(bundle_float32: Bundle, bundle_int8: Bundle) -> None:
    mine = Voice(bundle_float32).fingerprint
    renamed = replace(bundle_float32, name="other", metadata={}, files={**bundle_float32.files, WEIGHTS: b"other"})
    assert Voice(renamed).fingerprint == mine
    assert Voice(bundle_int8).fingerprint != mine
    assert len(mine) == 32


def test_conversations_that_share_a_voice_do_not_share_a_memory(bundle_float32: Bundle) -> None:
    voice = Voice(bundle_float32)
    one, other = Conversation(voice), Conversation(voice)
    one.say("Hello, I am Martha.")
    assert other.transcript == ()
    assert other.memory.ids.size == 0
    assert one.model == other.model
