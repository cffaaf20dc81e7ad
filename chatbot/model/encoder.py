"""The encoder: reads the conversation once, turn by turn, and leaves a state and an annotation for each piece."""

from __future__ import annotations

from typing import Any

import keras

from chatbot.config import ModelConfig
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

    def build(self, embedded_shape: tuple[int | None, ...]) -> None:
        """Make the weights for embedded pieces [batch, time, embedding_size]."""
        features = embedded_shape[-1]
        for layer in self.recurrent:
            layer.build((None, None, features))
            features = self.config.units

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

    def initial_states(self, batch: Any) -> tuple[States, ...]:
        """For each layer the states of an empty conversation: zeros [batch, units]."""
        return tuple(tuple(layer.cell.get_initial_state(batch)) for layer in self.recurrent)
