"""The recurrent layer: any cell of ours in the place of ``keras.layers.RNN``, run by our time loop."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from chatbot.errors import LayerError
from chatbot.layers import loop, steps
from chatbot.layers.cells.base import Cell, States, Tensor
from chatbot.layers.plan import Plan, Restarts, Unfolded


@keras.saving.register_keras_serializable(package="chatbot")
class Recurrent(keras.layers.RNN):
    """Runs a cell over inputs [batch, time, features].

    Arguments and results are those of ``keras.layers.RNN``; masks, ``stateful``, ``return_state`` and serialisation
    come from it.  Only the loop over time is ours (``inner_loop``, as Keras's own LSTM does for cuDNN).  ``unroll``
    changes nothing but what Keras checks for it: an unrolled loop was measured to be slower, and compiles for long.

    Args:
        cell: A cell of ``chatbot.layers``.
        *args: As for ``keras.layers.RNN``.
        bptt_steps: Truncated back-propagation through time (Williams & Peng 1990): the state's gradient does not flow
            across multiples of this many steps.  None: it flows through all of them.
        recompute: Keep no gates for the backward pass but make them again from the states: less memory, more time, the
            same gradients.  Only for cells with a one-step gradient of their own.
        **kwargs: As for ``keras.layers.RNN``.

    Raises:
        LayerError: if ``cell`` is not one of our cells, ``bptt_steps`` is no positive integer, or ``recompute`` is
            asked of a cell that cannot; when called: if inputs or states have another shape than the cell's.
    """

    def __init__(
        self, cell: Cell, *args: Any, bptt_steps: int | None = None, recompute: bool = False, **kwargs: Any
    ) -> None:
        if not isinstance(cell, Cell):
            raise LayerError(
                f"{type(self).__name__}: a cell of type {type(cell).__name__}",
                expected="a cell of chatbot.layers",
                remedy="use chatbot.layers.make_cell, or keras.layers.RNN for cells of other kinds",
            )
        super().__init__(cell, *args, **kwargs)
        if bptt_steps is not None and (not isinstance(bptt_steps, int) or bptt_steps < 1):
            raise self._error(f"bptt_steps = {bptt_steps!r}", "a whole number of at least 1, or None", "bptt_steps")
        if self.unroll and (bptt_steps or recompute):
            raise self._error("unroll=True", "unroll=False with bptt_steps or recompute", "one of them")
        if recompute and (not cell.fused or cell.recurrent_dropout > 0 or hasattr(cell, "dropout_mask_count")):
            kind = f"recompute=True with a {type(cell).__name__} of these options"
            raise self._error(kind, "a cell whose gradient is its own, with its standard functions", "recompute")
        self.bptt_steps, self.recompute = bptt_steps, recompute

    def _error(self, received: str, expected: str, change: str) -> LayerError:
        return LayerError(f"{self.name}: {received}", expected=expected, remedy=f"change {change}")

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Make the weights for inputs [batch, time, features]."""
        self._check_shape(tuple(sequences_shape))
        super().build(sequences_shape, initial_state_shape)

    def _check_shape(self, shape: tuple[int | None, ...]) -> None:
        features = self.cell.input_features if self.cell.built else None
        if len(shape) != 3 or shape[1] == 0 or shape[-1] is None or features not in (None, shape[-1]):
            expected = f"(batch, time, {features or 'features'}) with at least one step"
            raise self._error(f"inputs of shape {shape}", expected, "the inputs, or the layer's")

    def _check_beside(self, sequences: Tensor, initial_state: Any, mask: Tensor | None) -> None:
        batch, time = sequences.shape[:2]
        if mask is not None and not _may_be(tuple(mask.shape), (batch, time)):
            raise self._error(f"a mask of shape {tuple(mask.shape)}", f"(batch, time) = {(batch, time)}", "the mask")
        if initial_state is None:
            return
        parts = list(initial_state) if isinstance(initial_state, list | tuple) else [initial_state]
        shapes = [tuple(part.shape) for part in parts]
        names, units = self.cell.state_names, self.cell.units
        if len(parts) != len(names) or not all(_may_be(shape, (batch, units)) for shape in shapes):
            wanted = ", ".join(f"{name} (batch, {units})" for name in names)
            raise self._error(f"an initial state of shapes {shapes}", f"{wanted}, batch {batch}", "the state")

    def call(
        self, sequences: Tensor, initial_state: Any = None, mask: Tensor | None = None, training: bool = False
    ) -> Any:
        """As ``keras.layers.RNN.call``: inputs [batch, time, features] to outputs, and states if asked for."""
        self._check_shape(tuple(sequences.shape))
        self._check_beside(sequences, initial_state, mask[0] if isinstance(mask, list | tuple) else mask)
        return super().call(sequences, initial_state=initial_state, mask=mask, training=training)

    def compute_output_shape(self, sequences_shape: Any, initial_state_shape: Any = None) -> Any:
        """As ``keras.layers.RNN``; it is what a symbolic call asks instead of calling."""
        self._check_shape(tuple(sequences_shape))
        return super().compute_output_shape(sequences_shape, initial_state_shape)

    def unfold(
        self, inputs: Tensor, initial: States, *, mask: Tensor | None = None, restarts: Restarts | None = None
    ) -> States:
        """The states after every step, each [batch, time, units]; the first is the output sequence.

        Args:
            inputs: [batch, time, features].
            initial: The states before the first step, each [batch, units].
            mask: [batch, time] bool; where False, the state is held.
            restarts: Where the state is replaced before a step.
        """
        if inputs.shape[1] == 1 and mask is None and restarts is None:  # one step needs no loop: talking, export
            after = self.cell.step(self.cell.project(inputs[:, 0]), tuple(initial))
            return tuple(ops.expand_dims(state, 1) for state in after)
        return self._run(inputs, tuple(initial), Plan(mask, restarts, self.bptt_steps, self.recompute)).sequences

    def inner_loop(
        self, sequences: Tensor, initial_state: Any, mask: Tensor | None, training: bool = False
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """(last output, all outputs if they are wanted, last states), as ``keras.layers.RNN.call`` expects them."""
        mask = mask[0] if isinstance(mask, list | tuple) else mask
        masks = self.cell.masks(sequences[:, 0], initial_state[0], training)
        if self.go_backwards:
            sequences = ops.flip(sequences, axis=1)
            mask = None if mask is None else ops.flip(mask, axis=1)
        wanted = 1 if self.return_sequences else 0
        plan = Plan(mask, None, self.bptt_steps, self.recompute, wanted)
        after = self._run(sequences, tuple(initial_state), plan, *masks)
        last = after.last[0]
        outputs = after.sequences[0] if wanted else ops.expand_dims(last, 1)
        if mask is not None:
            # Keras gives zeros for a masked step before the first unmasked one, not the initial state.
            mask = ops.cast(mask, "bool")
            kept = mask if self.zero_output_for_mask else ops.cumsum(ops.cast(mask, "int32"), axis=1) > 0
            outputs = _zero_elsewhere(outputs, kept if wanted else kept[:, -1:])
            last = outputs[:, -1]
        return last, outputs, list(after.last)

    def _run(
        self, inputs: Tensor, initial: States, plan: Plan, input_masks: Any = None, state_masks: Any = None
    ) -> Unfolded:
        if plan.mask is not None:  # whatever stands in a masked step, NaN included, must not be computed with
            inputs = _zero_elsewhere(inputs, plan.mask)
        one_mask = not isinstance(input_masks, list)
        if self.cell.fused and state_masks is None and one_mask:
            if input_masks is not None:
                inputs = ops.multiply(inputs, ops.expand_dims(input_masks, 1))
            return loop.run(self.cell, inputs, initial, plan)
        if input_masks is not None:  # the same at every step
            input_masks = (
                ops.expand_dims(input_masks, 1) if one_mask else [ops.expand_dims(part, 1) for part in input_masks]
            )
        projected = self.cell.project(inputs, input_masks)
        return self.cell.at_once(projected, initial, plan) or steps.run_any(
            self.cell, projected, initial, plan, state_masks
        )

    def get_config(self) -> dict[str, Any]:
        """What ``from_config`` needs to build the same layer, without its weights."""
        return {**super().get_config(), "bptt_steps": self.bptt_steps, "recompute": self.recompute}


def _may_be(shape: tuple[int | None, ...], wanted: tuple[int | None, ...]) -> bool:
    """Whether the shapes agree where both are known."""
    return len(shape) == len(wanted) and all(None in (a, b) or a == b for a, b in zip(shape, wanted, strict=True))


def _zero_elsewhere(sequence: Tensor, kept: Tensor) -> Tensor:
    return ops.where(ops.expand_dims(ops.cast(kept, "bool"), -1), sequence, ops.zeros_like(sequence))
