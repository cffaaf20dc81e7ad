"""Opens the gates that keep: their biases start so that a cell forgets at all time scales up to the longest."""

from __future__ import annotations

import numpy as np

from chatbot.layers import Cell, GRUCell, LSTMCell, MinGRUCell


def open_gates(cell: Cell, longest: int, seed: int) -> bool:
    """Chrono initialisation (Tallec & Ollivier 2018, section 2): b_keep = log U(1, longest - 1), and what is written
    starts as far closed as the other is open.

        LSTM      b_f = log U(1, T - 1), b_i = -b_f
        GRU       b_z = log U(1, T - 1), z being what is kept
        minGRU    b_z = -log U(1, T - 1), z being what is new

    Args:
        cell: Built.
        longest: T, steps to remember.
        seed: Of the draw.

    Returns:
        Whether the cell has such gates; if not, nothing was changed.
    """
    if not isinstance(cell, LSTMCell | GRUCell | MinGRUCell) or not cell.use_bias:
        return False
    drawn = np.log(np.random.default_rng(seed).uniform(1.0, max(2.0, longest - 1.0), cell.units))
    bias, u = np.array(cell.bias), cell.units
    if isinstance(cell, LSTMCell):
        bias[:u], bias[u : 2 * u] = -drawn, drawn
    elif isinstance(cell, GRUCell):
        (bias[0] if bias.ndim == 2 else bias)[:u] = drawn
    else:
        bias[:u] = -drawn
    cell.bias.assign(bias)
    return True
