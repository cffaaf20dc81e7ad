"""The decoder: speaks a reply piece by piece, from the state of the encoder and with an eye on its annotations.

One ``call`` serves training (all pieces of all replies of a dialogue) and talking (one piece, which runs without a
loop): the maths is written once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import keras
from keras import ops

from chatbot.config import ModelConfig
from chatbot.layers import ContinuingPointer, GeneralAttention, Restarts, scores
from chatbot.layers.cells.base import States, Tensor
from chatbot.model.recurrent import MakeRecurrent, make_recurrent

_LEAST = 1e-9
"""Of a sum that is divided by."""


class Decoded(NamedTuple):
    """What the decoder makes of n pieces."""

    features: Tensor
    """[batch, n, embedding_size]; times the transposed embedding table they are the logits of the next piece."""
    copy: Tensor
    """[batch, n]: the logit of copying the next piece from the conversation instead of choosing it freely."""
    attention: Tensor
    """[batch, n, positions]: where the decoder looks."""
    sequences: tuple[States, ...]
    """For each layer its states after every piece, each [batch, n, units]."""
    pointer: Tensor
    """[batch, n, positions]: from where it would copy."""


class Decoder(keras.layers.Layer):
    """Recurrent layers; the output of the first asks the attention, whose answer the next layer reads beside it.

    A decoder that is tied to the encoder runs on the layers of that, which read no answers: the last one asks.

    The gate between generating and copying is that of See et al. 2017 (equation 8), with the attention weights as
    pointer distribution, or with ``copying="continued"`` those of a pointer of its own; with ``"foreseen"`` the gate
    also sees the annotations that this points at, Σ pointer × a.

    Args:
        config: Of the model.
        tied_to: The encoder's recurrent layers, built; for a configuration that is ``tied``.
        make_recurrent: What makes the recurrent layers otherwise.
    """

    def __init__(
        self,
        config: ModelConfig,
        *,
        tied_to: Sequence[Any] | None = None,
        make_recurrent: MakeRecurrent = make_recurrent,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        assert config.tied == (tied_to is not None)
        self.config = config
        self.recurrent = list(
            tied_to or (make_recurrent(config, f"recurrent_{number}") for number in range(config.layers))
        )
        before = range(config.hops - 1)
        self.earlier = [GeneralAttention(config.sink, name=f"attention_{number}") for number in before]
        self.asking = [
            keras.layers.Dense(config.units, activation="tanh", name=f"asking_{number}") for number in before
        ]
        self.attention = GeneralAttention(config.sink, name="attention")
        self.pointer = None if config.copying == "attended" else ContinuingPointer(name="pointer")
        self.dropout = keras.layers.Dropout(config.dropout, name="dropout")
        self.readout = keras.layers.Dense(config.embedding_size, activation="tanh", name="readout")
        self.gate = keras.layers.Dense(1, name="gate")

    def build(self, embedded_shape: tuple[int | None, ...]) -> None:
        """Make the weights for embedded pieces [batch, n, embedding_size]."""
        units = self.config.units
        for attention in (*self.earlier, self.attention, self.pointer):
            if attention is not None:
                attention.build((None, None, units), (None, None, units))
        for asking in self.asking:
            asking.build((None, None, units))
        features = embedded_shape[-1]
        for number, layer in enumerate(() if self.config.tied else self.recurrent):
            layer.build((None, None, features))
            features = 2 * units if number == 0 else units
        self.readout.build((None, None, 2 * units))
        self.gate.build((None, None, (3 if self.config.copying == "foreseen" else 2) * units))

    def call(
        self,
        embedded: Tensor,
        initial: tuple[States, ...],
        annotations: Tensor,
        visible: Tensor,
        restarts: tuple[Restarts, ...] | None = None,
        training: bool = False,
    ) -> Decoded:
        """Advance by n pieces.

        Args:
            embedded: The pieces so far [batch, n, embedding_size].
            initial: For each layer its states before the first, each [batch, units].
            annotations: Of the encoder [batch, positions, units].
            visible: [batch, n or 1, positions] bool: which of them each piece may look at.
            restarts: For each layer, where a new reply starts and from which states; only training needs it.
        """
        asking = len(self.recurrent) - 1 if self.config.tied else 0
        sequences, looked = [], None
        outputs = embedded
        for number, (layer, states) in enumerate(zip(self.recurrent, initial, strict=True)):
            outputs = self.dropout(outputs, training=training)
            after = layer.unfold(outputs, states, restarts=None if restarts is None else restarts[number])
            sequences.append(after)
            outputs = after[0]
            if number == asking < len(self.recurrent) - 1:
                looked = self.attention(outputs, annotations, visible)
                outputs = ops.concatenate([outputs, looked[0]], axis=-1)
        return self._speak(tuple(sequences), outputs, looked, annotations, visible, training)

    def speak(self, queries: Tensor, annotations: Tensor, visible: Tensor, training: bool = False) -> Decoded:
        """What a tied decoder makes of pieces that the encoder has read already.

        Args:
            queries: Its own annotations of those pieces [batch, n, units].
            annotations: Of all that it has read [batch, positions, units].
            visible: [batch, n, positions] bool: which of these each piece may look at.

        Returns:
            As ``call``, without the states, which the encoder has.
        """
        assert self.config.tied
        return self._speak((), queries, None, annotations, visible, training)

    def _speak(
        self,
        sequences: tuple[States, ...],
        last: Tensor,
        looked: tuple[Tensor, Tensor] | None,
        annotations: Tensor,
        visible: Tensor,
        training: bool,
    ) -> Decoded:
        query = last
        for attention, asking in zip(self.earlier, self.asking, strict=True):
            found, _ = attention(query, annotations, visible)
            query = query + asking(self.dropout(found, training=training))
        context, weights, pointer = self._look(query, last, looked, annotations, visible)
        outputs = ops.concatenate([query, context], axis=-1)
        features = self.readout(self.dropout(outputs, training=training))
        if self.config.copying == "foreseen":
            outputs = ops.concatenate([outputs, ops.matmul(pointer, annotations)], axis=-1)
        return Decoded(features, ops.squeeze(self.gate(outputs), -1), weights, sequences, pointer)

    def _look(
        self, query: Tensor, last: Tensor, looked: tuple[Tensor, Tensor] | None, annotations: Tensor, visible: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Context, attention and pointer; unless an earlier layer has ``looked``, all are scored in one pass."""
        if looked is None and self.pointer is not None:
            own, looking, alike = scores(
                [self.attention.project(query), *self.pointer.project(query, last)], annotations
            )
            context, weights = self.attention.weigh(own, annotations, visible)
            return context, weights, self.pointer.weigh(looking, alike, visible)
        context, weights = looked or self.attention(query, annotations, visible)
        if self.pointer is not None:
            return context, weights, self.pointer(query, annotations, visible, last)
        return context, weights, _whole(weights) if self.config.sink else weights


def _whole(weights: Tensor) -> Tensor:
    """Attention weights as a distribution of their own: without what a sink has taken."""
    return ops.divide(weights, ops.maximum(ops.sum(weights, axis=-1, keepdims=True), _LEAST))
