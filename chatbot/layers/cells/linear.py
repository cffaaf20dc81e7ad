"""What the cells share whose gates see the inputs alone: no recurrent product, and all steps at once in training."""

from __future__ import annotations

from typing import Any, ClassVar

from keras import ops

from chatbot.layers import linear
from chatbot.layers.cells import options
from chatbot.layers.cells.base import Cell, States, Tensor

_WEIGHTS = {name: value for name, value in options.WEIGHTS.items() if not name.startswith("recurrent_")}


class LinearCell(Cell):
    """A cell h(t) = a(t) ∘ h(t-1) + b(t) whose a and b do not depend on the state.

    A sub-class gives ``gates`` and ``coefficients``.  There is no recurrent kernel, and so no recurrent dropout.
    """

    OPTIONS: ClassVar[dict[str, Any]] = {
        "activation": "tanh",
        "use_bias": True,
        **_WEIGHTS,
        "dropout": options.DROPOUT["dropout"],
        "seed": None,
    }

    recurrent_dropout: float = 0.0

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights for inputs [batch, features]: ``kernel`` [features, gates × units] and ``bias``."""
        self.kernel = self._add("kernel", (input_shape[-1], self.gates * self.units), self.kernel_initializer)
        self.bias = self._add("bias", self._bias_shape(), self._initial_bias) if self.use_bias else None

    def coefficients(self, projected: Tensor) -> tuple[Tensor | None, Tensor]:
        """(a, b), each [..., units], of what ``project`` made, [..., gates × units]; None as a means 0."""
        raise NotImplementedError

    def step(self, projected: Tensor, states: States, masks: Any = None) -> States:
        """One step; see ``Cell.step``."""
        a, b = self.coefficients(projected)
        return (b if a is None else ops.add(ops.multiply(a, states[0]), b),)

    def at_once(self, projected: Tensor, initial: States, plan: Any) -> Any:
        """All steps in log₂(time) rounds; see ``chatbot.layers.linear``."""
        return linear.unfold(*self.coefficients(projected), initial, plan)
