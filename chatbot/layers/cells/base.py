"""What every recurrent cell is: a projection of the inputs, a recurrent product and an element-wise rest.

The split is what makes a layer fast.  ``project`` does not depend on the state, so a layer computes it for all steps in
one matrix product; the recurrent product belongs to the time loop; what remains is element-wise, and its one-step
gradient can be written by hand (``advance_traced`` and ``backward``), so that the gradient of the recurrent kernel is
one matrix product over all steps as well.  A cell that gives no ``backward`` is differentiated automatically.
"""

from __future__ import annotations

from typing import Any, ClassVar

import keras
from keras import ops

from chatbot.errors import UsageError

Tensor = Any
"""A tensor of whatever backend Keras runs on (Keras gives them no common type)."""

States = tuple[Tensor, ...]
"""One tensor [batch, units] for each name in ``Cell.state_names``; the first is the hidden state, and the output."""


class Cell(keras.layers.Layer):
    """A recurrent cell over states of ``units`` features.

    A sub-class gives ``gates`` and ``advance``; the weights follow Keras's names and layouts, so that
    ``set_weights(keras_cell.get_weights())`` gives the same cell.

    Args:
        units: Features of each state, at least 1.
        kernel_initializer: Of ``kernel`` [features, gates × units].
        recurrent_initializer: Of ``recurrent_kernel`` [units, gates × units].
        bias_initializer: Of ``bias``.

    Raises:
        UsageError: if ``units`` is not a positive integer.
    """

    gates: ClassVar[int] = 1
    """Blocks of ``units`` columns in the kernels."""
    state_names: ClassVar[tuple[str, ...]] = ("h",)
    """The parts of the state; the first is the output."""

    def __init__(
        self,
        units: int,
        *,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        **kwargs: Any,
    ) -> None:
        if isinstance(units, bool) or not isinstance(units, int) or units < 1:
            raise UsageError(
                f"{type(self).__name__}: units = {units!r}",
                expected="a whole number of at least 1",
                remedy="change units",
            )
        super().__init__(**kwargs)
        self.units = units
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.recurrent_initializer = keras.initializers.get(recurrent_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)

    @property
    def state_size(self) -> list[int]:
        """Features of each part of the state, in the order of ``state_names``."""
        return [self.units] * len(self.state_names)

    @property
    def output_size(self) -> int:
        """Features of the output."""
        return self.units

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights for inputs [batch, features]."""
        width = self.gates * self.units
        self.kernel = self.add_weight(
            shape=(input_shape[-1], width), name="kernel", initializer=self.kernel_initializer
        )
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, width), name="recurrent_kernel", initializer=self.recurrent_initializer
        )
        self.bias = self.add_weight(shape=self._bias_shape(), name="bias", initializer=self._initial_bias)

    def _bias_shape(self) -> tuple[int, ...]:
        return (self.gates * self.units,)

    def _initial_bias(self, shape: tuple[int, ...], dtype: Any = None) -> Tensor:
        return self.bias_initializer(shape, dtype=dtype)

    @property
    def input_bias(self) -> Tensor:
        """The part of the bias that is added to the projection, [gates × units]."""
        return self.bias

    @property
    def recurrent_bias(self) -> Tensor | None:
        """The part of the bias that is added to the recurrent product, or None."""
        return None

    def project(self, inputs: Tensor) -> Tensor:
        """``x W + b`` for one step [batch, features] or all of them [batch, time, features]; no state is needed."""
        return ops.add(ops.matmul(inputs, self.kernel), self.input_bias)

    def advance(self, projected: Tensor, product: Tensor, states: States) -> States:
        """One step, element-wise: the next states.

        Args:
            projected: ``x(t) W + b`` [batch, gates × units].
            product: ``h(t-1) U`` and its bias [batch, gates × units].
            states: The states at t-1, each [batch, units].
        """
        raise NotImplementedError

    has_backward: ClassVar[bool] = False
    """Whether ``advance_traced`` and ``backward`` are given."""

    def advance_traced(self, projected: Tensor, product: Tensor, states: States) -> tuple[States, States]:
        """``advance``, and beside the next states the trace: whatever tensors [batch, …] ``backward`` needs."""
        raise NotImplementedError

    def backward(self, trace: States, states: States, gradients: States) -> tuple[Tensor, Tensor, States]:
        """The gradient of one step (back-propagation through time, Werbos 1990).

        Args:
            trace: What ``advance_traced`` left.
            states: The states at t-1.
            gradients: ∂loss/∂(states at t), each [batch, units].

        Returns:
            ∂loss/∂projected, ∂loss/∂product, and ∂loss/∂(states at t-1) by the element-wise paths alone: what flows
            through the recurrent product is the time loop's to add.
        """
        raise NotImplementedError

    def call(self, inputs: Tensor, states: States) -> tuple[Tensor, list[Tensor]]:
        """One step, as ``keras.layers.RNN`` calls it: inputs [batch, features] to (output, states)."""
        states = tuple(states)  # Keras hands over a list or a tuple
        product = ops.matmul(states[0], self.recurrent_kernel)
        if self.recurrent_bias is not None:
            product = ops.add(product, self.recurrent_bias)
        after = self.advance(self.project(inputs), product, states)
        return after[0], list(after)

    def get_initial_state(self, batch_size: Any = None) -> list[Tensor]:
        """Zeros: nothing remembered yet."""
        return [ops.zeros((batch_size, size), dtype=self.compute_dtype) for size in self.state_size]

    def get_config(self) -> dict[str, Any]:
        """What ``from_config`` needs to build the same cell, without its weights."""
        serialize = keras.initializers.serialize
        return {
            **super().get_config(),
            "units": self.units,
            "kernel_initializer": serialize(self.kernel_initializer),
            "recurrent_initializer": serialize(self.recurrent_initializer),
            "bias_initializer": serialize(self.bias_initializer),
        }
