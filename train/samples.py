"""What a model says while it is trained: greedy replies to the same few prompts at every validation."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from chatbot.config import SamplingConfig
from chatbot.model import Seq2Seq
from chatbot.runtime.engine import Engine
from chatbot.runtime.memory import Memory
from chatbot.runtime.speaker import Speaker
from chatbot.text.template import Turn, encode_turn
from chatbot.text.tokenizer import END, Tokenizer
from train.dataset import Example
from train.export import StepFunctions

COUNT = 3
_LONGEST = 40
"""Pieces of a sample."""


class LiveEngine(Engine):
    """The step functions of a Keras model as it is now; slower than those of a bundle, but there is nothing to export.

    Args:
        model: Its weights are looked up at every step.
    """

    def __init__(self, model: Seq2Seq) -> None:  # there is no graph to load
        steps = StepFunctions(model)
        states = [state for layer in model.encoder.initial_states(1) for state in layer]
        self.config = model.config
        self._encode, self._decode = _in_numpy(steps.encode), _in_numpy(steps.decode)
        self._names = [f"state_{number}" for number in range(len(states))]
        self._sizes = [(1, int(state.shape[-1])) for state in states]
        if steps.lookback is not None and model.encoder.lookback is not None:
            self._lookback = _in_numpy(steps.lookback)
            behind = model.encoder.lookback.cell.get_initial_state(1)
            self._behind = {f"behind_{number}": (1, int(part.shape[-1])) for number, part in enumerate(behind)}


def _in_numpy(function: Any) -> Callable[..., dict[str, Any]]:
    def call(**named: Any) -> dict[str, Any]:
        found = function(**{name: tf.convert_to_tensor(value) for name, value in named.items()})
        return {name: value.numpy().astype(np.float32) for name, value in found.items()}

    return call


def first_turns(examples: Sequence[Example], tokenizer: Tokenizer, count: int = COUNT) -> list[str]:
    """What some dialogues begin with, from all over the corpus."""
    places = np.linspace(0, len(examples) - 1, min(count, len(examples))).astype(int).tolist()
    ids = (examples[place].layout.ids.tolist() for place in places)
    return [tokenizer.decode(each[: each.index(END)] if END in each else each) for each in ids]


class Sampler:
    """Answers the same prompts again and again.

    Args:
        model: Of which the weights of the moment count.
        tokenizer: Its own.
        prompts: What is said to it.
        folder: Of the run; ``samples.jsonl`` there holds every answer.
    """

    def __init__(self, model: Seq2Seq, tokenizer: Tokenizer, prompts: Sequence[str], folder: Path) -> None:
        self._model, self._tokenizer, self._prompts = model, tokenizer, prompts
        self._path = folder / "samples.jsonl"
        self._engine: LiveEngine | None = None

    def __call__(self, step: int) -> list[tuple[str, str]]:
        """(prompt, reply) for each prompt; also written down."""
        self._engine = self._engine or LiveEngine(self._model)
        found = [(prompt, self._reply(self._engine, prompt)) for prompt in self._prompts]
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        with os.fdopen(os.open(self._path, flags, 0o600), "a", encoding="utf-8") as file:  # prompts may be private
            for prompt, reply in found:
                file.write(json.dumps({"step": step, "prompt": prompt, "reply": reply}, ensure_ascii=False) + "\n")
        return found

    def _reply(self, engine: Engine, prompt: str) -> str:
        memory = Memory.empty(engine).read(engine, encode_turn(self._tokenizer, Turn("user", prompt)))
        tokens = Speaker(engine, self._tokenizer, memory).reply(
            "assistant",
            sampling=SamplingConfig(temperature=0.0, max_length=_LONGEST),
            rng=np.random.default_rng(0),  # greedy choice draws nothing
            banned=self._tokenizer.unspeakable(),
        )
        return self._tokenizer.decode(list(tokens))
