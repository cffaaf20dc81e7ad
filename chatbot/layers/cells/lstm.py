"""Long short-term memory (Hochreiter & Schmidhuber 1997) with a forget gate (Gers et al. 2000)."""

from __future__ import annotations

from typing import Any, ClassVar

import keras
from keras import ops

from chatbot.layers.cells.base import Cell, States, Tensor


@keras.saving.register_keras_serializable(package="chatbot")
class LSTMCell(Cell):
    """Gers et al. 2000, "Learning to forget"; the columns of the kernels are the gates i, f, g, o in this order.

        i(t) = σ(x(t) Wi + bi + h(t-1) Ui)          what is written
        f(t) = σ(x(t) Wf + bf + h(t-1) Uf)          what is kept
        g(t) = tanh(x(t) Wg + bg + h(t-1) Ug)       the candidate (Keras calls it c)
        o(t) = σ(x(t) Wo + bo + h(t-1) Uo)          what is shown
        c(t) = f(t) ∘ c(t-1) + i(t) ∘ g(t)
        h(t) = o(t) ∘ tanh(c(t))

    The path c(t-1) → c(t) is only scaled by f(t), so a gradient lives as long as the forget gate stays near 1.  Its
    bias therefore starts at 1 (Jozefowicz et al. 2015).
    """

    gates: ClassVar[int] = 4
    state_names: ClassVar[tuple[str, ...]] = ("h", "c")
    has_backward: ClassVar[bool] = True

    def __init__(self, units: int, *, unit_forget_bias: bool = True, **kwargs: Any) -> None:
        super().__init__(units, **kwargs)
        self.unit_forget_bias = unit_forget_bias

    def _initial_bias(self, shape: tuple[int, ...], dtype: Any = None) -> Tensor:
        bias = self.bias_initializer(shape, dtype=dtype)
        if not self.unit_forget_bias:
            return bias
        ones = ops.ones((self.units,), dtype=bias.dtype)
        return ops.concatenate([bias[: self.units], ones, bias[2 * self.units :]])

    def _gates(self, projected: Tensor, product: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        i, f, g, o = ops.split(ops.add(projected, product), 4, axis=-1)
        return ops.sigmoid(i), ops.sigmoid(f), ops.tanh(g), ops.sigmoid(o)

    def advance(self, projected: Tensor, product: Tensor, states: States) -> States:
        """The next (h, c)."""
        i, f, g, o = self._gates(projected, product)
        c = ops.add(ops.multiply(f, states[1]), ops.multiply(i, g))
        return ops.multiply(o, ops.tanh(c)), c

    def advance_traced(self, projected: Tensor, product: Tensor, states: States) -> tuple[States, States]:
        """The next (h, c); the trace is (i, f, g, o, tanh c)."""
        i, f, g, o = self._gates(projected, product)
        c = ops.add(ops.multiply(f, states[1]), ops.multiply(i, g))
        squashed = ops.tanh(c)
        return (ops.multiply(o, squashed), c), (i, f, g, o, squashed)

    def backward(self, trace: States, states: States, gradients: States) -> tuple[Tensor, Tensor, States]:
        """With z the four sums before the gates' functions, and ∂x short for ∂loss/∂x:

        ∂c  = ∂c(t) + ∂h(t) ∘ o ∘ (1 - tanh² c)
        ∂zi = ∂c ∘ g ∘ i (1 - i)        ∂zf = ∂c ∘ c(t-1) ∘ f (1 - f)
        ∂zg = ∂c ∘ i ∘ (1 - g²)         ∂zo = ∂h(t) ∘ tanh c ∘ o (1 - o)
        ∂c(t-1) = ∂c ∘ f
        """
        i, f, g, o, squashed = trace
        dh, dc = gradients
        dc = dc + dh * o * (1.0 - squashed * squashed)
        dz = ops.concatenate(
            [
                dc * g * i * (1.0 - i),
                dc * states[1] * f * (1.0 - f),
                dc * i * (1.0 - g * g),
                dh * squashed * o * (1.0 - o),
            ],
            axis=-1,
        )
        return dz, dz, (ops.zeros_like(dh), dc * f)

    def get_config(self) -> dict[str, Any]:
        """What ``from_config`` needs to build the same cell, without its weights."""
        return {**super().get_config(), "unit_forget_bias": self.unit_forget_bias}
