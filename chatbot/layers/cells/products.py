"""The matrix products of one step in rows, with their biases and dropout masks, and how they fall into gates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras import ops

Tensor = Any
"""A tensor of whatever backend Keras runs on (Keras gives them no common type)."""


def biased(product: Tensor, bias: Tensor | None) -> Tensor:
    """``product + bias``, or the product alone."""
    return product if bias is None else ops.add(product, bias)


def multiplied(inputs: Tensor, kernel: Tensor, masks: Any) -> Tensor:
    """``inputs @ kernel``, the inputs times a mask if there is one, or times one mask for each gate."""
    if isinstance(masks, Sequence):
        kernels = ops.split(kernel, len(masks), axis=1)
        parts = [ops.matmul(ops.multiply(inputs, m), k) for m, k in zip(masks, kernels, strict=True)]
        return ops.concatenate(parts, axis=-1)
    return ops.matmul(inputs if masks is None else ops.multiply(inputs, masks), kernel)


def blocks(tensor: Tensor, count: int, axis: int) -> tuple[Tensor, ...]:
    """The tensor in ``count`` equal parts along an axis."""
    return tuple(ops.split(tensor, count, axis=axis)) if count > 1 else (tensor,)
