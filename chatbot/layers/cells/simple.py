"""The vanilla recurrent cell (Elman 1990): the state is squashed anew at every step, so it forgets."""

from __future__ import annotations

from typing import Any, ClassVar

import keras

from chatbot.layers.cells import options
from chatbot.layers.cells.base import Cell, States, Tensor
from chatbot.layers.cells.derivatives import through_tanh


@keras.saving.register_keras_serializable(package="chatbot")
class SimpleRNNCell(Cell):
    """Elman 1990, "Finding structure in time".

        h(t) = tanh(x(t) W + b + h(t-1) U)

    The gradient of one step is ∂h(t)/∂h(t-1) = diag(1 - h(t)²) Uᵀ; over many steps these products vanish or explode
    (Bengio et al. 1994), which is what the gated cells mend.
    """

    OPTIONS: ClassVar[dict[str, Any]] = {
        "activation": "tanh",
        "use_bias": True,
        **options.WEIGHTS,
        **options.DROPOUT,
        "seed": None,
    }
    dropout_seed_first: ClassVar[bool] = True

    @property
    def fused(self) -> bool:
        """The gradient below is that of tanh."""
        return super().fused and self.activation is keras.activations.tanh

    def masks(self, inputs: Tensor, state: Tensor, training: bool) -> tuple[Any, Any]:
        """As ``Cell.masks``, but to drop everything is possible, as in Keras's vanilla cell and in no other."""
        of_inputs = self.get_dropout_mask(inputs) if training and self.dropout > 0 else None
        of_state = self.get_recurrent_dropout_mask(state) if training and self.recurrent_dropout > 0 else None
        return of_inputs, of_state

    def advance(self, sums: tuple[Tensor, ...], states: States) -> States:
        """The next state."""
        return (self.activation(sums[0]),)

    def advance_traced(self, sums: tuple[Tensor, ...], states: States) -> tuple[States, States]:
        """The next state, which is also all that the gradient needs."""
        after = self.advance(sums, states)
        return after, after

    def backward(self, trace: States, states: States, gradients: States) -> tuple[tuple[Tensor, ...], States]:
        """∂z = ∂h ∘ (1 - h²), for z = x W + b + h(t-1) U."""
        (h,) = trace
        return (through_tanh(h, gradients[0]),), (None,)
