"""How well a cell has learned: its learning curve, and its word perplexity dialogue by dialogue."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from keras import ops
from numpy.typing import NDArray

from chatbot.model import Seq2Seq
from train.compare.training import seconds_by_step
from train.dataset import SIGNATURE, Example, collate, lengths_of, plan, words_of
from train.metrics import interval


class Scorer:
    """The negative log-likelihood that a model gives to the replies of examples.

    Args:
        model: Any that is called as ``Seq2Seq`` is; its weights of the moment count.
        batch_positions: Of a batch.
    """

    def __init__(self, model: Seq2Seq, batch_positions: int) -> None:
        self._positions = batch_positions

        @tf.function(input_signature=[SIGNATURE], autograph=False)
        def nats(batch: Any) -> Any:
            return -ops.sum(model(batch, training=False) * batch["counted"], axis=-1)

        self._nats = nats

    def __call__(self, examples: Sequence[Example]) -> NDArray[np.float64]:
        """Nats of each example, over all of its pieces that count."""
        found = np.zeros(len(examples))
        for indices in plan(lengths_of(examples), self._positions, None):
            batch = collate([examples[index] for index in indices.tolist()])
            found[indices] = np.asarray(self._nats(batch), np.float64)
        return found


class Perplexity(NamedTuple):
    """Word perplexity (see ``chatbot.model.metrics``) with a 95 % interval by the bootstrap over dialogues."""

    value: float
    interval: list[float]
    nats: NDArray[np.float64]
    """Of each dialogue."""
    words: NDArray[np.float64]
    """Of each dialogue, the ends of replies included."""


def perplexity(scorer: Scorer, examples: Sequence[Example]) -> Perplexity:
    """Measure a model on dialogues."""
    nats, words = scorer(examples), np.asarray(words_of(examples), np.float64)
    span = interval(np.stack([nats, words], axis=1), lambda sums: np.exp(sums[..., 0] / sums[..., 1]))
    return Perplexity(float(np.exp(nats.sum() / words.sum())), span, nats, words)


def curve(folder: Path, tokens_of_a_step: float) -> list[dict[str, float]]:
    """The validations of a training: ``step``, ``tokens``, ``seconds``, ``loss``, ``val_loss`` (nats a piece) and
    ``val_perplexity`` (of words)."""
    known = seconds_by_step(folder)
    steps, seconds = [0, *(s for s, _ in known)], [0.0, *(t for _, t in known)]
    found = []
    for line in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        found.append(
            {
                "step": entry["step"],
                "tokens": entry["step"] * tokens_of_a_step,
                "seconds": float(np.interp(entry["step"], steps, seconds)),
                "loss": entry["loss"],
                "val_loss": entry["val_loss"],
                "val_perplexity": entry["val_word_perplexity"],
            }
        )
    return found
