"""Our own recurrent layers on Keras: cells, the layer that runs them, attention."""

from chatbot.layers.attention import GeneralAttention
from chatbot.layers.cells import CELLS, Cell, GRUCell, LSTMCell, SimpleRNNCell, make_cell
from chatbot.layers.loop import Restarts
from chatbot.layers.recurrent import Recurrent

__all__ = [
    "CELLS",
    "Cell",
    "GRUCell",
    "GeneralAttention",
    "LSTMCell",
    "Recurrent",
    "Restarts",
    "SimpleRNNCell",
    "make_cell",
]
