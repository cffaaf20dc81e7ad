"""How likely a piece is among all of the vocabulary, with as few passes over all logits as can be."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

from keras import ops

from chatbot.layers.cells.base import Tensor
from chatbot.layers.scan import scan, stacked, with_gradient

_COLUMNS = 256
"""Positions whose logits are in memory at a time: for 6,000 pieces 6 MB, so that they stay in the cache."""


class Likelihood(NamedTuple):
    """Natural log-likelihoods under softmax(E f + b)."""

    chosen: Tensor
    """[batch, n]: of each target."""
    mean: Tensor
    """[batch, n]: on the mean over all pieces, which label smoothing asks for."""


def log_likelihood(
    features: Tensor, table: Tensor, bias: Tensor, targets: Tensor, products: str | None = None
) -> Likelihood:
    """log softmax(E f + b), at the targets and on the mean.

    The logits of all positions, their exponentials and their gradients are by far the largest tensors of a training
    step, and passing over them costs as much as the matrix products.  So they are made for a few positions at a time,
    while they are in the cache, and only the exponentials are kept for the backward pass, as they are.

    Args:
        features: f, [batch, n, size].
        table: E, [vocabulary, size].
        bias: b, [vocabulary].
        targets: int [batch, n].
        products: The dtype that the logits of all pieces and their gradients are multiplied in, where it is another
            than that of the features, in which all sums are made.  In bfloat16, processors that have it (AMX, AVX-512)
            were measured at four times the speed; a logit is then rounded to three digits.

    Returns:
        Both in the dtype of the features.
    """
    size = features.shape[-1]
    flat = ops.reshape(features, (-1, size))
    ids = ops.reshape(targets, (-1,))
    partition = log_partition(flat, table, bias, products)
    logits = ops.sum(ops.multiply(flat, ops.take(table, ids, axis=0)), axis=-1) + ops.take(bias, ids)
    mean = ops.matmul(flat, ops.mean(table, axis=0)) + ops.mean(bias)  # the mean logit is that of the mean piece
    shape = ops.shape(targets)
    return Likelihood(ops.reshape(logits - partition, shape), ops.reshape(mean - partition, shape))


def log_partition(features: Tensor, table: Tensor, bias: Tensor, products: str | None = None) -> Tensor:
    """log Σ exp(E f + b) over the vocabulary for features [n, size]: [n].

    Inside, the logits z of a block of positions are [vocabulary, positions], one product [E, b] [f, 1]ᵀ.  Their
    gradient is softmax(z) = exp(z - max) / Σ, of which the division is left to the small side of the two products.
    """
    count, size = ops.shape(features)
    whole, half = features.dtype, products or features.dtype
    blocks = -(-count // _COLUMNS)

    blocked = functools.partial(_blocked, blocks=blocks)
    product = functools.partial(_product, half=half, whole=whole)

    def forward(features: Tensor, table: Tensor, bias: Tensor) -> tuple[tuple[Tensor, ...], Any]:
        wide = ops.cast(ops.concatenate([table, bias[:, None]], axis=1), half)
        rows = blocked(ops.concatenate([features, ops.ones_like(features[:, :1])], axis=1))

        def step(_: tuple[Tensor, ...], now: tuple[Tensor, ...]) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
            logits = product(wide, ops.transpose(now[0]))
            highest = ops.max(logits, axis=0)
            powers = ops.exp(logits - highest)
            total = ops.sum(powers, axis=0)
            return (), (ops.log(total) + highest, total, ops.cast(powers, half))

        _, (partition, total, powers) = scan(step, (), (rows,), blocks)
        return (ops.reshape(stacked(partition), (-1,))[:count],), (rows, stacked(total), powers, wide)

    def backward(left: Any, upstream: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        rows, total, powers, wide = left
        scale = blocked(upstream[0][:, None]) / total[..., None]
        transposed = ops.transpose(wide[:, :size])

        def step(carry: tuple[Tensor, ...], now: tuple[Tensor, ...]) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
            scaled, scale, powers = now
            return (carry[0] + product(powers, scaled),), (ops.transpose(product(transposed, powers)) * scale,)

        (d_wide,), (recorded,) = scan(step, (ops.zeros_like(wide, dtype=whole),), (rows * scale, scale, powers), blocks)
        return ops.reshape(stacked(recorded), (-1, size))[:count], d_wide[:, :size], d_wide[:, size]

    return with_gradient(forward, backward, (features, ops.convert_to_tensor(table), ops.convert_to_tensor(bias)))[0]


def _product(one: Tensor, other: Tensor, half: Any, whole: Any) -> Tensor:
    """One · other, multiplied in one dtype and given in another."""
    return ops.cast(ops.matmul(ops.cast(one, half), ops.cast(other, half)), whole)


def _blocked(tensor: Tensor, blocks: Tensor) -> Tensor:
    """[n, size] to [blocks, positions, size], with zeros behind the last."""
    padded = ops.pad(tensor, ((0, blocks * _COLUMNS - ops.shape(tensor)[0]), (0, 0)))
    return ops.reshape(padded, (blocks, _COLUMNS, padded.shape[1]))
