"""Training steps of the dialogue model with our recurrent layers against the same model with those of Keras.

Also the process of one side: python -m tests.benchmarks.whole_model '{"implementation": "ours", "cell": "gru"}'
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from chatbot.config import ModelConfig
from chatbot.text.template import Turn, lay_out
from chatbot.text.tokenizer import Tokenizer
from tests.benchmarks.contest import contest, serve
from tests.benchmarks.report import Row, spread

if TYPE_CHECKING:
    from train.dataset import Batch

CELLS = ("rnn", "gru", "lstm")
_AT_LEAST = 1.4
_BATCH, _POSITIONS = 64, 128
_FEWEST, _MOST = 6, 14
"""Pieces of a turn: several replies in a dialogue."""
_SPECIAL = 8
"""Ids below this may be symbols, which do not stand inside a turn."""


def run(model: str | None, layers: Sequence[str] | None = None) -> list[Row]:
    """A row for each cell (default: all); ``model`` plays no part."""
    rows = []
    for cell in layers or CELLS:
        sizes = {"cell": cell, "batch": _BATCH, "positions": _POSITIONS}
        results = contest(
            "tests.benchmarks.whole_model", {name: {**sizes, "implementation": name} for name in ("ours", "keras")}
        )
        ours, keras = results["ours"], results["keras"]
        tokens = _BATCH * _POSITIONS
        detail = "; ".join(
            f"{name} {tokens / result.median:.0f} tokens/s, {spread(result.times)} s a step, {result.peak_mb:.0f} MB"
            for name, result in results.items()
        )
        what = f"training of the whole model, {cell}: tokens/s / with keras.layers"
        rows.append(Row(what, keras.median / ours.median, _AT_LEAST, "×", detail, at_least=True))
    return rows


class _Spelled(Tokenizer):
    """Stands for a tokenizer: a turn's text is its ids, with blanks between."""

    def __init__(self) -> None:  # there is no model to load
        pass

    def encode(self, text: str) -> list[int]:
        return [int(piece) for piece in text.split()]


def make_batch(config: ModelConfig, batch: int, positions: int, seed: int = 0) -> Batch:
    """Dialogues of random ids, laid out as in training and without padding; every position is a token."""
    from train.dataset import Example, collate
    from train.pieces import count_words

    rng = np.random.default_rng(seed)
    examples = []
    for _ in range(batch):
        turns: list[Turn] = []
        left = positions
        while left:  # a turn has two symbols beside its pieces, and may not leave less than a turn needs
            pieces = left - 2 if left < _MOST + 2 + _FEWEST else int(rng.integers(_FEWEST, _MOST + 1))
            ids = rng.integers(_SPECIAL, config.vocabulary_size, pieces)
            turns.append(Turn("assistant" if len(turns) % 2 else "user", " ".join(map(str, ids))))
            left -= pieces + 2
        examples.append(Example(lay_out(_Spelled(), turns), count_words(turns[1:])))
    return collate(examples)


def _serve(task: dict[str, Any]) -> None:
    import keras
    import tensorflow as tf

    from chatbot.model import Seq2Seq
    from chatbot.model.recurrent import make_recurrent
    from tests.benchmarks.keras_layers import make_keras_recurrent

    config = ModelConfig(cell=task["cell"], vocabulary_size=6000)
    factory = {"ours": make_recurrent, "keras": make_keras_recurrent}[task["implementation"]]
    model = Seq2Seq(config, make_recurrent=factory)
    # As the trainer does it; XLA is off, since the batches of a real training have many shapes.
    model.compile(optimizer=keras.optimizers.Adam(1e-3, global_clipnorm=1.0), jit_compile=False)
    batch = {name: tf.constant(value) for name, value in make_batch(config, task["batch"], task["positions"]).items()}
    serve(lambda: model.train_on_batch(batch, return_dict=True))  # gives numbers, so it has waited for them


def main() -> None:
    os.environ.update({"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "KERAS_BACKEND": "tensorflow"})
    _serve(json.loads(sys.argv[1]))


if __name__ == "__main__":
    main()
