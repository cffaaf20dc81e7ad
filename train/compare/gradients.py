"""How far a gradient reaches back: ‖∂loss(T)/∂s(t)‖ over T - t, and what the recurrent matrix has to do with it.

The loss at T hangs on the state s(t) by the steps between alone (the state is all its parts, h and c for an LSTM):

    ∂loss(T)/∂s(t) = J(t+1)ᵀ J(t+2)ᵀ … J(T)ᵀ ∂loss(T)/∂s(T),    J(t) = ∂s(t)/∂s(t-1)

a product of as many Jacobians as there are steps, which vanishes or explodes exponentially (Hochreiter 1991; Bengio et
al. 1994; Pascanu et al. 2013, equation 5).  The products are made from the right, one step's gradient after another.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from chatbot.layers import Cell

Array = NDArray[np.floating]


class Slope(NamedTuple):
    """An exponential fitted to the norms."""

    factor: float
    """By which the norm is multiplied with each step back: below 1 it vanishes, above it explodes."""
    steps: int
    """Back from T that were fitted: those at which the norm is a number other than 0."""


def reach(cell: Cell, inputs: Array, upstream: Array) -> NDArray[np.float64]:
    """The norm of ∂loss(T)/∂s(t), where ∂loss(T)/∂h(T) is given: the root of its mean square over the batch.

    Args:
        cell: Built, of any kind; its dtype is computed in.
        inputs: [batch, T, features].
        upstream: ∂loss(T)/∂h(T), [batch, units].

    Returns:
        [T + 1], by T - t: first that of s(T), last that of the initial state.
    """
    dtype = cell.compute_dtype
    projected = cell.project(tf.constant(inputs, dtype))
    forward, back = _step_functions(cell)
    states = [tuple(cell.get_initial_state(len(inputs)))]
    for t in range(inputs.shape[1]):
        states.append(forward(projected[:, t], states[-1]))
    gradients = tuple(
        tf.constant(upstream, dtype) if number == 0 else tf.zeros_like(part) for number, part in enumerate(states[-1])
    )
    norms = [_norm(gradients)]
    for t in reversed(range(inputs.shape[1])):
        gradients = back(projected[:, t], states[t], gradients)
        norms.append(_norm(gradients))
    return np.array(norms)


def _step_functions(cell: Cell) -> tuple[Any, Any]:
    """(one step, its gradient from that of the states after it to that of the states before it)."""

    @tf.function(autograph=False)
    def forward(projected: Any, states: Any) -> Any:
        return tuple(cell.step(projected, states))

    @tf.function(autograph=False)
    def back(projected: Any, states: Any, gradients: Any) -> Any:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(states)
            after = tuple(cell.step(projected, states))
        return tape.gradient(after, states, output_gradients=gradients, unconnected_gradients="zero")

    return forward, back


def _norm(gradients: Any) -> float:
    parts = [np.asarray(part, np.float64) for part in gradients]
    with np.errstate(over="ignore"):
        return float(np.sqrt(np.mean(sum(np.sum(part**2, axis=1) for part in parts))))


def slope(norms: Array) -> Slope:
    """The factor by which the norm changes with each step back: least squares of its logarithm over T - t."""
    lags = np.arange(len(norms))
    known = np.isfinite(norms) & (np.asarray(norms) > 1e-300)
    if known.sum() < 2:
        return Slope(0.0, int(known.sum()))
    gradient, _ = np.polyfit(lags[known], np.log(np.asarray(norms, np.float64)[known]), 1)
    return Slope(float(np.exp(gradient)), int(known.sum()))


def random_upstream(batch: int, units: int, seed: int = 0) -> NDArray[np.float64]:
    """Directions of length 1 [batch, units], drawn evenly: no loss of any one training."""
    drawn = np.random.default_rng(seed).normal(size=(batch, units))
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def spectral_radii(cell: Cell) -> list[float]:
    """The largest absolute eigenvalue of each gate's block of the recurrent matrix, in the order of its columns; none
    for a cell without such a matrix.  Below 1, a linear recurrence forgets; above, it explodes."""
    kernel = getattr(cell, "recurrent_kernel", None)
    if kernel is None or int(kernel.shape[0]) != cell.units or int(kernel.shape[1]) % cell.units:
        return []
    matrix = np.asarray(kernel, np.float64)
    blocks = np.split(matrix, matrix.shape[1] // cell.units, axis=1)
    return [float(np.abs(np.linalg.eigvals(block)).max()) for block in blocks]
