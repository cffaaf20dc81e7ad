"""The moving average of a model's weights, put in their place for a while."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import keras
import numpy as np


@contextlib.contextmanager
def averaged(model: keras.Model) -> Iterator[None]:
    """Inside, the model's weights are their moving averages, if its optimizer makes any."""
    optimizer = model.optimizer
    if not optimizer.use_ema:
        yield
        return
    # Keras's own SwapEMAWeights reaches for them in the same way, but only ever swaps at the ends of its epochs.
    averages = optimizer._model_variables_moving_average
    variables = model.trainable_variables
    own = [keras.ops.copy(variable) for variable in variables]
    started = int(np.asarray(optimizer.iterations)) > 0
    if started:
        for variable, average in zip(variables, averages, strict=True):
            variable.assign(average)
    try:
        yield
    finally:
        for variable, value in zip(variables, own, strict=True):
            variable.assign(value)
