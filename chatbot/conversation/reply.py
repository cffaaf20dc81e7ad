"""One reply while it is being said: how it is to be said, how far it has come, and what there is to know of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, TypedDict

import numpy as np

from chatbot.config import SamplingConfig
from chatbot.conversation.moments import Facts, Luck
from chatbot.conversation.trace import Trace
from chatbot.conversation.voice import Voice
from chatbot.errors import ConfigError
from chatbot.runtime.memory import Memory
from chatbot.text.sanitize import one_line


class Manner(TypedDict, total=False):
    """How one reply is said, where that is not as always."""

    sampling: SamplingConfig | None
    """How it is chosen; with a seed, from draws of its own.  None is as always."""
    luck: Luck | None
    """To draw as an earlier reply was drawn (``Facts.luck``); None is new luck."""
    trace: Trace | None
    """Where to record what is thought meanwhile; None records nothing."""


def generator_of(luck: Luck) -> np.random.Generator:
    """A generator that draws on from ``luck``.

    Raises:
        ConfigError: if that is not the state of one.
    """
    bits = np.random.PCG64()
    try:
        state: Any = luck
        bits.state = state
    except (TypeError, ValueError, KeyError, OverflowError, AttributeError) as error:
        received = one_line(repr(luck))[:80]
        raise ConfigError(f"luck {received}", expected="that of an earlier reply", remedy="leave it out") from error
    return np.random.Generator(bits)


def generator_for(manner: Manner, usual: np.random.Generator) -> np.random.Generator:
    """Where the draws of a reply come from.

    Raises:
        ConfigError: if the luck in ``manner`` is none.
    """
    luck, sampling = manner.get("luck"), manner.get("sampling")
    if luck is not None:
        return generator_of(luck)
    if sampling is not None and sampling.seed is not None:
        return np.random.default_rng(sampling.seed)
    return usual


class Reply:
    """A reply to what is in a memory; ``pieces`` says it, once.

    Args:
        voice: Who says it.
        memory: What it is said from.
        sampling: How it is chosen.
        rng: Where its draws come from.
        trace: Where to record it.
    """

    def __init__(
        self, voice: Voice, memory: Memory, sampling: SamplingConfig, rng: np.random.Generator, trace: Trace | None
    ) -> None:
        self.memory = memory
        self._voice, self._sampling, self._rng, self._trace = voice, sampling, rng, trace
        self._luck: Luck = dict(rng.bit_generator.state)
        self._said = ""
        self._tokens, self._seconds, self._whole = 0, 0.0, False

    @property
    def text(self) -> str:
        """What was said so far, without blanks around it; empty if nothing could be seen."""
        return self._said.strip()

    def pieces(self, cancelled: Callable[[], bool]) -> Iterator[str]:
        """Say it, in pieces of text; what the reader does with a piece takes no time of ours."""
        began = time.perf_counter()
        said = self._voice.speak(
            self.memory, sampling=self._sampling, rng=self._rng, cancelled=cancelled, trace=self._trace
        )
        for piece in said:
            self._tokens += 1
            self._said += piece
            self._seconds += time.perf_counter() - began
            if piece:
                yield piece
            began = time.perf_counter()
        self._seconds += time.perf_counter() - began
        self._whole = not cancelled()

    def take_back(self) -> None:
        """Let a second try have the luck that this one had."""
        self._rng.bit_generator.state = self._luck

    def facts(self) -> Facts:
        """How it came about."""
        return Facts(
            time=time.time(),
            seconds=self._seconds,
            tokens=self._tokens,
            model=self._voice.card.name,
            fingerprint=self._voice.fingerprint,
            sampling=self._sampling,
            luck=self._luck,
            stopped=not self._whole,
        )
