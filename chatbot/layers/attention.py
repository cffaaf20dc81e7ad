"""Attention over the annotations of the encoder: where the decoder looks in the conversation."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from chatbot.layers.cells.base import Tensor

_MASKED = -1e9
"""Score of a position that may not be seen: finite, so that a row without any position gives no NaN."""


@keras.saving.register_keras_serializable(package="chatbot")
class GeneralAttention(keras.layers.Layer):
    """Luong et al. 2015, "general" score (section 3.1), scaled as in Vaswani et al. 2017 (equation 1).

        score(q, a) = (q W) · a / √units;  weights = softmax(score);  context = Σ weights × a

    The query is projected, not the annotations, so nothing has to be projected again for each token.

    Args:
        initializer: Of W.
        **kwargs: As for ``keras.layers.Layer``.
    """

    def __init__(self, initializer: str = "glorot_uniform", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.initializer = initializer

    def build(self, query_shape: tuple[int | None, ...], annotations_shape: tuple[int | None, ...]) -> None:
        """Make the weights for queries [batch, n, features] and annotations [batch, positions, units]."""
        units = annotations_shape[-1]
        assert units is not None
        self.scale = units**-0.5
        self.kernel = self.add_weight(shape=(query_shape[-1], units), name="kernel", initializer=self.initializer)

    def call(self, query: Tensor, annotations: Tensor, visible: Tensor) -> tuple[Tensor, Tensor]:
        """Look.

        Args:
            query: [batch, n, features].
            annotations: [batch, positions, units].
            visible: [batch, n or 1, positions] bool: what each query may see.

        Returns:
            The context [batch, n, units] and the weights [batch, n, positions]; where nothing is visible, both are 0.
        """
        projected = ops.multiply(ops.matmul(query, self.kernel), self.scale)
        scores = ops.matmul(projected, ops.transpose(annotations, (0, 2, 1)))
        seen = ops.cast(visible, scores.dtype)
        # Not `where`: the sum converts to LiteRT as it stands, and a score is far smaller than the mask.
        weights = ops.multiply(ops.softmax(ops.add(scores, ops.multiply(1.0 - seen, _MASKED)), axis=-1), seen)
        return ops.matmul(weights, annotations), weights

    def get_config(self) -> dict[str, Any]:
        """All sizes come from ``build``."""
        return {**super().get_config(), "initializer": self.initializer}
