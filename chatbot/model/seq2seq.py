"""The dialogue model: encoder and decoder around one embedding table, and the loss they are trained with."""

from __future__ import annotations

import functools
from typing import Any

import keras
from keras import ops

from chatbot.config import ModelConfig
from chatbot.errors import LayerError
from chatbot.layers import Restarts
from chatbot.layers.cells.base import Tensor
from chatbot.model.decoder import Decoded, Decoder
from chatbot.model.encoder import Encoder
from chatbot.model.likelihood import log_likelihood
from chatbot.model.metrics import WordPerplexity
from chatbot.model.recurrent import MakeRecurrent, make_recurrent

_FAINT = 1e-3
"""Share of the attention below which it is all the same how little is looked somewhere."""
_TINY = 1e-9
"""Stands for the probability of copying a piece that is nowhere to be copied from, whose logarithm is not finite."""


class Seq2Seq(keras.Model):
    """A recurrent encoder-decoder (Sutskever et al. 2014), attention (Luong et al. 2015) and copying (See et al. 2017).

    A dialogue is encoded once.  Each reply in it is decoded from the encoder's state just before it, looks at the last
    ``memory_positions`` annotations before it, and its pieces are scored as a mixture of choosing freely and copying.

    Args:
        config: Everything about the shape of the network; the weights are made at once.
        make_recurrent: What makes the recurrent layers of encoder and decoder.
    """

    def __init__(self, config: ModelConfig, *, make_recurrent: MakeRecurrent = make_recurrent, **kwargs: Any) -> None:
        super().__init__(name="seq2seq", **kwargs)
        self.config = config
        self.label_smoothing = 0.0
        """Share of the probability that training spreads over all pieces (Szegedy et al. 2016, section 7)."""
        self.guidance = 0.0
        """Weight in training of where the decoder should look (Mi et al. 2016), where ``guide`` says it."""
        # A standard deviation of 1/√size lets the transposed table start as well-scaled logits.
        self.embedding = keras.layers.Embedding(
            config.vocabulary_size,
            config.embedding_size,
            embeddings_initializer=keras.initializers.RandomNormal(stddev=config.embedding_size**-0.5),
            name="embedding",
        )
        self.encoder = Encoder(config, make_recurrent=make_recurrent, name="encoder")
        tied_to = self.encoder.recurrent if config.tied else None
        self.decoder = Decoder(config, tied_to=tied_to, make_recurrent=make_recurrent, name="decoder")
        self.word_dropout = keras.layers.Dropout(config.word_dropout, noise_shape=(None, None, 1), name="word_dropout")
        self.loss_tracker = keras.metrics.Mean(name="loss")
        self.word_perplexity = WordPerplexity(name="word_perplexity")
        self.embedding.build((None, None))
        self.encoder.build((None, None, config.embedding_size))
        self.decoder.build((None, None, config.embedding_size))
        self.bias = self.add_weight(shape=(config.vocabulary_size,), initializer="zeros", name="bias")
        self.built = True

    def call(self, inputs: dict[str, Tensor], training: bool = False) -> Tensor:
        """Score dialogues.

        Args:
            inputs: ``ids`` and ``starts``, int32 [batch, positions], of ``chatbot.text.template.Layout``, padded at
                the end; what stands in the padding changes nothing before it.  With ``asked``, int32 [batch, n], only
                the pieces after these positions are scored, which saves the work for all others.  ``guide``, of the
                same shape, is only for training with ``guidance``: see ``train.dataset``.

        Returns:
            The log-likelihood (natural) of each next piece, float32 [batch, positions - 1 or n].
        """
        ids, starts, asked = inputs["ids"], inputs["starts"], inputs.get("asked")
        embedded = self.word_dropout(self.embed(ids), training=training)
        initial = self.encoder.initial_states(ops.shape(ids)[0])
        encoded = self.encoder(embedded, initial, training=training)
        positions = ops.arange(ops.shape(ids)[1])
        annotations, smoothing = encoded[-1][0], self.label_smoothing if training else 0.0
        if self.config.lookback:
            annotations += self.encoder.look_back(embedded, _ends(starts), training=training)
        targets = ids[:, 1:] if asked is None else _rows(ids, asked + 1)
        if self.config.tied:  # the same layers from the same states over the same pieces: they need not run twice
            queries, first = (t[:, :-1] if asked is None else _rows(t, asked) for t in (encoded[-1][0], starts))
            decoded = self.decoder.speak(queries, annotations, self._visible(first, positions), training=training)
        else:
            visible = self._visible(starts, positions)
            flags = ops.equal(starts, positions)
            restarts = tuple(
                Restarts(flags, tuple(_one_later(s, first) for s, first in zip(layer, states, strict=True)))
                for layer, states in zip(encoded, initial, strict=True)
            )
            decoded = self.decoder(embedded, initial, annotations, visible, restarts=restarts, training=training)
            scored = decoded.features, decoded.copy, decoded.pointer, decoded.attention
            features, copy, pointer, looked = (t[:, :-1] if asked is None else _rows(t, asked) for t in scored)
            decoded = decoded._replace(features=features, copy=copy, pointer=pointer, attention=looked)
        if training and self.guidance and asked is not None:
            self.add_loss(self.guidance * self._astray(decoded.attention, starts, inputs["guide"]))
        return self._log_likelihood(decoded, ids, targets, smoothing)

    def _astray(self, attention: Tensor, starts: Tensor, guide: Tensor) -> Tensor:
        """How little the decoder looks where it should: the sum of the negative logarithms of that share.

        Args:
            attention: [batch, n, positions].
            starts: [batch, positions]: where the turn of each position starts.
            guide: [batch, n]: where the turn starts that should be looked at; -1 if nothing should, -2 if that is not
                known.
        """
        attention, guide = ops.cast(attention, "float32"), ops.expand_dims(guide, -1)
        there = ops.sum(ops.where(ops.equal(ops.expand_dims(starts, 1), guide), attention, 0.0), axis=-1)
        guide = guide[..., 0]
        share = ops.where(guide >= 0, there, 1.0 - ops.sum(attention, axis=-1))
        return -ops.sum(ops.where(guide >= -1, ops.log(share + _FAINT), 0.0))

    def embed(self, ids: Tensor) -> Tensor:
        """The embeddings of ids [batch, n], scaled to unit variance: [batch, n, embedding_size].

        Raises:
            LayerError: if the ids are no whole numbers by their type: Keras would round them without a word.
        """
        dtype = keras.backend.standardize_dtype(ids.dtype)
        if not keras.backend.is_int_dtype(dtype):
            raise LayerError(
                f"{self.name}: {dtype} ids",
                expected="integer ids",
                remedy='give what a tokenizer makes, or cast with keras.ops.cast(ids, "int32")',
            )
        return ops.multiply(self.embedding(ids), self.config.embedding_size**0.5)

    def logits(self, features: Tensor) -> Tensor:
        """Scores of the next piece [batch, n, vocabulary] by the transposed embedding table (Press & Wolf 2017)."""
        return ops.add(ops.matmul(features, ops.transpose(self.embedding.embeddings)), self.bias)

    def _visible(self, starts: Tensor, positions: Tensor) -> Tensor:
        """[batch, positions, positions] bool: a reply sees the last ``memory_positions`` annotations before it."""
        first = ops.expand_dims(starts, -1)
        return ops.logical_and(positions < first, positions >= first - self.config.memory_positions)

    def _log_likelihood(self, decoded: Decoded, ids: Tensor, targets: Tensor, smoothing: float) -> Tensor:
        # Sums over thousands of probabilities need float32, also where all before was computed in half of it.
        whole = functools.partial(ops.cast, dtype="float32")
        features, table, bias = whole(decoded.features), whole(self.embedding.embeddings), whole(self.bias)
        products = "bfloat16" if self.compute_dtype == "bfloat16" else None  # the range of float16 would not do
        free, mean = log_likelihood(features, table, bias, targets, products)
        same = ops.equal(ops.expand_dims(targets, -1), ops.expand_dims(ids, 1))
        copied = ops.sum(ops.where(same, whole(decoded.pointer), 0.0), axis=-1)
        gate = whole(decoded.copy)
        mixed = ops.logaddexp(ops.log_sigmoid(-gate) + free, ops.log_sigmoid(gate) + ops.log(copied + _TINY))
        return (1.0 - smoothing) * mixed + smoothing * mean if smoothing else mixed

    def weights_to_save(self) -> list[Any]:
        """The variables that make the model what it is: neither metrics nor random states."""
        return list(self.trainable_variables)

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Tensor:
        """Negative log-likelihood per counted piece, so that neither padding nor first turns are averaged in.

        ``x`` also holds ``counted`` (float, of the shape of ``y_pred``) and ``words`` [batch]: words of the replies and
        one end for each, which perplexity is counted in.
        """
        counted = x["counted"]
        total = -ops.sum(y_pred * counted)
        pieces = ops.maximum(ops.sum(counted), 1.0)
        loss = total / pieces
        self.loss_tracker.update_state(loss, sample_weight=pieces)
        self.word_perplexity.update_state(total, ops.sum(x["words"]))
        return loss + sum(self.losses) / pieces if training and self.losses else loss

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Tensor]:
        """Loss per piece and word perplexity so far."""
        return {metric.name: metric.result() for metric in self.metrics}

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """What ``fit`` reports and resets with every epoch."""
        return [self.loss_tracker, self.word_perplexity]


def _ends(starts: Tensor) -> Tensor:
    """Which positions are the last of their turns, from where the turns start: [batch, positions] bool."""
    return ops.pad(ops.not_equal(starts[:, 1:], starts[:, :-1]), ((0, 0), (0, 1)), constant_values=True)


def _one_later(sequence: Tensor, first: Tensor) -> Tensor:
    """States after every piece [batch, time, units] to states *before* every piece."""
    return ops.concatenate([ops.expand_dims(first, 1), sequence[:, :-1]], axis=1)


def _rows(sequence: Tensor, places: Tensor) -> Tensor:
    """What stands at places [batch, n] of a sequence [batch, time, …]: [batch, n, …]."""
    shape = ops.shape(sequence)
    flat = ops.reshape(sequence, (-1, *shape[2:]))
    return ops.take(flat, places + shape[1] * ops.arange(shape[0], dtype=places.dtype)[:, None], axis=0)
