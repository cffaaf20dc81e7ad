"""The model as the samplers want it: a function from (token, state) to (log-probabilities, next state).

Two distributions are mixed here, that of choosing a piece freely and that of copying one from the conversation
(See et al. 2017, equation 9): p = (1 - copy) softmax(logits) + copy Σ pointer over positions that hold the piece.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from chatbot.config import SamplingConfig
from chatbot.runtime.decoding import decode
from chatbot.runtime.engine import Array, Decoded, Engine, State
from chatbot.runtime.memory import Memory
from chatbot.runtime.samplers import Banned
from chatbot.text.template import SYMBOLS, Role
from chatbot.text.tokenizer import ASSISTANT, END, USER, Tokenizer

_OPENINGS = (USER, ASSISTANT)
_FLOOR = np.float32(1e-30)
"""Keeps the logarithm of a probability finite."""


class Speech(NamedTuple):
    """The state of a reply that is being spoken."""

    state: State
    """Of the decoder."""
    audible: bool
    """Whether anything but blanks was said: before, the reply may not end."""


class Speaker:
    """Speaks from one memory; nothing changes in it, so one speaker can follow several hypotheses.

    Args:
        engine: The model.
        tokenizer: To know blanks from words.
        memory: What is known.
    """

    def __init__(self, engine: Engine, tokenizer: Tokenizer, memory: Memory) -> None:
        self._engine = engine
        self._blank = tokenizer.blank
        positions, length = engine.config.memory_positions, len(memory.ids)
        self._annotations = np.zeros((1, positions, engine.config.units), np.float32)
        self._annotations[0, :length] = memory.annotations
        self._visible = np.zeros((1, positions), np.float32)
        self._visible[0, :length] = 1.0
        self._pieces, self._owners = np.unique(memory.ids, return_inverse=True)
        self.start = Speech(memory.state, audible=False)

    def reply(
        self,
        role: Role,
        *,
        sampling: SamplingConfig,
        rng: np.random.Generator,
        banned: Banned = (),
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[int]:
        """The tokens of one reply of a role as they are chosen; see ``decoding.decode``."""
        return decode(
            self.step,
            self.start,
            start=SYMBOLS[role],
            end=END,
            sampling=sampling,
            rng=rng,
            banned=banned,
            cancelled=cancelled,
        )

    def step(self, token: int, speech: Speech) -> tuple[Array, Speech]:
        """Log-probabilities [vocabulary] of the piece after ``token``, and the state after it."""
        decoded = self._engine.decode_step(token, speech.state, self._annotations, self._visible)
        audible = speech.audible or token not in (*self._blank, *_OPENINGS)
        log_probs = self._mix(decoded)
        if not audible:
            log_probs[END] = -np.inf
        return log_probs, Speech(decoded.state, audible)

    def score(self, token: int, state: State) -> tuple[Array, State]:
        """As ``step``, for scoring a given text: nothing is ruled out."""
        decoded = self._engine.decode_step(token, state, self._annotations, self._visible)
        return self._mix(decoded), decoded.state

    def _mix(self, decoded: Decoded) -> Array:
        shifted = decoded.logits - decoded.logits.max()
        free = shifted - np.log(np.exp(shifted).sum())
        if not len(self._pieces):
            return free
        copy = np.float32(decoded.copy)
        mixed: Array = free + np.log(np.maximum(1 - copy, _FLOOR))
        pointer = decoded.pointer[: len(self._owners)]
        mass = np.bincount(self._owners, weights=pointer, minlength=len(self._pieces)).astype(np.float32)
        copied = np.log(np.maximum(copy * mass, _FLOOR))
        mixed[self._pieces] = np.logaddexp(mixed[self._pieces], copied)
        return mixed
