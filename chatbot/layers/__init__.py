"""Our own recurrent layers on Keras: cells, the layer that runs them, attention."""

from chatbot.layers.attention import ContinuingPointer, GeneralAttention, scores
from chatbot.layers.cells import (
    CELLS,
    Cell,
    GRUCell,
    LayerNormLSTMCell,
    LSTMCell,
    MemorylessCell,
    MinGRUCell,
    PeepholeLSTMCell,
    SimpleRNNCell,
)
from chatbot.layers.named import GRU, LSTM, SimpleRNN
from chatbot.layers.plan import Restarts
from chatbot.layers.recurrent import Recurrent
from chatbot.layers.registry import find_cell, make_cell, register

__all__ = [
    "CELLS",
    "GRU",
    "LSTM",
    "Cell",
    "ContinuingPointer",
    "GRUCell",
    "GeneralAttention",
    "LSTMCell",
    "LayerNormLSTMCell",
    "MemorylessCell",
    "MinGRUCell",
    "PeepholeLSTMCell",
    "Recurrent",
    "Restarts",
    "SimpleRNN",
    "SimpleRNNCell",
    "find_cell",
    "make_cell",
    "register",
    "scores",
]
