"""The vanilla recurrent cell (Elman 1990): the state is squashed anew at every step, so it forgets."""

from __future__ import annotations

from typing import ClassVar

import keras
from keras import ops

from chatbot.layers.cells.base import Cell, States, Tensor


@keras.saving.register_keras_serializable(package="chatbot")
class SimpleRNNCell(Cell):
    """Elman 1990, "Finding structure in time".

        h(t) = tanh(x(t) W + b + h(t-1) U)

    The gradient of one step is ∂h(t)/∂h(t-1) = diag(1 - h(t)²) Uᵀ; over many steps these products vanish or explode
    (Bengio et al. 1994), which is what the gated cells mend.
    """

    gates: ClassVar[int] = 1
    state_names: ClassVar[tuple[str, ...]] = ("h",)
    has_backward: ClassVar[bool] = True

    def advance(self, projected: Tensor, product: Tensor, states: States) -> States:
        """The next state."""
        return (ops.tanh(ops.add(projected, product)),)

    def advance_traced(self, projected: Tensor, product: Tensor, states: States) -> tuple[States, States]:
        """The next state, which is also all that the gradient needs."""
        after = self.advance(projected, product, states)
        return after, after

    def backward(self, trace: States, states: States, gradients: States) -> tuple[Tensor, Tensor, States]:
        """∂z = ∂h ∘ (1 - h²), for z = projected + product."""
        (h,) = trace
        dz = ops.multiply(gradients[0], ops.subtract(1.0, ops.square(h)))
        return dz, dz, (ops.zeros_like(h),)
