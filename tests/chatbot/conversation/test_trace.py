"""Laws of a trace: it is what the model thought of the very tokens that were said, and looking changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from chatbot.bundle import Bundle
from chatbot.conversation import Conversation, Trace
from chatbot.conversation.trace import likeliest
from chatbot.runtime.engine import Engine
from chatbot.runtime.speaker import Speaker
from chatbot.text.template import Turn
from chatbot.text.tokenizer import ASSISTANT, END

Converse = Callable[..., Conversation]
Spell = Callable[..., list[int]]
BEFORE = [Turn("user", "Hello, I am Martha."), Turn("assistant", "Hello, Martha.")]


@pytest.mark.parametrize("beams", [1, 3])
@pytest.mark.parametrize("seed", range(3))
def test_looking_on_changes_nothing(converse: Converse, beams: int, seed: int) -> None:
    plain, watched = (converse(beams=beams, seed=seed, max_length=12) for _ in range(2))
    trace = Trace()
    for text in ("Hello", "Who am I?"):
        assert list(watched.stream(text, trace=trace)) == list(plain.stream(text))
        assert trace.text.strip() == watched.transcript[-1].text
    assert watched.transcript == plain.transcript


@pytest.mark.parametrize("beams", [1, 3])
def test_it_is_what_the_runtime_gives_for_these_tokens_one_after_another(
    converse: Converse, from_scratch: Any, bundle_float32: Bundle, beams: int
) -> None:
    conversation, trace = converse(beams=beams, max_length=12), Trace()
    conversation.read(BEFORE)
    list(conversation.stream("Who am I?", trace=trace))
    memory = from_scratch([*BEFORE, Turn("user", "Who am I?")])
    engine, tokenizer = Engine(bundle_float32), conversation.voice.tokenizer
    speaker = Speaker(engine, tokenizer, memory)
    n = len(memory.ids)
    np.testing.assert_array_equal(trace.ids, memory.ids)
    assert trace.pieces == tuple(tokenizer.piece(token) for token in memory.ids)
    padded = np.zeros((1, engine.config.memory_positions, engine.config.units), np.float32)
    padded[0, :n] = memory.annotations
    visible = (np.arange(engine.config.memory_positions) < n).astype(np.float32)[None]
    token, speech = ASSISTANT, speaker.start
    assert trace.choices
    for choice in trace.choices:
        decoded = engine.decode_step(token, speech.state, padded, visible)
        log_probs, speech = speaker.step(token, speech)
        probabilities = np.exp(log_probs)
        assert choice.probability == pytest.approx(float(probabilities[choice.token]), rel=1e-4)
        expected = sorted(range(len(probabilities)), key=lambda i: -probabilities[i])[:5]
        assert [alternative.token for alternative in choice.alternatives] == expected
        for alternative in choice.alternatives:
            assert alternative.probability == pytest.approx(float(probabilities[alternative.token]), rel=1e-4)
            assert alternative.piece == tokenizer.piece(alternative.token)
        assert choice.copy == pytest.approx(decoded.copy, rel=1e-4)
        np.testing.assert_allclose(choice.attention, decoded.attention[:n], atol=1e-5)
        np.testing.assert_allclose(choice.pointer, decoded.pointer[:n], atol=1e-5)
        for mine, theirs in zip(choice.state, decoded.state, strict=True):
            np.testing.assert_allclose(mine, theirs, atol=1e-5)
        assert choice.piece == tokenizer.piece(choice.token)
        token = choice.token
    assert tokenizer.decode([choice.token for choice in trace.choices]).replace("\ufffd", "").startswith(trace.text)


def test_a_text_stands_with_the_piece_that_made_it_visible(converse: Converse, spell: Spell) -> None:
    ids = spell(["▁", *"é".encode(), "a"])
    conversation, trace = converse(), Trace()
    list(conversation.stream("Hi", trace=trace))
    assert [choice.token for choice in trace.choices] == ids
    assert [choice.text for choice in trace.choices if choice.text.strip()] == ["é", "a"]
    assert trace.choices[1].text == ""


def test_a_reply_that_is_begun_again_is_traced_from_there(converse: Converse, spell: Spell) -> None:
    ids = spell([0xC3])
    conversation, trace = converse(), Trace()
    list(conversation.stream("Hi", trace=trace))
    assert [choice.token for choice in trace.choices] == ids  # of the second try, the first is gone


def test_a_used_trace_begins_anew(converse: Converse) -> None:
    conversation, trace = converse(), Trace()
    list(conversation.stream("Hi", trace=trace))
    list(conversation.regenerate(trace=trace))
    assert trace.text.strip() == conversation.transcript[-1].text


def test_nothing_is_recorded_unless_asked_for(converse: Converse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbot.conversation.voice.Witness", None)
    assert converse().say("Hi")


def test_nothing_said_cannot_be_ended(converse: Converse) -> None:
    conversation, trace = converse(), Trace()
    list(conversation.stream("Hi", trace=trace))
    first = trace.choices[0]
    assert all(alternative.token != END for alternative in first.alternatives)


def test_the_likeliest_are_those_of_a_sort() -> None:
    rng = np.random.default_rng(0)
    for size in (3, 5, 600):
        scores = rng.integers(0, 50, size).astype(np.float32)
        before = scores.copy()
        assert likeliest(scores) == sorted(range(size), key=lambda i: (-scores[i], i))[:5]
        np.testing.assert_array_equal(scores, before)
