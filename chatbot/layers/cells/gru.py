"""Gated recurrent unit (Cho et al. 2014), its reset gate after the matrix product (the default) or before it."""

from __future__ import annotations

from typing import Any, ClassVar

import keras
from keras import ops

from chatbot.layers.cells import options
from chatbot.layers.cells.base import Cell, States, Tensor
from chatbot.layers.cells.derivatives import through_sigmoid, through_tanh


@keras.saving.register_keras_serializable(package="chatbot")
class GRUCell(Cell):
    """Cho et al. 2014, equations 5-8; the columns of the kernels are z, r, n in this order.

        z(t) = σ(x(t) Wz + bz + h(t-1) Uz + vz)             how much is kept
        r(t) = σ(x(t) Wr + br + h(t-1) Ur + vr)             how much of the past the candidate sees
        n(t) = tanh(x(t) Wn + bn + r(t) ∘ (h(t-1) Un + vn)) the candidate (Keras calls it h)
        h(t) = z(t) ∘ h(t-1) + (1 - z(t)) ∘ n(t)

    That is the form of cuDNN, ``reset_after=True``; ``bias`` is [2, 3 × units]: row 0 belongs to the inputs (b), row 1
    to the state (v).  With ``reset_after=False``, the paper's form, n(t) = tanh(x(t) Wn + bn + (r(t) ∘ h(t-1)) Un), v
    is 0 and ``bias`` is [3 × units].
    """

    gates: ClassVar[int] = 3
    apart: ClassVar[int] = 1
    state_names: ClassVar[tuple[str, ...]] = ("h",)
    OPTIONS: ClassVar[dict[str, Any]] = {
        "activation": "tanh",
        "recurrent_activation": "sigmoid",
        "use_bias": True,
        **options.WEIGHTS,
        **options.DROPOUT,
        "reset_after": True,
        "seed": None,
    }

    reset_after: bool

    def _bias_shape(self) -> tuple[int, ...]:
        width = self.gates * self.units
        return (2, width) if self.reset_after else (width,)

    @property
    def input_bias(self) -> Tensor | None:
        """Row 0 of the bias, or all of it."""
        return self.bias[0] if self.use_bias and self.reset_after else self.bias

    @property
    def recurrent_bias(self) -> Tensor | None:
        """Row 1 of the bias, if there is one."""
        return self.bias[1] if self.use_bias and self.reset_after else None

    @property
    def fused(self) -> bool:
        """The gradient below is that of tanh and the logistic function, with one recurrent product."""
        return (
            super().fused
            and self.reset_after
            and self.activation is keras.activations.tanh
            and self.recurrent_activation is keras.activations.sigmoid
        )

    def step(self, projected: Tensor, states: States, masks: Any = None) -> States:
        """One step; see ``Cell.step``."""
        if self.reset_after:
            return super().step(projected, states, masks)
        h = states[0]
        gates, candidate = ops.split(self.recurrent_kernel, [2 * self.units], axis=1)
        xz, xr, xn = ops.split(projected, 3, axis=-1)
        mz, mr, mn = (h, h, h) if masks is None else (ops.multiply(h, mask) for mask in masks)
        kz, kr = ops.split(gates, 2, axis=1)
        z = self.recurrent_activation(ops.add(xz, ops.matmul(mz, kz)))
        r = self.recurrent_activation(ops.add(xr, ops.matmul(mr, kr)))
        n = self.activation(ops.add(xn, ops.matmul(ops.multiply(r, mn), candidate)))
        return (ops.add(n, ops.multiply(z, ops.subtract(h, n))),)

    def advance(self, sums: tuple[Tensor, ...], states: States) -> States:
        """The next state."""
        return self.advance_traced(sums, states)[0]

    def advance_traced(self, sums: tuple[Tensor, ...], states: States) -> tuple[States, States]:
        """The next state; the trace is (z, r, n, s) with s = r ∘ (h(t-1) Un + vn)."""
        az, ar, xn, hn = sums
        z, r = self.recurrent_activation(az), self.recurrent_activation(ar)
        s = ops.multiply(r, hn)
        n = self.activation(ops.add(xn, s))
        after = ops.add(n, ops.multiply(z, ops.subtract(states[0], n)))
        return (after,), (z, r, n, s)

    def shown_gates(self, sums: tuple[Tensor, ...], states: States) -> dict[str, Tensor]:
        """z, 1 - z and r."""
        z, r = self.recurrent_activation(sums[0]), self.recurrent_activation(sums[1])
        return {"kept": z, "written": ops.subtract(1.0, z), "reset": r}

    def backward(self, trace: States, states: States, gradients: States) -> tuple[tuple[Tensor, ...], States]:
        """With az, ar, an what z, r, n are functions of, and ∂x short for ∂loss/∂x:

        ∂an = ∂h ∘ (1 - z) ∘ (1 - n²)                       ∂(h Un + vn) = ∂an ∘ r
        ∂az = ∂h ∘ (h(t-1) - n) ∘ z (1 - z)                 ∂ar = ∂an ∘ s ∘ (1 - r)
        ∂h(t-1) = ∂h ∘ z, besides what flows through the product
        """
        z, r, n, s = trace
        (dh,) = gradients
        kept = dh * z
        dan = through_tanh(n, dh - kept)
        daz = through_sigmoid(z, dh * states[0] - dh * n)
        dar = dan * s
        dar = dar - dar * r
        return (daz, dar, dan, dan * r), (kept,)
