"""The minimal gated recurrent unit (Feng et al. 2024): gates of the inputs alone, so that no step waits for another."""

from __future__ import annotations

from typing import Any, ClassVar

import keras
from keras import ops

from chatbot.layers.cells.base import States, Tensor
from chatbot.layers.cells.linear import LinearCell


@keras.saving.register_keras_serializable(package="chatbot")
class MinGRUCell(LinearCell):
    """Feng et al. 2024, "Were RNNs all we needed?" (arXiv 2410.01201), section 3.1; the columns of the kernel are z, n.

        z(t) = σ(x(t) Wz + bz)                      how much is new (the GRU's z is how much is kept)
        n(t) = x(t) Wn + bn                         the candidate (the paper calls it h̃)
        h(t) = (1 - z(t)) ∘ h(t-1) + z(t) ∘ n(t)

    That is linear in h(t-1), and is trained by a parallel scan (``chatbot.layers.linear``).  Option ``activation`` is
    that of n, none in the paper.
    """

    gates: ClassVar[int] = 2
    OPTIONS: ClassVar[dict[str, Any]] = {
        "activation": "linear",
        "recurrent_activation": "sigmoid",
        **{name: default for name, default in LinearCell.OPTIONS.items() if name != "activation"},
    }

    def coefficients(self, projected: Tensor) -> tuple[Tensor, Tensor]:
        """(1 - z, z ∘ n)."""
        az, an = ops.split(projected, 2, axis=-1)
        z, n = self.recurrent_activation(az), self.activation(an)
        return ops.subtract(1.0, z), ops.multiply(z, n)

    def shown_gates(self, sums: tuple[Tensor, ...], states: States) -> dict[str, Tensor]:
        """1 - z and z, of the projection in blocks."""
        z = self.recurrent_activation(sums[0])
        return {"kept": ops.subtract(1.0, z), "written": z}
