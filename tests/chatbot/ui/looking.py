"""A model of plain code whose memory can be looked into: what tests of the memory panel share."""

from __future__ import annotations

import types
from typing import Any

import numpy as np

SIZE = 64


class Fading:
    """One layer of hidden and cell state; both halve with every token and get a one for it."""

    config = types.SimpleNamespace(layers=1, tied=True)
    gated = True

    def initial_state(self) -> tuple[np.ndarray, ...]:
        return tuple(np.zeros((1, SIZE), np.float32) for _ in range(2))

    def encode_step(self, token: int, state: Any) -> tuple[Any, np.ndarray]:
        one = np.eye(1, SIZE, token, np.float32)
        after = (state[0] / 2 + one, state[1] / 2 - one)
        return after, after[0][0]

    def gates(self, token: int, state: Any) -> dict[str, np.ndarray] | None:
        if not self.gated:
            return None
        return {"kept": np.full((1, SIZE), 0.8), "written": np.full((1, SIZE), 0.25), "shown": np.full((1, SIZE), 0.5)}
