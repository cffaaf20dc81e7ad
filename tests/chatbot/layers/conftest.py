"""Sequences of random numbers, the two ways to run a cell over them, and the oracle: a plain loop in Python.

Everything is in one fixture, ``sequences``, because test modules here cannot import each other
(``--import-mode=importlib``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
import tensorflow as tf

from chatbot.layers import CELLS, Cell, Restarts, loop, steps
from chatbot.layers.plan import Plan, Unfolded

UNITS, FEATURES, BATCH, STEPS = 5, 3, 4, 6


class Data(NamedTuple):
    """What a sequence is computed from, all of it random."""

    inputs: tf.Tensor
    initial: tuple[tf.Tensor, ...]
    restart_states: tuple[tf.Tensor, ...]
    flags: np.ndarray
    mask: np.ndarray


class Case(NamedTuple):
    """What of it is used."""

    masked: bool = False
    restarted: bool = False
    bptt_steps: int | None = None
    recompute: bool = False
    wanted: int | None = None


class Sequences:
    """``randomised`` is the fixture that gives a layer random weights."""

    def __init__(self, randomised: Callable[[Any, int], Any]) -> None:
        self.randomised = randomised

    def cell(self, name: str, *, seed: int = 1, units: int = UNITS, features: int = FEATURES, **options: Any) -> Cell:
        """A built cell with random weights; ``name`` is one of ``CELLS``, or "…, unlike" with other functions."""
        kind, _, unlike = name.partition(", ")
        if unlike:
            options = {"activation": "softsign", **options}
        cell = CELLS[kind](units, **options)
        cell.build((None, features))
        return self.randomised(cell, seed)

    def data(self, cell: Cell, seed: int, *, steps: int = STEPS, batch: int = BATCH) -> Data:
        """Numbers of the cell's dtype; row 0 has no restart, row 1 has nothing to read."""
        rng = np.random.default_rng(seed)

        def normal(*shape: int) -> tf.Tensor:
            return tf.constant(rng.normal(size=shape), cell.compute_dtype)

        parts = range(len(cell.state_names))
        flags, mask = rng.random((batch, steps)) < 0.4, rng.random((batch, steps)) < 0.7
        flags[0], mask[-3:-2] = False, False
        return Data(
            normal(batch, steps, cell.input_features),
            tuple(normal(batch, cell.units) for _ in parts),
            tuple(normal(batch, steps, cell.units) for _ in parts),
            flags,
            mask,
        )

    def run(self, way: str, cell: Cell, data: Data, case: Case) -> Unfolded:
        """By ``loop`` ("fused") or by ``steps`` ("general")."""
        plan = Plan(
            tf.constant(data.mask) if case.masked else None,
            Restarts(tf.constant(data.flags), data.restart_states) if case.restarted else None,
            case.bptt_steps,
            case.recompute,
            case.wanted,
        )
        if way == "fused":
            return loop.run(cell, data.inputs, data.initial, plan)
        return steps.run_any(cell, cell.project(data.inputs), data.initial, plan)

    def plain(self, cell: Cell, data: Data, case: Case) -> Unfolded:
        """The same, step by step in Python, by the words of ``Plan``."""
        states, after = data.initial, []
        for t in range(data.inputs.shape[1]):
            if case.bptt_steps and t and t % case.bptt_steps == 0:
                states = tuple(tf.stop_gradient(state) for state in states)
            if case.restarted:
                flag = data.flags[:, t, None]
                states = tuple(tf.where(flag, r[:, t], s) for r, s in zip(data.restart_states, states, strict=True))
            new = cell.step(cell.project(data.inputs[:, t]), states)
            if case.masked:
                new = tuple(tf.where(data.mask[:, t, None], n, s) for n, s in zip(new, states, strict=True))
            states = tuple(new)
            after.append(states)
        return Unfolded(tuple(tf.stack(part, axis=1) for part in zip(*after, strict=True)), states)

    def gradients(self, run: Callable[[], Unfolded], cell: Cell, data: Data) -> tuple[Unfolded, list[np.ndarray]]:
        """What ``run`` gives, and the gradients of a random mix of all of it: of the inputs, the initial states, the
        restart states and the weights, in this order."""
        rng = np.random.default_rng(9)
        sources = [data.inputs, *data.initial, *data.restart_states, *(v.value for v in cell.trainable_variables)]
        with tf.GradientTape() as tape:
            tape.watch(sources)
            after = run()
            mixed = [
                tf.reduce_sum(tf.cast(part, tf.float64) * rng.normal(size=part.shape))
                for part in (*after.last, *after.sequences)  # the last first: the same mix whatever is wanted
            ]
            loss = tf.add_n(mixed)
        found = tape.gradient(loss, sources, unconnected_gradients="zero")
        return after, [tf.cast(gradient, tf.float64).numpy() for gradient in found]

    def close(self, got: Any, want: Any, tolerance: float) -> None:
        """Equal within ``tolerance`` of 1 or of the largest number; two tensors or two structures of them."""
        for index, (a, b) in enumerate(zip(tf.nest.flatten(got), tf.nest.flatten(want), strict=True)):
            a, b = (tf.cast(part, tf.float64).numpy() for part in (a, b))
            bound = tolerance * max(1.0, float(np.abs(b).max(initial=0.0)))
            np.testing.assert_allclose(a, b, rtol=0.0, atol=bound, err_msg=f"part {index}")
            assert a.shape == b.shape

    def case(self, **changes: Any) -> Case:
        """What of the data is used; nothing but inputs and initial states unless said."""
        return Case(**changes)


@pytest.fixture(scope="session")
def sequences(randomised: Callable[[Any, int], Any]) -> Sequences:
    """How a sequence is made, run in both ways, and run plainly."""
    return Sequences(randomised)
