"""How the models of a comparison talk: the product's cells through their bundle, the yardstick through Keras.

``open_speaker`` gives for either the same: a function from what was said so far to a speaker of the next reply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import tensorflow as tf
from keras import ops
from numpy.typing import NDArray

from chatbot.bundle import Bundle
from chatbot.config import SamplingConfig
from chatbot.runtime.decoding import decode
from chatbot.runtime.engine import Engine
from chatbot.runtime.memory import Memory
from chatbot.runtime.speaker import Speaker
from chatbot.text.template import SYMBOLS, Role, Turn, encode_turn
from chatbot.text.tokenizer import END, Tokenizer
from train.compare.transformer import Transformer


class Speaks(Protocol):
    """What of ``chatbot.runtime.speaker.Speaker`` is needed."""

    def reply(
        self, role: Role, *, sampling: SamplingConfig, rng: np.random.Generator, banned: Any = ()
    ) -> Iterator[int]:
        """The tokens of one reply as they are chosen."""


Open = Callable[[Sequence[int]], Speaks]
"""From the pieces of a conversation to who speaks next."""


def of_bundle(bundle: Bundle, tokenizer: Tokenizer) -> Open:
    """The engine that talks to people."""
    engine = Engine(bundle)
    return lambda ids: Speaker(engine, tokenizer, Memory.empty(engine).read(engine, ids))


def of_transformer(model: Transformer) -> Open:
    """The yardstick; it reads all of the conversation anew for every piece, for it has no state to go on from."""

    @tf.function(
        input_signature=[tf.TensorSpec([1, None], tf.int32), tf.TensorSpec([1, None], tf.int32)], autograph=False
    )
    def last(ids: Any, starts: Any) -> Any:
        decoded = model.decoded(ids, starts)
        free = ops.log_softmax(model.logits(decoded.features[:, -1:]))[:, 0]
        held = ops.one_hot(ids, model.config.vocabulary_size)
        copied = ops.sum(ops.expand_dims(decoded.pointer[:, -1], -1) * held, axis=1)
        gate = decoded.copy[:, -1:]
        return ops.logaddexp(ops.log_sigmoid(-gate) + free, ops.log_sigmoid(gate) + ops.log(copied + 1e-9))[0]

    return lambda ids: _Rereading(last, ids)


class _Rereading:
    """Speaks after some pieces; the state of a reply is its pieces so far."""

    def __init__(self, last: Any, ids: Sequence[int]) -> None:
        self._last, self._ids = last, [int(i) for i in ids]

    def reply(
        self, role: Role, *, sampling: SamplingConfig, rng: np.random.Generator, banned: Any = ()
    ) -> Iterator[int]:
        """The tokens of one reply as they are chosen."""
        nothing: tuple[int, ...] = ()
        return decode(self._step, nothing, start=SYMBOLS[role], end=END, sampling=sampling, rng=rng, banned=banned)

    def _step(self, token: int, said: tuple[int, ...]) -> tuple[NDArray[np.float32], tuple[int, ...]]:
        said = (*said, token)
        ids, first = [*self._ids, *said], len(self._ids)
        opens = [place for place, piece in enumerate(self._ids) if piece in SYMBOLS.values()] or [0]
        own = np.searchsorted(opens, np.arange(first), side="right") - 1
        starts = [*(opens[place] for place in own.tolist()), *[first] * len(said)]
        found = self._last(np.array([ids], np.int32), np.array([starts], np.int32))
        return np.array(found), said


def answer(open_speaker: Open, tokenizer: Tokenizer, turns: Sequence[Turn], sampling: SamplingConfig) -> str:
    """What is replied to a conversation."""
    ids = [i for turn in turns for i in encode_turn(tokenizer, turn)]
    speaker, rng = open_speaker(ids), np.random.default_rng(sampling.seed)
    pieces = speaker.reply("assistant", sampling=sampling, rng=rng, banned=tokenizer.unspeakable())
    return tokenizer.decode(list(pieces))
