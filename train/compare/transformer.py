"""The yardstick: a small Transformer encoder-decoder made of Keras's own layers, trained like all others.

It takes the same batches and is scored by the same mixture of choosing and copying as ``Seq2Seq``, so that nothing but
the way of remembering differs.  It is no part of the product: it leaves no bundle.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from chatbot.config import ModelConfig
from chatbot.layers import GeneralAttention
from chatbot.layers.cells.base import Tensor
from chatbot.model import Seq2Seq
from chatbot.model.decoder import Decoded
from chatbot.model.metrics import WordPerplexity

NAME = "transformer"
"""What it is called among the cells."""
HEADS = 4
_WIDER = 2
"""The inner layer of a feed-forward block is so many times as wide as the model."""


class Block(keras.layers.Layer):
    """Vaswani et al. 2017, section 3.1, normalised before each part (Xiong et al. 2020): attention to its own sequence,
    attention to the encoder's where there is one, and a feed-forward layer, each added to what came in.

    Args:
        units: Features.
        dropout: Share of features zeroed after each part in training.
        crossed: Whether it also attends to another sequence.
    """

    def __init__(self, units: int, dropout: float, crossed: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        size = -(-units // HEADS)
        self.units, self.crossed = units, crossed
        self.attend = keras.layers.MultiHeadAttention(HEADS, size, name="attend")
        self.cross = keras.layers.MultiHeadAttention(HEADS, size, name="cross") if crossed else None
        self.inner = keras.layers.Dense(_WIDER * units, activation="gelu", name="inner")
        self.outer = keras.layers.Dense(units, name="outer")
        self.norms = [keras.layers.LayerNormalization(name=f"norm_{n}") for n in range(3 if crossed else 2)]
        self.dropout = keras.layers.Dropout(dropout, name="dropout")

    def build(self, shape: tuple[int | None, ...]) -> None:
        """Make the weights for sequences [batch, time, units]."""
        for attention in (self.attend, self.cross):
            if attention is not None:
                attention.build(shape, shape)
        self.inner.build(shape)
        self.outer.build((*shape[:-1], _WIDER * self.units))
        for norm in self.norms:
            norm.build(shape)

    def call(
        self, x: Tensor, own: Tensor, other: Tensor | None = None, seen: Tensor | None = None, training: bool = False
    ) -> Tensor:
        """[batch, n, units] to the same.

        Args:
            x: The sequence.
            own: [batch, n, n] bool: what of itself each position sees.
            other: [batch, m, units], for a crossed block.
            seen: [batch, n, m] bool: what of it each position sees; where that is nothing, nothing is added.
        """
        normed = self.norms[0](x)
        x = x + self.dropout(self.attend(normed, normed, attention_mask=own), training=training)
        if self.cross is not None:
            assert other is not None
            assert seen is not None
            any_seen = ops.cast(ops.any(seen, axis=-1, keepdims=True), x.dtype)
            crossed = self.cross(self.norms[2](x), other, attention_mask=seen) * any_seen
            x = x + self.dropout(crossed, training=training)
        return x + self.dropout(self.outer(self.inner(self.norms[1](x))), training=training)


class Transformer(Seq2Seq):
    """An encoder-decoder over the layout of ``chatbot.text.template``, all replies of a dialogue at once.

    The encoder lets a position see its own turn and those before it, in both directions within the turn; the decoder
    sees its own reply up to itself, and of the encoder what stands before the reply.  So no reply sees itself.

    Args:
        config: ``units`` is the width of the model; ``cell`` is not looked at.
    """

    def __init__(self, config: ModelConfig) -> None:
        keras.Model.__init__(self, name="transformer")  # Seq2Seq's own would make recurrent layers
        self.config = config
        self.label_smoothing = 0.0
        units, size = config.units, config.embedding_size
        self.embedding = keras.layers.Embedding(
            config.vocabulary_size,
            size,
            embeddings_initializer=keras.initializers.RandomNormal(stddev=size**-0.5),
            name="embedding",
        )
        self.enter = keras.layers.Dense(units, name="enter")
        self.reading = [Block(units, config.dropout, False, name=f"read_{n}") for n in range(config.layers)]
        self.speaking = [Block(units, config.dropout, True, name=f"speak_{n}") for n in range(config.layers)]
        self.last_norm = keras.layers.LayerNormalization(name="last_norm")
        self.read_norm = keras.layers.LayerNormalization(name="read_norm")
        self.pointer = GeneralAttention(name="pointer")
        self.readout = keras.layers.Dense(size, activation="tanh", name="readout")
        self.gate = keras.layers.Dense(1, name="gate")
        self.word_dropout = keras.layers.Dropout(config.word_dropout, noise_shape=(None, None, 1), name="word_dropout")
        self.loss_tracker = keras.metrics.Mean(name="loss")
        self.word_perplexity = WordPerplexity(name="word_perplexity")
        self._build_all()

    def _build_all(self) -> None:
        units, size = self.config.units, self.config.embedding_size
        self.embedding.build((None, None))
        self.enter.build((None, None, size))
        for layer in (*self.reading, *self.speaking, self.last_norm, self.read_norm):
            layer.build((None, None, units))
        self.pointer.build((None, None, units), (None, None, units))
        for layer in (self.readout, self.gate):
            layer.build((None, None, 2 * units))
        self.bias = self.add_weight(shape=(self.config.vocabulary_size,), initializer="zeros", name="bias")
        self.built = True

    def call(self, inputs: dict[str, Tensor], training: bool = False) -> Tensor:
        """As ``Seq2Seq.call``: the log-likelihood of each next piece that is asked for."""
        ids, asked = inputs["ids"], inputs.get("asked")
        decoded = self.decoded(ids, inputs["starts"], training=training)
        smoothing = self.label_smoothing if training else 0.0
        if asked is None:
            cut = [part[:, :-1] for part in (decoded.features, decoded.copy, decoded.pointer)]
            targets = ids[:, 1:]
        else:
            cut = [_rows(part, asked) for part in (decoded.features, decoded.copy, decoded.pointer)]
            targets = _rows(ids, asked + 1)
        decoded = decoded._replace(features=cut[0], copy=cut[1], pointer=cut[2])
        return self._log_likelihood(decoded, ids, targets, smoothing)

    def decoded(self, ids: Tensor, starts: Tensor, training: bool = False) -> Decoded:
        """What is made of every position [batch, positions]; in training of all replies at once."""
        places = ops.arange(ops.shape(ids)[1])
        first = ops.expand_dims(starts, -1)
        turn_or_before = ops.expand_dims(starts, 1) <= first
        within = ops.logical_and(places >= first, places <= places[:, None])
        before = self._visible(starts, places)
        embedded = self.word_dropout(self.embed(ids), training=training)
        x = self.enter(embedded) + sines(ops.shape(ids)[1], self.config.units)
        memory, said = x, x
        for block in self.reading:
            memory = block(memory, turn_or_before, training=training)
        memory = self.read_norm(memory)
        for block in self.speaking:
            said = block(said, within, memory, before, training=training)
        said = self.last_norm(said)
        context, weights = self.pointer(said, memory, before)
        outputs = ops.concatenate([said, context], axis=-1)
        return Decoded(self.readout(outputs), ops.squeeze(self.gate(outputs), -1), weights, (), weights)


class Looker(keras.Model):
    """The yardstick of the synthetic task: a block, of which the last step alone is made since no other is read, and a
    linear reading of that.

    Args:
        features: Of its inputs.
        symbols: That it may name.
        target: Parameters that it is to have; its width comes of that.
        wide: Features of the inner layer, by which they are matched.
    """

    def __init__(self, features: int, symbols: int, target: int, wide: int) -> None:
        super().__init__(name="looker")
        width = max(HEADS, HEADS * round((target / 12) ** 0.5 / HEADS))  # the inner layer is about four times as wide
        self.enter = keras.layers.Dense(width, name="enter")
        self.attend = keras.layers.MultiHeadAttention(HEADS, width // HEADS, name="attend")
        self.norms = [keras.layers.LayerNormalization(name=f"norm_{number}") for number in range(2)]
        self.inner = keras.layers.Dense(wide, activation="gelu", name="inner")
        self.outer = keras.layers.Dense(width, name="outer")
        self.readout = keras.layers.Dense(symbols, name="readout")
        self.enter.build((None, None, features))
        self.attend.build((None, None, width), (None, None, width))
        for layer in (*self.norms, self.inner, self.readout):
            layer.build((None, None, width))
        self.outer.build((None, None, wide))
        self.built = True

    def call(self, inputs: Any) -> Any:
        """From inputs [batch, time, features] to logits [batch, symbols]."""
        x = self.enter(inputs) + sines(ops.shape(inputs)[1], self.enter.units)
        seen, last = self.norms[0](x), x[:, -1:]
        last = last + self.attend(seen[:, -1:], seen)
        last = last + self.outer(self.inner(self.norms[1](last)))
        return self.readout(last)[:, 0]


def sines(count: Any, units: int) -> Tensor:
    """The sines of Vaswani et al. 2017, section 3.5: [count, units]."""
    rates = 10000.0 ** (-2 * (np.arange(units) // 2) / units)
    phases = (np.arange(units) % 2) * (np.pi / 2)  # a cosine is a sine a quarter earlier
    angles = ops.cast(ops.arange(count), "float32")[:, None] * rates.astype(np.float32) + phases.astype(np.float32)
    return ops.sin(angles)


def _rows(sequence: Tensor, places: Tensor) -> Tensor:
    """What stands at places [batch, n] of a sequence [batch, time, …]: [batch, n, …]."""
    index = places if len(sequence.shape) == 2 else ops.expand_dims(places, -1)
    return ops.take_along_axis(sequence, index, axis=1)
