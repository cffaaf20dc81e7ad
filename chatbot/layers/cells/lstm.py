"""Long short-term memory (Hochreiter & Schmidhuber 1997) with a forget gate (Gers et al. 2000)."""

from __future__ import annotations

from typing import Any, ClassVar

import keras
from keras import ops

from chatbot.layers.cells import options
from chatbot.layers.cells.base import Cell, States, Tensor
from chatbot.layers.cells.derivatives import through_sigmoid, through_tanh

_WEIGHTS = list(options.WEIGHTS.items())


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
    bias therefore starts at 1 (Jozefowicz et al. 2015; option ``unit_forget_bias``).
    """

    gates: ClassVar[int] = 4
    state_names: ClassVar[tuple[str, ...]] = ("h", "c")
    OPTIONS: ClassVar[dict[str, Any]] = {
        "activation": "tanh",
        "recurrent_activation": "sigmoid",
        "use_bias": True,
        **dict(_WEIGHTS[:3]),
        "unit_forget_bias": True,
        **dict(_WEIGHTS[3:]),
        **options.DROPOUT,
        "seed": None,
    }

    unit_forget_bias: bool

    def _initial_bias(self, shape: tuple[int, ...], dtype: Any = None) -> Tensor:
        if not self.unit_forget_bias:
            return self.bias_initializer(shape, dtype=dtype)
        return ops.concatenate(
            [
                self.bias_initializer((self.units,), dtype=dtype),
                ops.ones((self.units,), dtype=dtype),
                self.bias_initializer((2 * self.units,), dtype=dtype),
            ]
        )

    @property
    def fused(self) -> bool:
        """The gradient below is that of tanh and the logistic function."""
        return (
            super().fused
            and self.activation is keras.activations.tanh
            and self.recurrent_activation is keras.activations.sigmoid
        )

    def advance(self, sums: tuple[Tensor, ...], states: States) -> States:
        """The next (h, c)."""
        return self.advance_traced(sums, states)[0]

    def advance_traced(self, sums: tuple[Tensor, ...], states: States) -> tuple[States, States]:
        """The next (h, c); the trace is (i, f, g, o, tanh c)."""
        i, f, o = (self.recurrent_activation(sums[gate]) for gate in (0, 1, 3))
        g = self.activation(sums[2])
        c = ops.add(ops.multiply(f, states[1]), ops.multiply(i, g))
        squashed = self.activation(c)
        return (ops.multiply(o, squashed), c), (i, f, g, o, squashed)

    def shown_gates(self, sums: tuple[Tensor, ...], states: States) -> dict[str, Tensor]:
        """f, i and o."""
        i, f, o = (self.recurrent_activation(sums[gate]) for gate in (0, 1, 3))
        return {"kept": f, "written": i, "shown": o}

    def backward(self, trace: States, states: States, gradients: States) -> tuple[tuple[Tensor, ...], States]:
        """With z the four sums before the gates' functions, and ∂x short for ∂loss/∂x:

        ∂c  = ∂c(t) + ∂h(t) ∘ o ∘ (1 - tanh² c)
        ∂zi = ∂c ∘ g ∘ i (1 - i)        ∂zf = ∂c ∘ c(t-1) ∘ f (1 - f)
        ∂zg = ∂c ∘ i ∘ (1 - g²)         ∂zo = ∂h(t) ∘ tanh c ∘ o (1 - o)
        ∂c(t-1) = ∂c ∘ f
        """
        i, f, g, o, squashed = trace
        dh, dc = gradients
        dc = dc + through_tanh(squashed, dh * o)
        sums = (
            through_sigmoid(i, dc * g),
            through_sigmoid(f, dc * states[1]),
            through_tanh(g, dc * i),
            through_sigmoid(o, dh * squashed),
        )
        return sums, (None, dc * f)
