"""The encoder: reads the conversation once, turn by turn, and leaves a state and an annotation for each piece."""

from __future__ import annotations

import dataclasses
from typing import Any

import keras
from keras import ops

from chatbot.config import ModelConfig
from chatbot.layers import Restarts
from chatbot.layers.cells.base import States, Tensor
from chatbot.model.recurrent import MakeRecurrent, make_recurrent


class Encoder(keras.layers.Layer):
    """Recurrent layers on top of each other; the outputs of the last are the annotations.

    Nothing about a conversation is kept here: the states go in and come out, so a turn read from the state that the
    last one left gives what reading both at once would.
    """

    def __init__(self, config: ModelConfig, *, make_recurrent: MakeRecurrent = make_recurrent, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.config = config
        self.recurrent = [make_recurrent(config, f"recurrent_{number}") for number in range(config.layers)]
        self.dropout = keras.layers.Dropout(config.dropout, name="dropout")
        self.lookback, self.behind = None, None
        if config.lookback:
            self.lookback = make_recurrent(dataclasses.replace(config, units=config.lookback), "lookback")
            self.behind = keras.layers.Dense(config.units, use_bias=False, name="behind")

    def build(self, embedded_shape: tuple[int | None, ...]) -> None:
        """Make the weights for embedded pieces [batch, time, embedding_size]."""
        features = embedded_shape[-1]
        for layer in self.recurrent:
            layer.build((None, None, features))
            features = self.config.units
        if self.lookback is not None and self.behind is not None:
            self.lookback.build((None, None, embedded_shape[-1]))
            self.behind.build((None, None, self.config.lookback))

    def call(self, embedded: Tensor, initial: tuple[States, ...], training: bool = False) -> tuple[States, ...]:
        """The states after every piece.

        Args:
            embedded: [batch, time, embedding_size].
            initial: For each layer its states before the first piece, each [batch, units].

        Returns:
            For each layer its states after every piece, each [batch, time, units]; the first of the last layer's are
            the annotations.
        """
        sequences = []
        outputs = embedded
        for layer, states in zip(self.recurrent, initial, strict=True):
            outputs = self.dropout(outputs, training=training)
            after = layer.unfold(outputs, states)
            sequences.append(after)
            outputs = after[0]
        return tuple(sequences)

    def look_back(self, embedded: Tensor, ends: Tensor, training: bool = False) -> Tensor:
        """What the annotations know of the rest of their turns, to be added to the states of the last layer.

        Args:
            embedded: As for ``call``.
            ends: [batch, time] bool: the last pieces of turns.

        Returns:
            [batch, time, units].
        """
        assert self.lookback is not None
        assert self.behind is not None
        turned = ops.flip(self.dropout(embedded, training=training), axis=1)
        nothing = tuple(self.lookback.cell.get_initial_state(ops.shape(embedded)[0]))
        anew = tuple(ops.broadcast_to(part[:, None], (*ops.shape(turned)[:2], part.shape[-1])) for part in nothing)
        after = self.lookback.unfold(turned, nothing, restarts=Restarts(ops.flip(ends, axis=1), anew))
        return self.behind(ops.flip(after[0], axis=1))

    def look_back_step(self, embedded: Tensor, states: States) -> tuple[States, Tensor]:
        """As ``look_back`` for one piece [batch, 1, embedding_size]: the states after it, and [batch, 1, units]."""
        assert self.lookback is not None
        assert self.behind is not None
        after = self.lookback.unfold(embedded, states)
        return after, self.behind(after[0])

    def initial_states(self, batch: Any) -> tuple[States, ...]:
        """For each layer the states of an empty conversation: zeros [batch, units]."""
        return tuple(tuple(layer.cell.get_initial_state(batch)) for layer in self.recurrent)
