"""Long short-term memory with layer normalisation (Ba et al. 2016)."""

from __future__ import annotations

from typing import Any, ClassVar

import keras
from keras import ops

from chatbot.errors import LayerError
from chatbot.layers.cells.base import States, Tensor
from chatbot.layers.cells.lstm import LSTMCell


@keras.saving.register_keras_serializable(package="chatbot")
class LayerNormLSTMCell(LSTMCell):
    """Ba et al. 2016, "Layer normalization" (arXiv 1607.06450), equations 20-22; the columns are i, f, g, o.

        (i, f, g, o) = LN(h(t-1) U; α1, β1) + LN(x(t) W; α2, β2) + b
        c(t) = σ(f) ∘ c(t-1) + σ(i) ∘ tanh(g)
        h(t) = σ(o) ∘ tanh(LN(c(t); α3, β3))

    with LN(z; α, β) = α ∘ (z - μ) / √(σ² + ε) + β, and μ and σ² over all 4 × units features of a product, or the units
    of c (equations 15-16).  ε, which the paper leaves out, keeps a z of equal features, as h(0) U is, from dividing by
    0; it is the 1e-5 of the paper's own code.  μ and σ² are made in float32 where the rest is in half precision.

    α1, β1, α2, β2, α3, β3 are the weights ``recurrent_gain``, ``recurrent_shift``, ``gain``, ``shift``, ``state_gain``
    and ``state_shift``; gains begin at 1 and shifts at 0.

    Raises:
        LayerError: as every cell, and if ``epsilon`` is not above 0.
    """

    OPTIONS: ClassVar[dict[str, Any]] = {**LSTMCell.OPTIONS, "epsilon": 1e-5}

    epsilon: float

    def __init__(self, units: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(units, *args, **kwargs)
        if not 0 < self.epsilon < 1:
            raise LayerError(
                f"{type(self).__name__}: epsilon = {self.epsilon!r}",
                expected="a small number above 0",
                remedy="change epsilon",
            )

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights for inputs [batch, features]."""
        super().build(input_shape)
        width = self.gates * self.units
        for prefix, size in (("recurrent_", width), ("", width), ("state_", self.units)):
            for name, initializer in (("gain", "ones"), ("shift", "zeros")):
                weight = self.add_weight(shape=(size,), name=prefix + name, initializer=initializer)
                setattr(self, prefix + name, weight)

    @property
    def input_bias(self) -> None:
        """None: the bias b stands outside of the normalised projection."""
        return

    @property
    def fused(self) -> bool:
        """There is no gradient by hand."""
        return False

    def project(self, inputs: Tensor, masks: Any = None) -> Tensor:
        """LN(x W; α2, β2) + b, of one step or all; see ``Cell.project``."""
        normalised = self._normalised(super().project(inputs, masks), self.gain, self.shift)
        return normalised if self.bias is None else ops.add(normalised, self.bias)

    def sums(self, projected: Tensor, product: Tensor, axis: int) -> tuple[Tensor, ...]:
        """What stands before the functions of i, f, g and o; only of rows [batch, features], ``axis`` -1."""
        assert axis == -1
        return super().sums(projected, self._normalised(product, self.recurrent_gain, self.recurrent_shift), axis)

    def advance(self, sums: tuple[Tensor, ...], states: States) -> States:
        """The next (h, c), of tensors [batch, units]."""
        i, f, o = (self.recurrent_activation(sums[gate]) for gate in (0, 1, 3))
        c = ops.add(ops.multiply(f, states[1]), ops.multiply(i, self.activation(sums[2])))
        return ops.multiply(o, self.activation(self._normalised(c, self.state_gain, self.state_shift))), c

    def shown_gates(self, sums: tuple[Tensor, ...], states: States) -> dict[str, Tensor]:
        """f, i and o: what is normalised, is so in ``sums``."""
        return super().shown_gates(sums, states)

    def _normalised(self, z: Tensor, gain: Tensor, shift: Tensor) -> Tensor:
        dtype = keras.backend.standardize_dtype(z.dtype)
        z = ops.cast(z, keras.backend.result_type(dtype, "float32"))
        centred = ops.subtract(z, ops.mean(z, axis=-1, keepdims=True))
        variance = ops.mean(ops.square(centred), axis=-1, keepdims=True)
        standard = ops.cast(ops.multiply(centred, ops.rsqrt(ops.add(variance, self.epsilon))), dtype)
        return ops.add(ops.multiply(standard, gain), shift)
