"""Keras's own cells and time loop in the place of ours, so that the whole model can be compared with the same model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from chatbot.config import ModelConfig
from chatbot.layers import Restarts
from chatbot.layers.cells.base import States, Tensor

CELLS = {"rnn": keras.layers.SimpleRNNCell, "gru": keras.layers.GRUCell, "lstm": keras.layers.LSTMCell}


class _AllStatesCell(keras.layers.Layer):
    """A cell of Keras whose output is all parts of its state, and whose state the inputs can replace before a step.

    Keras's layers give only the outputs of every step, and know no restarts.  Where there are restarts, the inputs are
    [batch, features + 1 + parts × units]: what the cell reads, the flag (1 replaces the state), and by what.
    """

    def __init__(self, cell: keras.layers.Layer, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cell = cell
        self.state_size = cell.state_size
        self.output_size = sum(keras.tree.flatten(cell.state_size))

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.features = input_shape[-1]
        self.cell.build(input_shape)

    def call(self, inputs: Tensor, states: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
        if inputs.shape[-1] > self.features:
            inputs, flag, new = ops.split(inputs, [self.features, self.features + 1], axis=-1)
            parts = zip(ops.split(new, len(states), axis=-1), states, strict=True)
            states = [ops.where(flag > 0.5, replacing, state) for replacing, state in parts]
        _, after = self.cell(inputs, list(states))
        return ops.concatenate(after, axis=-1), list(after)

    def get_initial_state(self, batch_size: Any = None) -> list[Tensor]:
        return list(self.cell.get_initial_state(batch_size))


class KerasRecurrent(keras.layers.Layer):
    """``keras.layers.RNN`` with the interface that the model uses of ``chatbot.layers.Recurrent``.

    On a CPU ``keras.layers.LSTM`` and the others are this too: ``keras.layers.RNN`` around their cell.

    Args:
        cell: A cell of ``keras.layers``.
    """

    def __init__(self, cell: keras.layers.Layer, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rnn = keras.layers.RNN(_AllStatesCell(cell), return_sequences=True)

    @property
    def cell(self) -> keras.layers.Layer:
        """The cell of Keras."""
        return self.rnn.cell.cell

    def build(self, inputs_shape: tuple[int | None, ...]) -> None:
        """Make the weights for inputs [batch, time, features]."""
        self.rnn.build(inputs_shape)

    def unfold(
        self, inputs: Tensor, initial: States, *, mask: Tensor | None = None, restarts: Restarts | None = None
    ) -> States:
        """The states after every step, as ``chatbot.layers.Recurrent.unfold``; the model never gives a mask."""
        assert mask is None, "what Keras gives for masked steps at the start is not what unfold promises"
        if restarts is not None:
            flags = ops.expand_dims(ops.cast(restarts.flags, inputs.dtype), -1)
            inputs = ops.concatenate([inputs, flags, *restarts.states], axis=-1)
        sequences = self.rnn(inputs, initial_state=list(initial))
        return tuple(ops.split(sequences, len(initial), axis=-1))


def make_keras_recurrent(config: ModelConfig, name: str) -> KerasRecurrent:
    """What ``chatbot.model.Seq2Seq`` takes as ``make_recurrent``."""
    return KerasRecurrent(CELLS[config.cell](config.units, name="cell"), name=name)
