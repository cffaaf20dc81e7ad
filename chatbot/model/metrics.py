"""Word perplexity, the measure that models of different vocabularies can be compared by."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from chatbot.layers.cells.base import Tensor


@keras.saving.register_keras_serializable(package="chatbot")
class WordPerplexity(keras.metrics.Metric):
    """exp(negative log-likelihood of the replies / their words and ends), over all that was seen since the reset."""

    def __init__(self, name: str = "word_perplexity", **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        self.total = self.add_weight(shape=(), initializer="zeros", name="total")
        self.words = self.add_weight(shape=(), initializer="zeros", name="words")

    def update_state(self, total: Tensor, words: Tensor) -> None:
        """Add a summed negative log-likelihood (nats) and the number of words and ends that it covers."""
        self.total.assign_add(ops.cast(total, self.dtype))
        self.words.assign_add(ops.cast(words, self.dtype))

    def result(self) -> Tensor:
        """The perplexity; 1 before anything was seen."""
        return ops.exp(self.total / ops.maximum(self.words, 1.0))
