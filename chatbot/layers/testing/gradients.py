"""Gradients by the framework, and by differences of a loss: the two are independent of each other."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from chatbot.layers.testing.compare import numbers

Tensor = Any
Function = Callable[..., Sequence[Tensor]]
"""From tensors to tensors."""


class Precision(NamedTuple):
    """How exactly gradients can be examined."""

    dtype: str
    step: float
    """Of differences: about the cube root of the rounding."""
    of_slopes: float
    """Tolerance of a slope by differences."""
    of_sums: float
    """Tolerance of sums made in another order."""


def precision() -> Precision:
    """float64 where it is to be had: on JAX Keras computes tanh and others in float32 whatever the input."""
    if keras.backend.backend() == "jax":
        return Precision("float32", 1e-2, 2e-3, 1e-5)
    return Precision("float64", 1e-5, 1e-7, 1e-9)


def uncompiled() -> contextlib.AbstractContextManager[Any]:
    """A context in which JAX runs loops step by step: each is run but once, and to compile it takes a hundred times as
    long.  TensorFlow does so anyway, outside of its functions."""
    if keras.backend.backend() != "jax":
        return contextlib.nullcontext()
    import jax

    return jax.disable_jit()


def differentiated(
    function: Function, arguments: Sequence[Tensor], upstream: Sequence[np.ndarray] | None = None
) -> tuple[list[Tensor], list[Tensor]]:
    """What ``function`` gives, and ∂(Σ upstream ∘ outputs)/∂arguments, zeros where nothing flows.

    Args:
        function: From tensors to tensors.
        arguments: Tensors of a floating type.
        upstream: The weight of every number of every output; default: the square of each output is what is summed.
    """
    if keras.backend.backend() == "jax":
        return _by_jax(function, arguments, upstream)
    import tensorflow as tf

    given = [tf.convert_to_tensor(argument) for argument in arguments]
    with tf.GradientTape() as tape:
        tape.watch(given)
        outputs = list(function(*given))
        loss = _loss(outputs, upstream)
    return outputs, list(tape.gradient(loss, given, unconnected_gradients="zero"))


def _by_jax(function: Function, arguments: Sequence[Tensor], upstream: Any) -> tuple[list[Tensor], list[Tensor]]:
    import jax

    def loss(given: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        outputs = list(function(*given))
        return _loss(outputs, upstream), outputs

    gradients, outputs = jax.grad(loss, has_aux=True)([ops.convert_to_tensor(a) for a in arguments])
    return outputs, gradients


def _loss(outputs: list[Tensor], upstream: Sequence[np.ndarray] | None) -> Tensor:
    factors: Any = (
        outputs if upstream is None else [ops.cast(u, o.dtype) for u, o in zip(upstream, outputs, strict=True)]
    )
    total: Any = 0.0
    for output, factor in zip(outputs, factors, strict=True):
        total = total + ops.sum(ops.cast(output * factor, "float64" if output.dtype == "float64" else "float32"))
    return total


def slope(
    function: Function, arguments: Sequence[np.ndarray], along: Sequence[np.ndarray], upstream: Sequence[np.ndarray]
) -> float:
    """d(Σ upstream ∘ outputs)/dε at 0 if the arguments become arguments + ε × along; a central difference."""
    step, ends = precision().step, []
    for sign in (1.0, -1.0):
        given = [(a + sign * step * d).astype(a.dtype) for a, d in zip(arguments, along, strict=True)]
        outputs = [numbers(output) for output in function(*map(ops.convert_to_tensor, given))]
        ends.append(sum(float((u * o).sum()) for u, o in zip(upstream, outputs, strict=True)))
    return (ends[0] - ends[1]) / (2.0 * step)
