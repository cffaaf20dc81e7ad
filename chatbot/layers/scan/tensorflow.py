"""The loop on TensorFlow: ``tf.while_loop`` and ``TensorArray``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

Tensor = Any
Step = Callable[[tuple[Tensor, ...], tuple[Tensor, ...]], tuple[tuple[Tensor, ...], tuple[Tensor, ...]]]

_FEW = 256
"""Up to this many steps, an operation for each is no burden to a graph."""


def scan(
    step: Step, carry: tuple[Tensor, ...], sequences: tuple[Any, ...], length: Any, *, reverse: bool = False
) -> tuple[tuple[Tensor, ...], tuple[tf.TensorArray, ...]]:
    """Run ``step`` over time.

    Args:
        step: (carry, the slices of this step) to (next carry, what to record).
        carry: Tensors whose shapes stay the same.
        sequences: Tensors [time, …], or what another scan recorded: then nothing is copied to read it.
        length: The number of steps, at least 1; an int where it is known.
        reverse: From the last step to the first; what is recorded stands at its own step all the same.

    Returns:
        The carry after the last step, and what was recorded, as TensorArrays.
    """
    # How many tensors a step records, and their shapes, is the step's business: make one to ask; a graph drops it.
    _, example = step(carry, tuple(_read(sequence, 0) for sequence in sequences))
    arrays = tuple(
        tf.TensorArray(record.dtype, size=length, element_shape=record.shape, clear_after_read=False)
        for record in example
    )

    def body(t: Tensor, carry: tuple[Tensor, ...], arrays: tuple[Any, ...]) -> tuple[Any, ...]:
        at = length - 1 - t if reverse else t
        carry, records = step(carry, tuple(_read(sequence, at) for sequence in sequences))
        return t + 1, carry, tuple(array.write(at, record) for array, record in zip(arrays, records, strict=True))

    # XLA wants to know how much an automatic gradient may keep, even where the length is a tensor.
    _, carry, arrays = tf.while_loop(
        lambda t, *_: t < length, body, (tf.constant(0), carry, arrays), maximum_iterations=length
    )
    return carry, arrays


def stacked(recorded: tf.TensorArray) -> Tensor:
    """One tensor [time, …] of what a scan recorded."""
    return recorded.stack()


def columns(recorded: tf.TensorArray, length: Any) -> Tensor:
    """One tensor [features, time × batch] of what a scan of ``length`` recorded as [features, batch] at every step."""
    if isinstance(length, int) and length <= _FEW:  # straight from the pieces, without a copy on the way
        return tf.concat([recorded.read(t) for t in range(length)], axis=1)
    stack = tf.transpose(recorded.stack(), [1, 0, 2])
    return tf.reshape(stack, [stack.shape[0], -1])


def with_gradient(
    forward: Callable[..., tuple[tuple[Tensor, ...], Any]],
    backward: Callable[[Any, tuple[Tensor, ...]], Any],
    arguments: tuple[Any, ...],
) -> tuple[Tensor, ...]:
    """``forward(*arguments)`` with a gradient of our own.

    Args:
        forward: Arguments to (outputs, whatever ``backward`` needs).
        backward: (what ``forward`` left, the gradient of each output) to gradients in the structure of ``arguments``.
        arguments: Every tensor that has a gradient, in nested tuples.
    """

    @tf.custom_gradient
    def function(*flat: Tensor) -> tuple[tuple[Tensor, ...], Any]:
        outputs, left = forward(*tf.nest.pack_sequence_as(arguments, flat))

        def gradient(*upstream: Tensor) -> list[Tensor]:
            return tf.nest.flatten(backward(left, upstream))

        return outputs, gradient

    outputs = function(
        *(tf.convert_to_tensor(given) for given in tf.nest.flatten(arguments))
    )  # variables are read here
    return tuple(outputs)


def _read(sequence: Any, at: Any) -> Tensor:
    return sequence.read(at) if isinstance(sequence, tf.TensorArray) else sequence[at]
