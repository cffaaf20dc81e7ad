"""The loop on JAX: ``jax.lax.scan``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax

Tensor = Any
Step = Callable[[tuple[Tensor, ...], tuple[Tensor, ...]], tuple[tuple[Tensor, ...], tuple[Tensor, ...]]]


def scan(
    step: Step, carry: tuple[Tensor, ...], sequences: tuple[Tensor, ...], length: int, *, reverse: bool = False
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Run ``step`` over time; see ``chatbot.layers.scan.tensorflow.scan``.  What is recorded are arrays [time, …]."""
    return jax.lax.scan(step, carry, sequences, length=length, reverse=reverse)


def stacked(recorded: Tensor) -> Tensor:
    """What a scan recorded, as it is."""
    return recorded


def columns(recorded: Tensor, length: int) -> Tensor:
    """[features, time × batch] of what a scan of ``length`` recorded as [features, batch] at every step."""
    return jax.numpy.moveaxis(recorded, 0, 1).reshape(recorded.shape[1], -1)


def with_gradient(
    forward: Callable[..., tuple[tuple[Tensor, ...], Any]],
    backward: Callable[[Any, tuple[Tensor, ...]], Any],
    arguments: tuple[Any, ...],
) -> tuple[Tensor, ...]:
    """``forward(*arguments)`` with a gradient of our own; see ``chatbot.layers.scan.tensorflow.with_gradient``."""

    @jax.custom_vjp
    def function(*given: Any) -> tuple[Tensor, ...]:
        return forward(*given)[0]

    function.defvjp(forward, backward)
    return function(*arguments)
