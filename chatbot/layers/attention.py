"""Attention over the annotations of the encoder: where the decoder looks in the conversation."""

from __future__ import annotations

from collections.abc import Sequence
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
        sink: Whether there is one more place to look, with nothing in it, whose score is learned: the weights then sum
            to 1 with the sink's, which is left out.  Where nothing fits, a softmax has to look somewhere all the same
            (Xiao et al. 2024, section 3.1), and what was never said cannot be told from what was.
    """

    def __init__(self, sink: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.has_sink = sink

    def build(self, query_shape: tuple[int | None, ...], annotations_shape: tuple[int | None, ...]) -> None:
        """Make the weights for queries [batch, n, features] and annotations [batch, positions, units]."""
        shape = (query_shape[-1], annotations_shape[-1])
        self.kernel = self.add_weight(shape=shape, name="kernel", initializer="glorot_uniform")
        self.sink = self.add_weight(shape=(), name="sink", initializer="zeros") if self.has_sink else None

    def call(self, query: Tensor, annotations: Tensor, visible: Tensor) -> tuple[Tensor, Tensor]:
        """Look.

        Args:
            query: [batch, n, features].
            annotations: [batch, positions, units].
            visible: [batch, n or 1, positions] bool: what each query may see.

        Returns:
            The context [batch, n, units] and the weights [batch, n, positions]; where nothing is visible, both are 0.
        """
        (score,) = scores([self.project(query)], annotations)
        return self.weigh(score, annotations, visible)

    def project(self, query: Tensor) -> Tensor:
        """The query as ``scores`` takes it: [batch, n, units]."""
        return _projected(query, self.kernel)

    def weigh(self, score: Tensor, annotations: Tensor, visible: Tensor) -> tuple[Tensor, Tensor]:
        """As ``call``, from scores [batch, n, positions]."""
        weights = _weights(score, visible, self.sink)
        return ops.matmul(weights, annotations), weights

    def get_config(self) -> dict[str, Any]:
        """The base configuration and the argument: all sizes come from ``build``."""
        return {**super().get_config(), "sink": self.has_sink}


@keras.saving.register_keras_serializable(package="chatbot")
class ContinuingPointer(keras.layers.Layer):
    """Where a piece is copied from: from what the query looks for, or from behind what is like the query.

        score(q, a)ⱼ = ((q W) · aⱼ + (q V) · aⱼ₋₁) / √units;  weights = softmax(score)

    An annotation aⱼ₋₁ is a state that was waiting for piece j, as the query is for its next one, so the most alike
    tells what comes next (Grave et al. 2017, equation 3): the second term goes on from piece to piece of a word that is
    being copied, while the first finds where the next word begins.  V starts as the identity, which is likeness itself.
    """

    def build(self, query_shape: tuple[int | None, ...], annotations_shape: tuple[int | None, ...]) -> None:
        """Make the weights for queries [batch, n, features] and annotations [batch, positions, units]."""
        shape = (query_shape[-1], annotations_shape[-1])
        self.kernel = self.add_weight(shape=shape, name="kernel", initializer="glorot_uniform")
        self.likeness = self.add_weight(shape=shape, name="likeness", initializer="identity")

    def call(self, query: Tensor, annotations: Tensor, visible: Tensor, state: Tensor | None = None) -> Tensor:
        """Point.

        Args:
            query: [batch, n, features].
            annotations: [batch, positions, units].
            visible: [batch, n or 1, positions] bool: what each query may see.
            state: What an annotation is to be like, if that is not the query, of the same shape.

        Returns:
            The weights [batch, n, positions]; where nothing is visible, they are 0.
        """
        looked, alike = scores(self.project(query, state), annotations)
        return self.weigh(looked, alike, visible)

    def project(self, query: Tensor, state: Tensor | None = None) -> list[Tensor]:
        """As ``scores`` takes them: what the query looks for, and what it, or the state, is like; [batch, n, units]."""
        return [_projected(query, self.kernel), _projected(query if state is None else state, self.likeness)]

    def weigh(self, looked: Tensor, alike: Tensor, visible: Tensor) -> Tensor:
        """As ``call``, from the scores of both [batch, n, positions]."""
        alike = ops.multiply(alike, ops.cast(visible, alike.dtype))  # behind what is not seen, nothing is alike
        behind = ops.pad(alike[:, :, :-1], ((0, 0), (0, 0), (1, 0)))
        return _weights(ops.add(looked, behind), visible)


def scores(queries: Sequence[Tensor], annotations: Tensor) -> list[Tensor]:
    """The products of several projected queries with all annotations, made in one pass over these.

    Args:
        queries: Each [batch, n, units].
        annotations: [batch, positions, units].

    Returns:
        For each query [batch, n, positions].
    """
    together = queries[0] if len(queries) == 1 else ops.concatenate(queries, axis=1)
    turned = (0, 2, 1)
    if queries[0].shape[1] == 1:  # in talking: to turn a thousand annotations takes longer than the product itself
        found = ops.transpose(ops.matmul(annotations, ops.transpose(together, turned)), turned)
    else:
        found = ops.matmul(together, ops.transpose(annotations, turned))
    return [found] if len(queries) == 1 else list(ops.split(found, len(queries), axis=1))


def _projected(query: Tensor, kernel: Tensor) -> Tensor:
    """Scaled by 1/√units."""
    return ops.multiply(ops.matmul(query, kernel), kernel.shape[-1] ** -0.5)


def _weights(scores: Tensor, visible: Tensor, sink: Tensor | None = None) -> Tensor:
    seen = ops.cast(visible, scores.dtype)
    # Not `where`: the sum converts to LiteRT as it stands, and a score is far smaller than the mask.
    masked = ops.add(scores, ops.multiply(1.0 - seen, _MASKED))
    if sink is None:
        return ops.multiply(ops.softmax(masked, axis=-1), seen)
    beside = ops.multiply(ops.ones_like(masked[..., :1]), ops.cast(sink, masked.dtype))
    return ops.multiply(ops.softmax(ops.concatenate([masked, beside], axis=-1), axis=-1)[..., :-1], seen)
