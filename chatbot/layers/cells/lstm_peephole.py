"""Long short-term memory whose gates see the cell's own state (Gers & Schmidhuber 2000)."""

from __future__ import annotations

from typing import Any, ClassVar

import keras
from keras import ops

from chatbot.layers.cells.base import States, Tensor
from chatbot.layers.cells.lstm import LSTMCell


@keras.saving.register_keras_serializable(package="chatbot")
class PeepholeLSTMCell(LSTMCell):
    """Gers & Schmidhuber 2000, "Recurrent nets that time and count"; Gers et al. 2002; the columns are i, f, g, o.

        i(t) = σ(x(t) Wi + bi + h(t-1) Ui + pi ∘ c(t-1))
        f(t) = σ(x(t) Wf + bf + h(t-1) Uf + pf ∘ c(t-1))
        g(t) = tanh(x(t) Wg + bg + h(t-1) Ug)
        c(t) = f(t) ∘ c(t-1) + i(t) ∘ g(t)
        o(t) = σ(x(t) Wo + bo + h(t-1) Uo + po ∘ c(t))
        h(t) = o(t) ∘ tanh(c(t))

    So a gate can tell time by c even while o hides it.  The tanh of the last line is that of Greff et al. 2017; Gers et
    al. left it out.  pi, pf, po are the weights ``peephole_i``, ``peephole_f`` and ``peephole_o`` [units]; at 0, where
    they begin (option ``peephole_initializer``), this is the LSTM.
    """

    OPTIONS: ClassVar[dict[str, Any]] = {**LSTMCell.OPTIONS, "peephole_initializer": "zeros"}

    peephole_initializer: Any

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights for inputs [batch, features]."""
        super().build(input_shape)
        self.peephole_i, self.peephole_f, self.peephole_o = (
            self.add_weight(shape=(self.units,), name=f"peephole_{gate}", initializer=self.peephole_initializer)
            for gate in "ifo"
        )

    @property
    def fused(self) -> bool:
        """There is no gradient by hand."""
        return False

    def advance(self, sums: tuple[Tensor, ...], states: States) -> States:
        """The next (h, c), of tensors [batch, units]."""
        _, _, o, c = self._stepped(sums, states)
        return ops.multiply(o, self.activation(c)), c

    def shown_gates(self, sums: tuple[Tensor, ...], states: States) -> dict[str, Tensor]:
        """f, i and o."""
        i, f, o, _ = self._stepped(sums, states)
        return {"kept": f, "written": i, "shown": o}

    def _stepped(self, sums: tuple[Tensor, ...], states: States) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """(i, f, o, c)."""
        zi, zf, zg, zo = sums
        c = states[1]
        i = self.recurrent_activation(ops.add(zi, ops.multiply(self.peephole_i, c)))
        f = self.recurrent_activation(ops.add(zf, ops.multiply(self.peephole_f, c)))
        c = ops.add(ops.multiply(f, c), ops.multiply(i, self.activation(zg)))
        o = self.recurrent_activation(ops.add(zo, ops.multiply(self.peephole_o, c)))
        return i, f, o, c
