"""Laws of a reply as it comes: its pieces are the reply, it can be ended at any time, and an error undoes the turn."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from chatbot.conversation import Conversation
from chatbot.runtime import speaker
from chatbot.runtime.memory import Memory
from chatbot.text.template import Turn

Converse = Callable[..., Conversation]
Spell = Callable[[Any], list[int]]
ENDLESS = {"min_length": 100_000, "max_length": 100_000}


def assert_remembers_what_was_kept(conversation: Conversation, other: Conversation) -> None:
    other.read(conversation.transcript)
    np.testing.assert_array_equal(conversation.memory.ids, other.memory.ids)
    np.testing.assert_allclose(conversation.memory.annotations, other.memory.annotations, atol=1e-5)
    for mine, theirs in zip(conversation.memory.state, other.memory.state, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_the_pieces_joined_are_the_reply_that_is_kept(converse: Converse, seed: int) -> None:
    conversation = converse(seed=seed)
    pieces = list(conversation.stream("Hello"))
    assert len(pieces) > 1
    assert all(pieces)
    assert "".join(pieces).strip() == conversation.transcript[-1].text == converse(seed=seed).say("Hello")


@pytest.mark.parametrize("seed", range(30))
def test_a_reply_is_one_line_of_whole_and_visible_characters(converse: Converse, seed: int) -> None:
    text = converse(seed=seed, temperature=5.0, max_length=80, min_length=80).say("Hello")
    assert "\ufffd" not in text
    assert len(text.splitlines()) == 1
    acting = [c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and c not in "\u200c\u200d"]
    assert not acting


def test_characters_spread_over_byte_pieces_come_out_whole(converse: Converse, spell: Spell) -> None:
    spell(["▁", *"é🙂".encode(), *"한".encode()])
    conversation = converse()
    assert [piece for piece in conversation.stream("Hi") if piece.strip()] == ["é", "🙂", "한"]
    assert conversation.transcript[-1] == Turn("assistant", "é🙂한")


@pytest.mark.parametrize(
    ("spelled", "said"),
    [
        ([0xC3, "a", 0xF0, 0x9F, "b"], "ab"),  # characters that are begun and never ended
        ([0x80, "a", 0xFF, 0xC0, 0x8A, "b"], "ab"),  # bytes that begin none, and a line feed in two bytes
        (["a", *"\u2028\u0085\u202e\u009b".encode(), "b"], "ab"),  # line breaks, re-ordering, an escape
        (["a", *"\ufffd".encode(), "b"], "ab"),
        (["a", 0xF0, 0x9F, 0x99, 0x82, "b"], "a🙂b"),
        (["a", "<assistant>", "<user>", "b"], "ab"),
    ],
    ids=["begun", "stray", "acting", "replacement", "whole", "symbols"],
)
def test_what_is_no_visible_character_is_left_out(
    converse: Converse, spell: Spell, spelled: list[Any], said: str
) -> None:
    spell(spelled)
    conversation = converse()
    assert "".join(conversation.stream("Hi")) == said
    assert conversation.transcript[-1].text == said


def test_a_reply_of_nothing_visible_is_no_turn(converse: Converse, spell: Spell) -> None:
    spell([0xC3, "▁"])
    conversation = converse()
    assert conversation.say("Hi") == ""
    assert conversation.transcript == (Turn("user", "Hi"),)
    assert_remembers_what_was_kept(conversation, converse())


def test_a_model_that_says_only_broken_bytes_is_asked_again_without_bytes(
    converse: Converse, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = converse()
    tokenizer = conversation.voice.tokenizer
    asked: list[set[int]] = []

    def decode(*_: Any, banned: tuple[int, ...], **__: Any) -> Iterator[int]:
        asked.append(set(banned))
        byte = next(i for i in range(tokenizer.vocabulary_size) if tokenizer.piece(i) == "<0xC3>")
        return iter(tokenizer.encode("Hello") if byte in banned else [byte])

    monkeypatch.setattr(speaker, "decode", decode)
    assert list(conversation.stream("Hi")) == ["Hello"]
    added = {tokenizer.piece(token) for token in asked[1] - asked[0]}
    assert len(asked) == 2
    assert {f"<0x{value:02X}>" for value in range(0x80, 0x100)} <= added
    assert all(piece.startswith("<0x") for piece in added)


def test_cancelled_in_the_middle_it_ends_and_what_was_said_is_kept(converse: Converse) -> None:
    conversation = converse(**ENDLESS)
    heard = []
    for piece in conversation.stream("Hello"):
        heard.append(piece)
        if len(heard) == 5:
            stopper = threading.Thread(target=conversation.cancel)
            stopper.start()
            stopper.join()
    assert len(heard) == 5
    assert conversation.transcript == (Turn("user", "Hello"), Turn("assistant", "".join(heard).strip()))
    assert_remembers_what_was_kept(conversation, converse())


@pytest.mark.parametrize("beams", [1, 2])
def test_a_reply_in_another_thread_can_be_cancelled(
    converse: Converse, monkeypatch: pytest.MonkeyPatch, beams: int
) -> None:
    conversation = converse(**ENDLESS, beams=beams)
    engine: Any = conversation.voice.engine
    step, speaking, steps = engine.decode_step, threading.Event(), []

    def counted(*args: Any) -> Any:
        steps.append(args[0])
        if len(steps) == 20:
            speaking.set()
        return step(*args)

    monkeypatch.setattr(engine, "decode_step", counted)
    replies: list[str] = []
    talker = threading.Thread(target=lambda: replies.append(conversation.say("Hello")), daemon=True)
    talker.start()
    assert speaking.wait(30)
    conversation.cancel()
    talker.join(30)
    assert not talker.is_alive()
    assert replies == [conversation.transcript[-1].text]
    assert 20 <= len(steps) < 5000


def test_cancelling_while_nobody_speaks_does_not_touch_the_next_reply(converse: Converse) -> None:
    conversation = converse()
    conversation.cancel()
    assert conversation.say("Hello") == converse().say("Hello")


@pytest.mark.parametrize("closed", [True, False], ids=["closed", "dropped"])
def test_left_early_what_was_said_is_kept(converse: Converse, closed: bool) -> None:
    conversation = converse()
    stream: Any = conversation.stream("Hello")
    heard = [next(stream) for _ in range(3)]
    if closed:
        stream.close()
    del stream
    assert conversation.transcript == (Turn("user", "Hello"), Turn("assistant", "".join(heard).strip()))
    assert_remembers_what_was_kept(conversation, converse())
    assert conversation.say("And you?")


class PulledPlugError(Exception):
    pass


@pytest.mark.parametrize(("method", "after"), [("decode_step", 0), ("decode_step", 4), ("encode_step", 0)])
@pytest.mark.parametrize("error", [PulledPlugError, KeyboardInterrupt])
def test_an_error_in_the_middle_undoes_the_turn(
    converse: Converse, monkeypatch: pytest.MonkeyPatch, method: str, after: int, error: type[BaseException]
) -> None:
    conversation, undisturbed = converse(temperature=0), converse(temperature=0)
    for each in (conversation, undisturbed):
        each.say("Hello")
    transcript, memory = conversation.transcript, conversation.memory
    engine: Any = conversation.voice.engine
    step, calls = getattr(engine, method), []

    def failing(*args: Any) -> Any:
        calls.append(args)
        if len(calls) > after:
            raise error
        return step(*args)

    with monkeypatch.context() as patch:
        patch.setattr(engine, method, failing)
        with pytest.raises(error):
            conversation.say("What did you do today?")
    assert conversation.transcript == transcript
    assert conversation.memory is memory
    assert conversation.say("Who am I?") == undisturbed.say("Who am I?")


def test_an_error_while_the_reply_is_remembered_undoes_the_turn(
    converse: Converse, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = converse()
    conversation.say("Hello")
    transcript, memory = conversation.transcript, conversation.memory
    read, reads = Memory.read, []

    def failing(self: Memory, *args: Any) -> Memory:
        reads.append(args)
        if len(reads) == 2:  # the first is the user's turn
            raise PulledPlugError
        return read(self, *args)

    monkeypatch.setattr(Memory, "read", failing)
    with pytest.raises(PulledPlugError):
        conversation.say("What did you do today?")
    assert conversation.transcript == transcript
    assert conversation.memory is memory
