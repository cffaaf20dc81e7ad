"""Conversations with the tiny model, and a way to put words into its mouth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chatbot.bundle import TOKENIZER, Bundle
from chatbot.config import SamplingConfig
from chatbot.conversation import Conversation, Moment
from chatbot.conversation.store import Store
from chatbot.runtime import speaker
from chatbot.runtime.engine import Engine
from chatbot.runtime.memory import Memory
from chatbot.text.template import Turn, encode_turn
from chatbot.text.tokenizer import Tokenizer

LIVELY = SamplingConfig(seed=7, temperature=1.5, top_k=0, top_p=1.0, min_length=6, max_length=30, no_repeat_ngram=0)
"""Random weights say little of themselves: let them say something, and something else each time."""

Converse = Callable[..., Conversation]


@pytest.fixture
def converse(bundle_float32: Bundle) -> Converse:
    """A new conversation; keywords change how replies are chosen."""

    def make(**changes: Any) -> Conversation:
        return Conversation(bundle_float32, sampling=SamplingConfig.from_dict({**LIVELY.to_dict(), **changes}))

    return make


@pytest.fixture
def spell(bundle_float32: Bundle, monkeypatch: pytest.MonkeyPatch) -> Callable[[str | list[Any]], list[int]]:
    """Script the replies: from now on the model says a text, or pieces and bytes, one after another.

    A number from 0 to 255 in a list is a byte, a text one piece as SentencePiece writes it.  The ids are returned.
    """
    tokenizer = Tokenizer(bundle_float32.files[TOKENIZER])
    ids_of = {tokenizer.piece(number): number for number in range(tokenizer.vocabulary_size)}

    def script(what: str | list[Any]) -> list[int]:
        if isinstance(what, str):
            ids = tokenizer.encode(what)
        else:
            ids = [ids_of[part if isinstance(part, str) else f"<0x{part:02X}>"] for part in what]

        def decode(*_: Any, cancelled: Callable[[], bool], **__: Any) -> Iterator[int]:
            for token in ids:
                if cancelled():
                    return
                yield token

        monkeypatch.setattr(speaker, "decode", decode)
        return ids

    return script


FromScratch = Callable[[Sequence[Turn]], Memory]


@pytest.fixture
def from_scratch(bundle_float32: Bundle) -> FromScratch:
    """The memory of turns as the runtime alone reads them, without anything of a conversation."""
    engine, tokenizer = Engine(bundle_float32), Tokenizer(bundle_float32.files[TOKENIZER])

    def read(turns: Sequence[Turn]) -> Memory:
        ids = [token for turn in turns for token in encode_turn(tokenizer, turn)]
        return Memory.empty(engine).read(engine, ids)

    return read


@pytest.fixture
def same_memory() -> Callable[..., None]:
    """Asserts that two memories are the same, to ``atol``; 0 is number for number."""

    def check(one: Memory, other: Memory, atol: float = 1e-6) -> None:
        np.testing.assert_array_equal(one.ids, other.ids)
        np.testing.assert_allclose(one.annotations, other.annotations, atol=atol, rtol=0)
        for mine, theirs in zip(one.state, other.state, strict=True):
            np.testing.assert_allclose(mine, theirs, atol=atol, rtol=0)

    return check


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where a store may be made."""
    return tmp_path / "data" / "sessions" / "sessions.db"


@pytest.fixture
def store(place: Path) -> Iterator[Store]:
    """An empty store at ``place``."""
    made = Store(place)
    yield made
    made.close()


@pytest.fixture
def dialogue() -> Callable[..., list[Moment]]:
    """Moments of texts, of which the user says the first."""

    def make(*texts: str) -> list[Moment]:
        return [Moment(Turn("assistant" if number % 2 else "user", text)) for number, text in enumerate(texts)]

    return make
