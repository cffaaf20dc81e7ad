"""The recurrent layer: any cell of ours in the place of ``keras.layers.RNN``, run by our time loop."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from chatbot.errors import UsageError
from chatbot.layers import loop
from chatbot.layers.cells import Cell
from chatbot.layers.cells.base import States, Tensor


@keras.saving.register_keras_serializable(package="chatbot")
class Recurrent(keras.layers.RNN):
    """Runs a cell over inputs [batch, time, features].

    Arguments and results are those of ``keras.layers.RNN``; masks, ``stateful``, ``go_backwards``, ``return_state`` and
    serialisation come from it.  Only the loop over time is ours (``inner_loop``, as Keras's own LSTM does for cuDNN).

    Args:
        cell: A cell of ``chatbot.layers``.
        **kwargs: As for ``keras.layers.RNN``.

    Raises:
        UsageError: if ``cell`` is not one of our cells.
    """

    def __init__(self, cell: Cell, **kwargs: Any) -> None:
        if not isinstance(cell, Cell):
            raise UsageError(
                f"Recurrent: a cell of type {type(cell).__name__}",
                expected="a cell of chatbot.layers",
                remedy="use chatbot.layers.make_cell, or keras.layers.RNN for cells of other kinds",
            )
        super().__init__(cell, **kwargs)

    def unfold(
        self,
        inputs: Tensor,
        initial: States,
        *,
        mask: Tensor | None = None,
        restarts: loop.Restarts | None = None,
    ) -> States:
        """The states after every step, each [batch, time, units]; the first is the output sequence.

        Args:
            inputs: [batch, time, features].
            initial: The states before the first step, each [batch, units].
            mask: [batch, time] bool; where False, the state is held.
            restarts: Where the state is replaced before a step.
        """
        if inputs.shape[1] == 1 and mask is None and restarts is None:  # one step needs no loop: talking, export
            _, states = self.cell(inputs[:, 0], initial)
            return tuple(ops.expand_dims(state, 1) for state in states)
        return loop.run(self.cell, self.cell.project(inputs), initial, mask=mask, restarts=restarts)

    def inner_loop(
        self, sequences: Tensor, initial_state: list[Tensor], mask: Tensor | None, training: bool = False
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """(last output, all outputs, last states), as ``keras.layers.RNN.call`` expects them."""
        if self.go_backwards:
            sequences = ops.flip(sequences, axis=1)
            mask = None if mask is None else ops.flip(mask, axis=1)
        states = self.unfold(sequences, tuple(initial_state), mask=mask)
        outputs = states[0]
        if mask is not None:
            # Keras gives zeros for a masked step before the first unmasked one, not the initial state.
            kept = mask if self.zero_output_for_mask else ops.cumsum(ops.cast(mask, "int32"), axis=1) > 0
            outputs = ops.where(ops.expand_dims(kept, -1), outputs, ops.zeros_like(outputs))
        return outputs[:, -1], outputs, [part[:, -1] for part in states]
