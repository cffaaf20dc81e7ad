"""The vanilla cell with and without clipping (Pascanu et al. 2013), over a grid of conditions that is fixed here.

When its gradient explodes hangs on the recurrent matrix, which starts as an orthogonal one times a gain; what comes of
that hangs on the learning rate.  No single condition would be fair: there are some in which clipping mends it, some in
which it makes no difference, and some in which it does harm, so all of them are run and counted.  In each pair both
begin from the same weights and read the same batches of the synthetic task; it is plain gradient descent, since Adam
divides the size of a gradient away.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from chatbot.layers import SimpleRNNCell
from train.compare import synthetic
from train.compare.provenance import code, keep
from train.compare.synthetic import SYMBOLS, Reader, sequences, step_function

GAINS, RATES, SEEDS = (1.0, 1.4, 2.0), (0.1, 0.5), (1, 2, 3)
WAYS = ("clipped", "unclipped")
_CLIP = 1.0
_BATCH = 32
_LAST = 10
"""Steps at the end over which the loss is averaged: that of one batch says little."""


def kept_grid(folder: Path) -> dict[str, Any]:
    """The whole grid, as ``exploding`` has it: made once for a folder, and again if the code has changed."""
    sources = b"".join(Path(str(file)).read_bytes() for file in (__file__, synthetic.__file__))
    own = sources + code().encode() + keras.__version__.encode()
    path, key = folder / "explosion.json", hashlib.sha256(own).hexdigest()[:16]
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        found = None
    if isinstance(found, dict) and found.get("key") == key and isinstance(found.get("grid"), dict):
        return found["grid"]
    grid = exploding()
    keep(path, {"key": key, "grid": grid})
    return grid


def exploding(
    *,
    gains: Sequence[float] = GAINS,
    rates: Sequence[float] = RATES,
    seeds: Sequence[int] = SEEDS,
    units: int = 32,
    distance: int = 50,
    steps: int = 60,
    clip: float = _CLIP,
) -> dict[str, Any]:
    """Train every pair of the grid.

    Returns:
        ``guessing``, the loss of one who guesses, and ``runs``: for each pair ``gain``, ``rate``, ``seed``, and for
        ``clipped`` and ``unclipped`` the ``first_norm`` and ``highest_norm`` of the gradient (before any clipping) and
        the ``last_loss``, the mean of the last steps; null where that is no finite number.
    """
    trainers = {"clipped": _Trainer(units, clip), "unclipped": _Trainer(units, None)}
    runs = [
        {
            "gain": gain,
            "rate": rate,
            "seed": seed,
            **{way: trainers[way].train(gain, rate, seed, distance, steps) for way in WAYS},
        }
        for gain, rate, seed in itertools.product(gains, rates, seeds)
    ]
    return {"guessing": math.log(SYMBOLS), "runs": runs}


class _Trainer:
    """One reader and its compiled step, which begins anew for every condition: compiling takes longer than training."""

    def __init__(self, units: int, clip: float | None) -> None:
        self._reader = Reader(SimpleRNNCell(units, name="cell"))
        self._optimizer = keras.optimizers.SGD(1.0, global_clipnorm=clip)
        self._optimizer.build(self._reader.trainable_variables)
        self._update = step_function(self._reader, self._optimizer)

    def train(self, gain: float, rate: float, seed: int, distance: int, steps: int) -> dict[str, float | None]:
        self._begin(gain, rate, seed)
        rng, found = np.random.default_rng(seed), []
        for _ in range(steps):
            loss, norm = self._update(*sequences(_BATCH, distance, rng))
            found.append((float(loss), float(norm)))
        losses, norms = zip(*found, strict=True)
        return {
            "first_norm": _finite(norms[0]),
            "highest_norm": _finite(max(norms)) if all(map(math.isfinite, norms)) else None,
            "last_loss": _finite(float(np.mean(losses[-_LAST:]))),
        }

    def _begin(self, gain: float, rate: float, seed: int) -> None:
        self._optimizer.learning_rate.assign(rate)
        glorot, zeros = keras.initializers.GlorotUniform(seed), keras.initializers.Zeros()
        orthogonal = keras.initializers.Orthogonal(gain, seed)
        for variable in self._reader.trainable_variables:
            named = orthogonal if variable.name == "recurrent_kernel" else glorot
            variable.assign((named if len(variable.shape) > 1 else zeros)(variable.shape))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
