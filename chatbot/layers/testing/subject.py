"""The cell that is examined: made anew for each law, with the same random weights, for the same random numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from chatbot.layers.cells.base import Cell, States, Tensor
from chatbot.layers.plan import Restarts
from chatbot.layers.recurrent import Recurrent

BATCH, STEPS = 4, 6


class Numbers(NamedTuple):
    """What a sequence is computed from."""

    inputs: np.ndarray
    """[batch, time, features]"""
    initial: tuple[np.ndarray, ...]
    """[batch, units] for each part of the state."""
    mask: np.ndarray
    """[batch, time] bool: row 0 sees all, row 1 nothing, row 2 starts late, the others have holes."""
    flags: np.ndarray
    """[batch, time] bool: where the state is replaced; row 0 never is."""
    restart_states: tuple[np.ndarray, ...]
    """[batch, time, units] for each part of the state."""

    def restarts(self) -> Restarts:
        """The restarts as a layer takes them."""
        return Restarts(ops.convert_to_tensor(self.flags), tuple(map(ops.convert_to_tensor, self.restart_states)))


class Subject:
    """A class of cells and the options to make one with."""

    def __init__(self, kind: type[Cell], units: int, features: int, options: dict[str, Any]) -> None:
        self.kind, self.units, self.features, self.options = kind, units, features, options

    @property
    def memoryless(self) -> bool:
        """Whether the class says that its state carries nothing."""
        return bool(getattr(self.kind, "memoryless", False))

    def cell(self, dtype: str = "float32", **options: Any) -> Cell:
        """A built cell with the random weights."""
        cell = self.kind(self.units, dtype=dtype, **{**self.options, **options})
        cell.build((None, self.features))
        return randomise(cell)

    def layer(self, dtype: str = "float32", cell: Cell | None = None, **arguments: Any) -> Recurrent:
        """A built layer around the cell, which gives the states of every step."""
        layer = Recurrent(cell or self.cell(dtype), return_sequences=True, return_state=True, dtype=dtype, **arguments)
        layer.build((None, None, self.features))
        return layer

    def numbers(self, dtype: str = "float32", *, batch: int = BATCH, steps: int = STEPS) -> Numbers:
        """Always the same ones."""
        rng, parts = np.random.default_rng(1), range(len(self.kind.state_names))

        def normal(*shape: int) -> np.ndarray:
            return rng.normal(size=shape).astype(dtype)

        mask, flags = rng.random((batch, steps)) < 0.6, rng.random((batch, steps)) < 0.3
        mask[0], mask[1:2], mask[2:3, : steps // 2] = True, False, False
        flags[0], flags[-1:, steps // 2] = False, True
        return Numbers(
            normal(batch, steps, self.features),
            tuple(normal(batch, self.units) for _ in parts),
            mask,
            flags,
            tuple(normal(batch, steps, self.units) for _ in parts),
        )

    def stepwise(self, cell: Cell, given: Numbers, *, masked: bool = False, restarted: bool = False) -> States:
        """The states after every step, each [batch, time, units], by one call of the cell after the other."""
        states, after = given.initial, []
        for t in range(given.inputs.shape[1]):
            if restarted:
                flag = given.flags[:, t, None]
                states = tuple(np.where(flag, r[:, t], s) for r, s in zip(given.restart_states, states, strict=True))
            _, new = cell(ops.convert_to_tensor(given.inputs[:, t]), [ops.convert_to_tensor(state) for state in states])
            found = [ops.convert_to_numpy(state) for state in new]
            if masked:
                found = [np.where(given.mask[:, t, None], n, s) for n, s in zip(found, states, strict=True)]
            states = tuple(found)
            after.append(states)
        return tuple(np.stack(part, axis=1) for part in zip(*after, strict=True))

    def part_names(self) -> list[str]:
        """The parts of the state as a finding calls them."""
        return [f"state {name!r}" for name in self.kind.state_names]


def randomise(cell: Cell) -> Cell:
    """Give every weight the value that its place and shape ask for; the cell itself is returned."""
    for number, variable in enumerate(cell.trainable_variables):
        scale = 0.8 / math.sqrt(variable.shape[0]) if len(variable.shape) > 1 else 0.4
        variable.assign(np.random.default_rng(number).normal(scale=scale, size=variable.shape))
    return cell


def with_weights(cell: Cell, function: Callable[..., Sequence[Tensor]], count: int) -> Callable[..., Sequence[Tensor]]:
    """``function`` of ``count`` tensors, and after them the trainable weights of the cell, as a pure function."""

    def pure(*given: Tensor) -> Sequence[Tensor]:
        pairs = list(zip(cell.trainable_variables, given[count:], strict=True))
        with keras.StatelessScope(state_mapping=pairs):
            return function(*given[:count])

    return pure


def weights_of(cell: Cell) -> dict[str, np.ndarray]:
    """The trainable weights by name, for messages and as arguments."""
    return {f"weight {v.name!r}": ops.convert_to_numpy(v.value) for v in cell.trainable_variables}
