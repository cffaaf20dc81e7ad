"""Conversations with the tiny model, and a way to put words into its mouth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chatbot.bundle import TOKENIZER, Bundle
from chatbot.config import SamplingConfig
from chatbot.conversation import Conversation
from chatbot.runtime import speaker
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
