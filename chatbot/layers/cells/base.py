"""What every recurrent cell is: a projection of the inputs, a recurrent product and an element-wise rest.

The split is what makes a layer fast.  The projection does not depend on the state, so a layer makes it for all steps in
one matrix product; the recurrent product belongs to the time loop; what remains is element-wise (``advance``), and its
one-step gradient can be written by hand (``advance_traced`` and ``backward``), so that the gradients of the kernels are
one matrix product each over all steps.  A cell that gives no ``backward`` is differentiated automatically.

Being element-wise, ``advance`` and ``backward`` do not know whether a tensor is [batch, units], as in one step, or
[units, batch], as in the loop, where the products are two to five times faster that way.
"""

from __future__ import annotations

from typing import Any, ClassVar

import keras
from keras import ops

# Keras's RNN layer makes and drops dropout masks for cells of this class alone, and it is not exported.
from keras.src.layers.rnn.dropout_rnn_cell import DropoutRNNCell

from chatbot.layers.cells import options
from chatbot.layers.cells.products import Tensor, biased, blocks, multiplied

States = tuple[Tensor, ...]
"""One tensor for each name in ``Cell.state_names``; the first is the hidden state, and the output."""


class Cell(DropoutRNNCell, keras.layers.Layer):
    """A recurrent cell over states of ``units`` features.

    A sub-class gives ``gates`` and ``advance``, and ``advance_traced`` and ``backward`` if it is to be fast; or, if its
    step is of another kind, ``build``, ``project`` and ``step``.  Weights follow Keras's names and layouts, so that
    ``set_weights(keras_cell.get_weights())`` gives the same cell.

    Args:
        units: Features of each state, at least 1.
        *args: The options of ``OPTIONS`` in their order; they mean what they mean in Keras.
        **kwargs: The same by name, and what every Keras layer takes.

    Raises:
        LayerError: if ``units`` is not a positive integer, or an option names nothing that Keras knows.
    """

    gates: ClassVar[int] = 1
    """Blocks of ``units`` columns in the kernels."""
    apart: ClassVar[int] = 0
    """How many of the last gates get their projection and their recurrent product apart, not as their sum."""
    state_names: ClassVar[tuple[str, ...]] = ("h",)
    """The parts of the state; the first is the output."""
    OPTIONS: ClassVar[dict[str, Any]] = {
        "activation": "tanh",
        "recurrent_activation": "sigmoid",
        "use_bias": True,
        **options.WEIGHTS,
        **options.DROPOUT,
        "seed": None,
    }
    """The options of the constructor with their defaults, in Keras's order."""
    dropout_seed_first: ClassVar[bool] = False
    """Whether the seed of dropout is drawn before those of the initialisers: only so do weights start as Keras's."""

    bias: Any
    activation: Any
    recurrent_activation: Any
    use_bias: bool
    dropout: float
    recurrent_dropout: float
    seed: int | None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = vars(cls).get("__init__")
        cls.__signature__ = options.ShownSignature(
            options.signature(cls.OPTIONS, kwargs=True) if own is None else options.without_self(own)
        )

    def __init__(self, units: int, *args: Any, **kwargs: Any) -> None:
        owner = type(self).__name__
        self_options = {name: kwargs.pop(name) for name in tuple(kwargs) if name in self.OPTIONS}
        bound = options.signature(self.OPTIONS).bind(units, *args, **self_options)
        bound.apply_defaults()
        one_mask_a_gate = self.gates > 1 and kwargs.pop("implementation", 2) == 1
        super().__init__(**kwargs)
        self.units = options.whole_units(owner, units)
        self.seed = bound.arguments["seed"]
        if self.dropout_seed_first:
            self.seed_generator = keras.random.SeedGenerator(self.seed)
        for name in self.OPTIONS:
            setattr(self, name, options.read(owner, name, bound.arguments[name]))
        if self.gates > 1 and (one_mask_a_gate or self.recurrent_dropout > 0):  # as Keras has it
            self.dropout_mask_count = self.gates
        if not self.dropout_seed_first:
            self.seed_generator = keras.random.SeedGenerator(self.seed)

    @property
    def state_size(self) -> Any:
        """Features of the state: a number if it has one part, else a list in the order of ``state_names``."""
        return self.units if len(self.state_names) == 1 else [self.units] * len(self.state_names)

    @property
    def output_size(self) -> int:
        """Features of the output."""
        return self.units

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the weights for inputs [batch, features]."""
        width = self.gates * self.units
        self.kernel = self._add("kernel", (input_shape[-1], width), self.kernel_initializer)
        self.recurrent_kernel = self._add("recurrent_kernel", (self.units, width), self.recurrent_initializer)
        self.bias = self._add("bias", self._bias_shape(), self._initial_bias) if self.use_bias else None

    def _add(self, name: str, shape: tuple[int | None, ...], initializer: Any) -> Any:
        kind = name.split("_")[0]  # the options of "recurrent_kernel" are called recurrent_…
        return self.add_weight(
            shape=shape,
            name=name,
            initializer=initializer,
            regularizer=getattr(self, f"{kind}_regularizer"),
            constraint=getattr(self, f"{kind}_constraint"),
        )

    def _bias_shape(self) -> tuple[int, ...]:
        return (self.gates * self.units,)

    def _initial_bias(self, shape: tuple[int, ...], dtype: Any = None) -> Tensor:
        return self.bias_initializer(shape, dtype=dtype)

    @property
    def input_bias(self) -> Tensor | None:
        """The part of the bias that is added to the projection, [gates × units]."""
        return self.bias

    @property
    def recurrent_bias(self) -> Tensor | None:
        """The part of the bias that is added to the recurrent product, or None."""
        return None

    def project(self, inputs: Tensor, masks: Any = None) -> Tensor:
        """``x W + b`` for one step [batch, features] or all of them [batch, time, features]; no state is needed.

        ``masks`` are those of dropout, broadcastable to the inputs: one, or a list with one for each gate.
        """
        return biased(multiplied(inputs, self.kernel, masks), self.input_bias)

    def step(self, projected: Tensor, states: States, masks: Any = None) -> States:
        """One step: the next states.

        Args:
            projected: What ``project`` made of this step's inputs, [batch, gates × units].
            states: The states at t-1, each [batch, units].
            masks: Those of recurrent dropout, [batch, units] or a list with one for each gate.
        """
        product = biased(multiplied(states[0], self.recurrent_kernel, masks), self.recurrent_bias)
        return self.advance(self.sums(projected, product, axis=-1), states)

    def sums(self, projected: Tensor, product: Tensor, axis: int) -> tuple[Tensor, ...]:
        """What ``advance`` gets: projection plus recurrent product for each gate, but for the last ``apart`` gates
        first their projections and then their products.  ``axis`` is that of the features.

        The fused loop makes the same by itself: a cell that overrides this is not ``fused``.
        """
        together = (self.gates - self.apart) * self.units
        if not self.apart:
            return blocks(ops.add(projected, product), self.gates, axis)
        one, other = ops.split(projected, [together], axis=axis), ops.split(product, [together], axis=axis)
        return (
            *blocks(ops.add(one[0], other[0]), self.gates - self.apart, axis),
            *blocks(one[1], self.apart, axis),
            *blocks(other[1], self.apart, axis),
        )

    def advance(self, sums: tuple[Tensor, ...], states: States) -> States:
        """The next states, element-wise, from what ``sums`` says and the states at t-1; all tensors of one shape."""
        raise NotImplementedError

    def shown_gates(self, sums: tuple[Tensor, ...], states: States) -> dict[str, Tensor]:
        """What the gates do in the step that ``advance`` makes of the same, by the names of ``cells.gates``."""
        return {}

    @property
    def fused(self) -> bool:
        """Whether ``advance_traced`` and ``backward`` are given, and are those of this cell's equations and options.

        A cell whose gradient holds for some of its options alone, or whose step is not element-wise, overrides this.
        """
        kind = type(self)
        own = kind.backward is not Cell.backward and kind.sums is Cell.sums and kind.project is Cell.project
        # A gradient that was inherited is not that of equations that were not.
        order = kind.__mro__.index
        return own and all(
            order(_giver(kind, "backward")) <= order(_giver(kind, name))
            for name in ("advance", "advance_traced", "step")
        )

    def advance_traced(self, sums: tuple[Tensor, ...], states: States) -> tuple[States, States]:
        """``advance``, and beside the next states the trace: whatever ``backward`` needs besides the old states."""
        raise NotImplementedError

    def backward(self, trace: States, states: States, gradients: States) -> tuple[tuple[Tensor, ...], States]:
        """The gradient of one step (back-propagation through time, Werbos 1990).

        Args:
            trace: What ``advance_traced`` left.
            states: The states at t-1.
            gradients: ∂loss/∂(states at t).

        Returns:
            ∂loss/∂sums, and ∂loss/∂(states at t-1) by the element-wise paths alone: what flows through the recurrent
            product is the time loop's to add, and the first is None where there is no other path.
        """
        raise NotImplementedError

    def call(self, inputs: Tensor, states: Any, training: bool = False) -> tuple[Tensor, Any]:
        """One step, as ``keras.layers.RNN`` calls it: inputs [batch, features] to (output, states)."""
        nested = isinstance(states, list | tuple)
        before = tuple(states) if nested else (states,)
        masks = self.masks(inputs, before[0], training)
        after = self.step(self.project(inputs, masks[0]), before, masks[1])
        return after[0], list(after) if nested else after[0]

    @property
    def input_features(self) -> int:
        """Features of the inputs that the weights were made for."""
        return int(self.kernel.shape[0])

    def at_once(self, projected: Tensor, initial: States, plan: Any) -> Any:
        """All steps at once, a ``chatbot.layers.plan.Unfolded``, for a cell that can (minGRU); None: step by step."""
        return None

    def masks(self, inputs: Tensor, state: Tensor, training: bool) -> tuple[Any, Any]:
        """The dropout masks of inputs and state, None where nothing is dropped; made once for a sequence."""
        of_inputs = self.get_dropout_mask(inputs) if training and 0 < self.dropout < 1 else None
        of_state = self.get_recurrent_dropout_mask(state) if training and 0 < self.recurrent_dropout < 1 else None
        return of_inputs, of_state

    def get_initial_state(self, batch_size: Any = None) -> list[Tensor]:
        """Zeros: nothing remembered yet."""
        return [ops.zeros((batch_size, self.units), dtype=self.compute_dtype) for _ in self.state_names]

    def get_config(self) -> dict[str, Any]:
        """What ``from_config`` needs to build the same cell, without its weights."""
        written = {name: options.write(name, getattr(self, name)) for name in self.OPTIONS}
        return {**super().get_config(), "units": self.units, **written}


def _giver(kind: type, name: str) -> type:
    return next(base for base in kind.__mro__ if name in vars(base))
