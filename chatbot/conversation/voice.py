"""A loaded model that reads turns into a memory and speaks from one; it keeps nothing of any conversation."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from chatbot.bundle import GRAPH, TOKENIZER, Bundle
from chatbot.config import SamplingConfig
from chatbot.conversation.card import ModelCard
from chatbot.conversation.moments import Gain
from chatbot.conversation.trace import Trace, Witness
from chatbot.runtime.engine import Engine
from chatbot.runtime.memory import Memory
from chatbot.runtime.speaker import Speaker
from chatbot.text.sanitize import one_line, visible
from chatbot.text.template import Turn, encode_turn
from chatbot.text.tokenizer import Tokenizer


@dataclass(frozen=True)
class Surprise:
    """How unexpected a user turn is to a model that remembers what was said before it."""

    nats: tuple[float, ...]
    """-log P of each piece, and at last of the end of the turn."""
    pieces: tuple[str, ...]
    """The pieces as SentencePiece writes them, the end included; not yet safe to show."""
    words: int
    """Words of the turn, as blanks part them."""

    @property
    def perplexity(self) -> float:
        """Per piece, the end included: how many equally likely pieces would have been as unexpected."""
        return math.exp(min(sum(self.nats) / len(self.nats), 700.0))

    @property
    def word_perplexity(self) -> float:
        """Per word, the end counted as one: comparable between models with other pieces."""
        return math.exp(min(sum(self.nats) / (self.words + 1), 700.0))


class Voice:
    """A model, ready to read and speak.  Conversations may share one, but only one at a time may use it.

    Args:
        bundle: The model.

    Raises:
        BundleError: if the bundle cannot be run.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.card = ModelCard.of(bundle)
        self.sampling = bundle.sampling
        self.engine = Engine(bundle)
        self.tokenizer = Tokenizer(bundle.files[TOKENIZER])
        unspeakable = self.tokenizer.unspeakable()
        # What may not be said, at first and, if only bytes came that make no character, once more without any bytes.
        self._banned = (unspeakable, unspeakable + self.tokenizer.byte_pieces())
        self._files = {name: bundle.files[name] for name in (GRAPH, TOKENIZER)}

    @cached_property
    def fingerprint(self) -> str:
        """Hash of what makes the memory, graph and tokenizer: a memory belongs to the model with the same one."""
        digest = hashlib.sha256()
        for name in (GRAPH, TOKENIZER):
            digest.update(hashlib.sha256(self._files[name]).digest())
        return digest.hexdigest()[:32]

    def empty(self) -> Memory:
        """The memory of a conversation in which nothing was said."""
        return Memory.empty(self.engine)

    def hear(self, memory: Memory, turn: Turn) -> tuple[Memory, Gain]:
        """The memory after one more turn, and what the turn added to it."""
        ids = encode_turn(self.tokenizer, turn)
        after = memory.read(self.engine, ids)
        return after, Gain.of(after, len(ids), self.fingerprint)

    def fits(self, gain: Gain) -> bool:
        """Whether it is a part of a memory of this very model, whole and of its shapes."""
        config = self.engine.config
        return (
            gain.model == self.fingerprint
            and [part.shape for part in gain.state] == [part.shape for part in self.engine.initial_state()]
            and gain.annotations.shape == (len(gain.ids), config.units)
            and 0 <= len(gain.ids) <= gain.positions <= config.memory_positions
            and all(0 <= token < config.vocabulary_size for token in gain.ids)
        )

    def speak(
        self,
        memory: Memory,
        *,
        sampling: SamplingConfig,
        rng: np.random.Generator,
        cancelled: Callable[[], bool] = lambda: False,
        trace: Trace | None = None,
    ) -> Iterator[str]:
        """A reply, one text for each token: what can be seen with it and not before it, often nothing.

        If nothing could be seen of all of it, it is begun once more without the pieces that are single bytes.
        """
        for banned in self._banned:
            seen = False
            speaker: Speaker
            if trace is None:
                speaker = Speaker(self.engine, self.tokenizer, memory)
            else:
                speaker = Witness(self.engine, self.tokenizer, memory)
                trace.begin(memory, self.tokenizer)
            tokens = speaker.reply("assistant", sampling=sampling, rng=rng, banned=banned, cancelled=cancelled)
            for token, text in self._texts(tokens):
                if trace is not None and isinstance(speaker, Witness):
                    trace.choices.append(speaker.chosen(token, text))
                seen = seen or bool(text.strip())
                yield text
            if seen or cancelled():
                return

    def _texts(self, tokens: Iterator[int]) -> Iterator[tuple[int, str]]:
        """Each token with what it adds to the text, which only grows."""
        said: list[int] = []
        shown = ""
        for token in tokens:
            said.append(token)
            # A character may be spread over several byte pieces: until it is whole it is decoded as U+FFFD.
            whole = visible(self.tokenizer.decode(said)).replace("\ufffd", "")
            new = ""
            if len(whole) > len(shown) and whole.startswith(shown):
                new, shown = whole[len(shown) :], whole
            yield token, new

    def surprise(self, memory: Memory, text: str) -> Surprise:
        """How unexpected a user turn of this text is after what is in the memory; nothing is read into it."""
        start, *ids = encode_turn(self.tokenizer, Turn("user", text))
        speaker = Speaker(self.engine, self.tokenizer, memory)
        state, nats = memory.state, []
        for last, token in zip([start, *ids], ids, strict=False):
            log_probs, state = speaker.score(last, state)
            nats.append(-float(log_probs[token]))
        return Surprise(tuple(nats), tuple(map(self.tokenizer.piece, ids)), len(one_line(text).split()))
