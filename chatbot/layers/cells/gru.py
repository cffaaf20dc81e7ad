"""Gated recurrent unit (Cho et al. 2014) in the form whose reset gate comes after the matrix product."""

from __future__ import annotations

from typing import ClassVar

import keras
from keras import ops

from chatbot.layers.cells.base import Cell, States, Tensor


@keras.saving.register_keras_serializable(package="chatbot")
class GRUCell(Cell):
    """Cho et al. 2014, equations 5-8, with the reset gate after the product as in cuDNN (Keras: ``reset_after``).

    The columns of the kernels are z, r, n in this order; ``bias`` is [2, 3 × units]: row 0 belongs to the inputs (W),
    row 1 to the state (U).

        z(t) = σ(x(t) Wz + bz + h(t-1) Uz + vz)             how much is kept
        r(t) = σ(x(t) Wr + br + h(t-1) Ur + vr)             how much of the past the candidate sees
        n(t) = tanh(x(t) Wn + bn + r(t) ∘ (h(t-1) Un + vn)) the candidate (Keras calls it h)
        h(t) = z(t) ∘ h(t-1) + (1 - z(t)) ∘ n(t)
    """

    gates: ClassVar[int] = 3
    state_names: ClassVar[tuple[str, ...]] = ("h",)
    has_backward: ClassVar[bool] = True

    def _bias_shape(self) -> tuple[int, ...]:
        return (2, self.gates * self.units)

    @property
    def input_bias(self) -> Tensor:
        """Row 0 of the bias."""
        return self.bias[0]

    @property
    def recurrent_bias(self) -> Tensor:
        """Row 1 of the bias."""
        return self.bias[1]

    def advance(self, projected: Tensor, product: Tensor, states: States) -> States:
        """The next state."""
        return self.advance_traced(projected, product, states)[0]

    def advance_traced(self, projected: Tensor, product: Tensor, states: States) -> tuple[States, States]:
        """The next state; the trace is (z, r, n, h(t-1) Un + vn)."""
        h = states[0]
        xz, xr, xn = ops.split(projected, 3, axis=-1)
        hz, hr, hn = ops.split(product, 3, axis=-1)
        z = ops.sigmoid(ops.add(xz, hz))
        r = ops.sigmoid(ops.add(xr, hr))
        n = ops.tanh(ops.add(xn, ops.multiply(r, hn)))
        after = ops.add(n, ops.multiply(z, ops.subtract(h, n)))
        return (after,), (z, r, n, hn)

    def backward(self, trace: States, states: States, gradients: States) -> tuple[Tensor, Tensor, States]:
        """With a the three sums before the gates' functions, and ∂x short for ∂loss/∂x:

        ∂an = ∂h ∘ (1 - z) ∘ (1 - n²)                       ∂(h Un + vn) = ∂an ∘ r
        ∂az = ∂h ∘ (h(t-1) - n) ∘ z (1 - z)                 ∂ar = ∂an ∘ (h Un + vn) ∘ r (1 - r)
        ∂h(t-1) = ∂h ∘ z, besides what flows through the product
        """
        z, r, n, hn = trace
        (dh,) = gradients
        dan = dh * (1.0 - z) * (1.0 - n * n)
        daz = dh * (states[0] - n) * z * (1.0 - z)
        dar = dan * hn * r * (1.0 - r)
        return (
            ops.concatenate([daz, dar, dan], axis=-1),
            ops.concatenate([daz, dar, dan * r], axis=-1),
            (dh * z,),
        )
