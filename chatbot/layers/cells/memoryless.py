"""A cell that remembers nothing: the baseline that says what a recurrent state is worth."""

from __future__ import annotations

from typing import ClassVar

import keras

from chatbot.layers.cells.base import Tensor
from chatbot.layers.cells.linear import LinearCell


@keras.saving.register_keras_serializable(package="chatbot")
class MemorylessCell(LinearCell):
    """A feed-forward layer in the place of a cell: the vanilla cell (Elman 1990) without its recurrent product.

        h(t) = tanh(x(t) W + b)

    What a model of it knows of the conversation, it knows by attention alone.
    """

    memoryless: ClassVar[bool] = True
    """``chatbot.layers.testing`` asks for it: no old state changes a new one, and none is meant to."""

    def coefficients(self, projected: Tensor) -> tuple[None, Tensor]:
        """(0, h(t)): nothing is kept."""
        return None, self.activation(projected)
