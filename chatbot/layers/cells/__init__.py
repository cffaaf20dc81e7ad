"""The cells by name.  A cell is its equations; the time loop is in ``chatbot.layers.loop``."""

from __future__ import annotations

from chatbot.errors import ConfigError
from chatbot.layers.cells.base import Cell
from chatbot.layers.cells.gru import GRUCell
from chatbot.layers.cells.lstm import LSTMCell
from chatbot.layers.cells.simple import SimpleRNNCell

CELLS: dict[str, type[Cell]] = {
    "rnn": SimpleRNNCell,
    "lstm": LSTMCell,
    "gru": GRUCell,
}
"""Every cell that a configuration can name."""


def make_cell(name: str, units: int) -> Cell:
    """A new cell of ``units`` features.

    Raises:
        ConfigError: on an unknown name; it lists the known ones.
    """
    if name not in CELLS:
        raise ConfigError(
            f"unknown cell {name!r}", expected=f"one of {', '.join(CELLS)}", remedy="change the cell's name"
        )
    return CELLS[name](units, name="cell")


__all__ = ["CELLS", "Cell", "GRUCell", "LSTMCell", "SimpleRNNCell", "make_cell"]
