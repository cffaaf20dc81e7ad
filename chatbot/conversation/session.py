"""A conversation: turns go in, replies come out, and the memory is carried from one to the next.

The memory is a function of the transcript alone: it is what the encoder makes of the turns, one after another.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

import numpy as np

from chatbot.bundle import TOKENIZER, Bundle
from chatbot.catalog import open_bundle
from chatbot.config import SamplingConfig
from chatbot.conversation.card import ModelCard
from chatbot.errors import UsageError
from chatbot.runtime.engine import Engine
from chatbot.runtime.memory import Memory
from chatbot.runtime.speaker import Speaker
from chatbot.text.sanitize import one_line, visible
from chatbot.text.template import Turn, encode_turn
from chatbot.text.tokenizer import Tokenizer


class Conversation:
    """One conversation with one model.

    ``stream`` and ``say`` are for one thread at a time; ``cancel`` may come from any.

    Args:
        bundle: The model.
        sampling: How replies are chosen; None takes what the bundle recommends.

    Raises:
        BundleError: if the bundle cannot be run.
    """

    def __init__(self, bundle: Bundle, *, sampling: SamplingConfig | None = None) -> None:
        self.sampling = sampling or bundle.sampling
        self.model = ModelCard.of(bundle)
        self._engine = Engine(bundle)
        self._tokenizer = Tokenizer(bundle.files[TOKENIZER])
        unspeakable = self._tokenizer.unspeakable()
        # What may not be said, at first and, if only bytes came that make no character, once more without any bytes.
        self._banned = (unspeakable, unspeakable + self._tokenizer.byte_pieces())
        self._cancelled = threading.Event()
        self._transcript: list[Turn] = []
        self._memory = Memory.empty(self._engine)
        self._rng = np.random.default_rng(self.sampling.seed)

    @classmethod
    def load(cls, model: str | Path | None = None, *, sampling: SamplingConfig | None = None) -> Self:
        """A conversation with a model by name or directory; None is the one that ships with the program.

        Raises:
            BundleError: if there is no such model, or it is not whole.
        """
        return cls(open_bundle(model), sampling=sampling)

    @property
    def transcript(self) -> tuple[Turn, ...]:
        """What was said so far."""
        return tuple(self._transcript)

    @property
    def memory(self) -> Memory:
        """What the model knows of it: a value, which later turns do not change."""
        return self._memory

    def say(self, text: str) -> str:
        """The reply to one user turn.

        Raises:
            UsageError: if the turn holds nothing that can be seen.
        """
        for _ in self.stream(text):
            pass
        return self._transcript[-1].text if self._transcript[-1].role == "assistant" else ""

    def stream(self, text: str) -> Iterator[str]:
        """The reply to one user turn, in pieces of text as they come.

        Cancelled, or left before its end, the reply is what was said so far.  On any error the conversation stays as
        it was before the turn.

        Raises:
            UsageError: if the turn holds nothing that can be seen; it is not added to the conversation.
        """
        if not one_line(text):
            raise UsageError("an empty turn", expected="some text", remedy="type something")
        self._cancelled.clear()
        return self._reply(Turn("user", text))

    def _reply(self, turn: Turn) -> Iterator[str]:
        memory = self._memory.read(self._engine, encode_turn(self._tokenizer, turn))
        speaker = Speaker(self._engine, self._tokenizer, memory)
        said = ""
        luck = self._rng.bit_generator.state
        try:
            for banned in self._banned:
                for piece in self._spoken(speaker, banned):
                    said += piece
                    yield piece
                if said.strip() or self._cancelled.is_set():
                    break
        except GeneratorExit:  # the reader has heard enough
            self._keep(memory, turn, said)
            raise
        except Exception:
            self._rng.bit_generator.state = luck  # a second try is like the first
            raise
        self._keep(memory, turn, said)

    def _spoken(self, speaker: Speaker, banned: tuple[int, ...]) -> Iterator[str]:
        """What is decoded, in pieces of text that only grow."""
        tokens: list[int] = []
        said = ""
        reply = speaker.reply(
            "assistant", sampling=self.sampling, rng=self._rng, banned=banned, cancelled=self._cancelled.is_set
        )
        for token in reply:
            tokens.append(token)
            # A character may be spread over several byte pieces: until it is whole it is decoded as U+FFFD.
            whole = visible(self._tokenizer.decode(tokens)).replace("\ufffd", "")
            if len(whole) > len(said) and whole.startswith(said):
                new, said = whole[len(said) :], whole
                yield new

    def _keep(self, memory: Memory, turn: Turn, said: str) -> None:
        """Add the turn, and what was replied if anything was, to transcript and memory."""
        turns = [turn]
        if said.strip():
            reply = Turn("assistant", said.strip())
            memory = memory.read(self._engine, encode_turn(self._tokenizer, reply))
            turns.append(reply)
        self._memory = memory
        self._transcript += turns

    def cancel(self) -> None:
        """End the reply that is being said after its current token; what was said so far is kept."""
        self._cancelled.set()

    def forget(self) -> None:
        """Wipe the memory; the transcript stays, but the model knows nothing of it any more."""
        self._memory = Memory.empty(self._engine)

    def reset(self) -> None:
        """Begin a new conversation; with a seed, its random choices begin anew as well."""
        self.forget()
        self._transcript = []
        self._rng = np.random.default_rng(self.sampling.seed)

    def read(self, turns: Sequence[Turn]) -> None:
        """Take turns that were said elsewhere into this conversation, as if they had been said here."""
        memory = self._memory
        for turn in turns:
            memory = memory.read(self._engine, encode_turn(self._tokenizer, turn))
        self._memory = memory
        self._transcript += turns

    def sample_with(self, **changes: object) -> None:
        """Change how replies are chosen from now on; see ``SamplingConfig`` for the names.

        Raises:
            ConfigError: on an unknown name or a value out of range.
        """
        self.sampling = SamplingConfig.from_dict({**self.sampling.to_dict(), **changes})
        if "seed" in changes:
            self._rng = np.random.default_rng(self.sampling.seed)
