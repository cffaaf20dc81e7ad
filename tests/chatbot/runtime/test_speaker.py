"""Laws of the speaker: a proper mixture of choosing and copying, the one the model was trained with, and pure."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chatbot.bundle import TOKENIZER, Bundle
from chatbot.runtime.engine import Engine
from chatbot.runtime.memory import Memory
from chatbot.runtime.speaker import Speaker
from chatbot.text.template import Turn, encode_turn, lay_out
from chatbot.text.tokenizer import ASSISTANT, END, USER, Tokenizer

HEARD = Turn("user", "Hello there, I am Martha and you are?")


@pytest.fixture(scope="module", params=["attended", "continued", "sink"])
def bundle(request: pytest.FixtureRequest, bundle_float32: Bundle, make_model: Any) -> Bundle:
    """One that copies what it looks at, one with a pointer of its own, and one that may also look at nothing."""
    if request.param == "attended":
        return bundle_float32
    from train.export import make_bundle

    tokenizer = Tokenizer(bundle_float32.files[TOKENIZER])
    return make_bundle(
        make_model(seed=4, **({"sink": True} if request.param == "sink" else {"copying": request.param})),
        tokenizer,
        name="x",
        precision="float32",
    )


@pytest.fixture(scope="module")
def engine(bundle: Bundle) -> Engine:
    return Engine(bundle)


@pytest.fixture(scope="module")
def pieces(bundle: Bundle) -> Tokenizer:
    return Tokenizer(bundle.files[TOKENIZER])


@pytest.fixture(scope="module")
def memory(engine: Engine, pieces: Tokenizer) -> Memory:
    return Memory.empty(engine).read(engine, encode_turn(pieces, HEARD))


def mixture(engine: Engine, memory: Memory, token: int, state: Any) -> np.ndarray:
    """p = (1 - copy) softmax(logits) + copy Σ pointer where the piece stands; one position after another."""
    positions, length = engine.config.memory_positions, len(memory.ids)
    annotations = np.zeros((1, positions, engine.config.units), np.float32)
    annotations[0, :length] = memory.annotations
    visible = (np.arange(positions) < length).astype(np.float32)[None]
    logits, copy, _, _, pointer = engine.decode_step(token, state, annotations, visible)
    weights = np.exp(logits.astype(np.float64) - logits.max())
    probabilities = (1 - copy) * weights / weights.sum()
    for position, piece in enumerate(memory.ids):
        probabilities[piece] += copy * pointer[position]
    return probabilities


@pytest.mark.parametrize("count", [1, 5, 24, 70])
def test_probabilities_are_the_mixture_of_choosing_and_copying_and_sum_to_one(
    engine: Engine, pieces: Tokenizer, count: int
) -> None:
    ids = np.random.default_rng(count).integers(5, 40, count).tolist()  # few pieces, so that some stand twice
    memory = Memory.empty(engine).read(engine, ids)
    speaker = Speaker(engine, pieces, memory)
    state = speaker.start.state
    for token in (ASSISTANT, 50, 7, 300):
        expected = mixture(engine, memory, token, state)
        log_probs, state = speaker.score(token, state)
        assert np.exp(log_probs.astype(np.float64)).sum() == pytest.approx(1, abs=1e-4)
        np.testing.assert_allclose(np.exp(log_probs), expected, rtol=1e-3, atol=1e-7)


def test_with_an_empty_memory_the_pieces_are_chosen_freely(engine: Engine, pieces: Tokenizer) -> None:
    speaker = Speaker(engine, pieces, Memory.empty(engine))
    log_probs, _ = speaker.score(ASSISTANT, speaker.start.state)
    assert np.exp(log_probs.astype(np.float64)).sum() == pytest.approx(1, abs=1e-4)


def test_a_dialogue_is_as_likely_as_the_keras_model_says(bundle: Bundle, engine: Engine, pieces: Tokenizer) -> None:
    from train.export import open_model

    turns = [
        Turn("user", "Hello! My name is Martha."),
        Turn("assistant", "Hello, Martha. How are you today?"),
        Turn("user", "I'm well, thanks. I just came back from a swim, you know."),
        Turn("assistant", "Was the water cold? Zaß."),
    ]
    layout = lay_out(pieces, turns)
    assert len(layout.ids) > 2 * engine.config.memory_positions  # so that the window matters
    expected = np.asarray(open_model(bundle)({"ids": layout.ids[None], "starts": layout.starts[None]}))[0]
    found = np.zeros_like(expected)
    memory, position = Memory.empty(engine), 0
    for number, turn in enumerate(turns):
        ids = encode_turn(pieces, turn)
        speaker = Speaker(engine, pieces, memory)
        state = speaker.start.state
        for offset in range(len(ids) - 1 if number else 0):
            log_probs, state = speaker.score(ids[offset], state)
            found[position + offset] = log_probs[ids[offset + 1]]
        memory, position = memory.read(engine, ids), position + len(ids)
    counted = layout.counted[:-1]
    np.testing.assert_allclose(found[counted], expected[counted], atol=1e-4)


def test_a_reply_may_not_end_before_something_could_be_seen(engine: Engine, pieces: Tokenizer, memory: Memory) -> None:
    word = pieces.encode("Hello")[0]
    assert pieces.blank
    for opening in (ASSISTANT, USER):
        speaker = Speaker(engine, pieces, memory)
        log_probs, speech = speaker.step(opening, speaker.start)
        assert log_probs[END] == -np.inf
        for blank in pieces.blank:
            log_probs, speech = speaker.step(blank, speech)
            assert log_probs[END] == -np.inf
        log_probs, speech = speaker.step(word, speech)
        assert np.isfinite(log_probs).all()
        for blank in pieces.blank:
            log_probs, speech = speaker.step(blank, speech)
            assert np.isfinite(log_probs[END])


def test_only_the_end_is_ruled_out_in_speaking(engine: Engine, pieces: Tokenizer, memory: Memory) -> None:
    speaker = Speaker(engine, pieces, memory)
    spoken, speech = speaker.step(ASSISTANT, speaker.start)
    scored, state = speaker.score(ASSISTANT, speaker.start.state)
    others = np.arange(len(spoken)) != END
    np.testing.assert_array_equal(spoken[others], scored[others])
    assert np.isfinite(scored[END])
    assert all(np.array_equal(a, b) for a, b in zip(speech.state, state, strict=True))


def test_speaking_changes_neither_the_memory_nor_an_earlier_state(
    engine: Engine, pieces: Tokenizer, memory: Memory
) -> None:
    speaker = Speaker(engine, pieces, memory)
    _, speech = speaker.step(ASSISTANT, speaker.start)
    held = [*memory.state, memory.annotations, memory.ids, *speech.state]
    before = [array.copy() for array in held]
    first, _ = speaker.step(20, speech)
    for token in (30, 40, 50):  # another hypothesis goes its own way
        _, other = speaker.step(token, speech)
        speaker.step(token, other)
    again, _ = speaker.step(20, speech)
    np.testing.assert_array_equal(first, again)
    assert all(np.array_equal(now, then) for now, then in zip(held, before, strict=True))


def test_what_is_said_depends_on_what_was_heard(engine: Engine, pieces: Tokenizer, memory: Memory) -> None:
    other = Memory.empty(engine).read(engine, encode_turn(pieces, Turn("user", "My old bicycle squeaks.")))
    one, two = (Speaker(engine, pieces, known) for known in (memory, other))
    assert np.abs(one.score(ASSISTANT, one.start.state)[0] - two.score(ASSISTANT, two.start.state)[0]).max() > 1e-3
