"""The cells by name.  A cell is its equations; the time loop is in ``chatbot.layers.loop``."""

from __future__ import annotations

from chatbot.layers.cells.base import Cell
from chatbot.layers.cells.gru import GRUCell
from chatbot.layers.cells.linear import LinearCell
from chatbot.layers.cells.lstm import LSTMCell
from chatbot.layers.cells.lstm_layernorm import LayerNormLSTMCell
from chatbot.layers.cells.lstm_peephole import PeepholeLSTMCell
from chatbot.layers.cells.memoryless import MemorylessCell
from chatbot.layers.cells.mingru import MinGRUCell
from chatbot.layers.cells.simple import SimpleRNNCell

CELLS: dict[str, type[Cell]] = {
    "rnn": SimpleRNNCell,
    "lstm": LSTMCell,
    "gru": GRUCell,
    "memoryless": MemorylessCell,
    "lstm_layernorm": LayerNormLSTMCell,
    "lstm_peephole": PeepholeLSTMCell,
    "mingru": MinGRUCell,
}
"""Every cell that comes with the program; how others are found is in ``chatbot.layers.registry``."""

__all__ = [
    "CELLS",
    "Cell",
    "GRUCell",
    "LSTMCell",
    "LayerNormLSTMCell",
    "LinearCell",
    "MemorylessCell",
    "MinGRUCell",
    "PeepholeLSTMCell",
    "SimpleRNNCell",
]
