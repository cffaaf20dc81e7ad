"""Who makes the steps of a training: this process alone with Keras ``fit``, or a team together."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import keras
import tensorflow as tf

from chatbot.model import Seq2Seq
from train.callbacks import Saver
from train.checkpoint import Checkpoints
from train.config import TrainingConfig
from train.dataset import Example
from train.distribution import Distributed
from train.estimate import Estimate, estimate
from train.team import Team

Sampler = Callable[[int], list[tuple[str, str]]]
"""From a step to prompts and what the model replies to them."""


class Runner(Protocol):
    """Makes the steps of one model, and measures what came of them."""

    def scope(self) -> contextlib.AbstractContextManager[object]:
        """Inside, the model is compiled."""

    def agree(self, checkpoints: Checkpoints) -> None:
        """Leave nothing that one could go on from and another could not."""

    def estimate(self, settings: TrainingConfig, examples: Sequence[Example]) -> Estimate | None:
        """What the training of the compiled model will take; None if that cannot be told before."""

    def signals(self) -> contextlib.AbstractContextManager[object]:
        """Inside, whoever trains stops after the same step."""

    def fit(
        self, batches: tf.data.Dataset, steps: int, callbacks: Sequence[keras.callbacks.Callback], saver: Saver
    ) -> None:
        """So many steps."""

    def evaluate(self, batches: tf.data.Dataset) -> Mapping[str, float]:
        """Loss per piece and word perplexity."""

    def samples(self, sampler: Sampler, step: int) -> list[tuple[str, str]]:
        """What the model says by now, if it can."""


class Alone:
    """This process by itself.

    Args:
        model: To be compiled.
    """

    def __init__(self, model: Seq2Seq) -> None:
        self._model = model

    def scope(self) -> contextlib.AbstractContextManager[object]:
        """Nothing has to be."""
        return contextlib.nullcontext()

    def agree(self, checkpoints: Checkpoints) -> None:
        """With nobody."""

    def estimate(self, settings: TrainingConfig, examples: Sequence[Example]) -> Estimate:
        """Measured on a few steps."""
        return estimate(self._model, settings, examples)

    def signals(self) -> contextlib.AbstractContextManager[object]:
        """Ctrl-C acts at once."""
        return contextlib.nullcontext()

    def fit(
        self, batches: tf.data.Dataset, steps: int, callbacks: Sequence[keras.callbacks.Callback], saver: Saver
    ) -> None:
        """So many steps, in the order that the dataset brings."""
        self._model.fit(
            batches, steps_per_epoch=steps, epochs=1, callbacks=[*callbacks, saver], shuffle=False, verbose=0
        )

    def evaluate(self, batches: tf.data.Dataset) -> Mapping[str, float]:
        """Loss per piece and word perplexity."""
        return self._model.evaluate(batches, verbose=0, return_dict=True)

    def samples(self, sampler: Sampler, step: int) -> list[tuple[str, str]]:
        """What the model says by now."""
        return sampler(step)


def runner_of(model: Seq2Seq, team: Team | None) -> Runner:
    """Who trains a model; it was made in the scope of the team, if there is one."""
    return Alone(model) if team is None else Distributed(team, model)
