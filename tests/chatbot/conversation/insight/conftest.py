"""A reader whose state is known in closed form, a tokenizer of words, and traces with attention of our choice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from chatbot.conversation.insight.subject import Subject, ids_of
from chatbot.conversation.moments import Gain, Moment
from chatbot.conversation.trace import Alternative, Choice, Trace
from chatbot.runtime.memory import Memory
from chatbot.text.template import Turn
from tests.chatbot.words import Words

DECAY, SIZE = 0.5, 80


class Fading:
    """Two layers, of which the state is s(t) = s(t-1) / 2 + one_hot(token): a token counts 2^-(tokens after it)."""

    steps = 0

    def initial_state(self) -> tuple[np.ndarray, ...]:
        return tuple(np.zeros((1, SIZE), np.float32) for _ in range(2))

    def encode_step(self, token: int, state: Any) -> tuple[Any, np.ndarray]:
        self.steps += 1
        after = tuple(DECAY * part + np.eye(1, SIZE, token, np.float32) for part in state)
        return after, after[0][0]

    def gates(self, token: int, state: Any) -> dict[str, np.ndarray] | None:
        return {"written": np.full((2, SIZE), token / 100), "kept": np.full((2, SIZE), DECAY)}


def read(turns: Sequence[Turn], words: Words, reader: Any, wiped_before: int | None, window: int) -> Subject:
    state, annotations, ids = reader.initial_state(), np.zeros((0, SIZE), np.float32), np.zeros(0, np.int32)
    moments = []
    for number, turn in enumerate(turns):
        if number == wiped_before:
            state = reader.initial_state()
        tokens = ids_of(words, turn)
        for token in tokens:
            state, annotation = reader.encode_step(token, state)
            annotations = np.concatenate([annotations, annotation[None]])[-window:]
        ids = np.concatenate([ids, np.array(tokens, np.int32)])[-window:]
        memory = Memory(state, annotations, ids)
        moments.append(Moment(turn, gain=Gain.of(memory, len(tokens), "fading")))
    if wiped_before == len(turns):
        state = reader.initial_state()
    return Subject(reader, words, 2, tuple(moments), Memory(state, annotations, ids), "fading", tied=True)


@pytest.fixture
def words() -> Words:
    """The tokenizer."""
    return Words()


@pytest.fixture
def subject_of(words: Words) -> Callable[..., Subject]:
    """A conversation of texts, of which the user says the first; the state may be wiped before a turn."""

    def make(*texts: str, wiped_before: int | None = None, window: int = 1000, reader: Any = None) -> Subject:
        turns = [Turn("assistant" if number % 2 else "user", text) for number, text in enumerate(texts)]
        return read(turns, words, reader or Fading(), wiped_before, window)

    return make


@pytest.fixture
def trace_of(words: Words) -> Callable[..., Trace]:
    """A trace of a reply, of (piece, probability, copy gate, {position: attention}, {position: pointer}) each."""

    def make(subject: Subject, *said: tuple[str, float, float, dict[int, float], dict[int, float]]) -> Trace:
        trace = Trace()
        trace.begin(subject.memory, words)  # type: ignore[arg-type]
        n, state = len(trace.ids), subject.memory.state
        for piece, probability, copy, looked, pointed in said:
            (token,) = words.encode(piece)
            attention, pointer = np.zeros(n, np.float32), np.zeros(n, np.float32)
            attention[list(looked)], pointer[list(pointed)] = list(looked.values()), list(pointed.values())
            others = tuple(Alternative(i, words.piece(i), 0.1) for i in range(4))
            best = (Alternative(token, f"▁{piece}", probability), *others)
            trace.choices.append(
                Choice(token, f"▁{piece}", f" {piece}", probability, best, copy, attention, pointer, state)
            )
        return trace

    return make
