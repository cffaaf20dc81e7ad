"""``SimpleRNN``, ``LSTM`` and ``GRU``: our cells and our time loop in the place of the layers of ``keras.layers``."""

from __future__ import annotations

import inspect
import operator
from typing import Any, ClassVar

import keras

from chatbot.errors import LayerError
from chatbot.layers.cells import options
from chatbot.layers.cells.base import Cell
from chatbot.layers.cells.gru import GRUCell
from chatbot.layers.cells.lstm import LSTMCell
from chatbot.layers.cells.simple import SimpleRNNCell
from chatbot.layers.recurrent import Recurrent


class _Named(Recurrent):
    """A layer that makes its cell: takes the arguments of both, flat, by the signature of Keras's own layer."""

    CELL: ClassVar[type[Cell]]
    CELL_NAME: ClassVar[str]
    KERAS: ClassVar[type[keras.layers.RNN]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.__signature__ = options.ShownSignature(inspect.signature(cls.KERAS))
        for name in ("units", *cls.CELL.OPTIONS):  # layer.units, layer.activation, …: those of the cell
            setattr(cls, name, property(operator.attrgetter(f"cell.{name}")))

    def __init__(self, units: int, *args: Any, **kwargs: Any) -> None:
        bound = inspect.signature(self.KERAS).bind(units, *args, **kwargs)
        bound.apply_defaults()
        given = {**bound.arguments, **bound.arguments["kwargs"]}
        del given["kwargs"]
        has_use_cudnn = "use_cudnn" in bound.arguments
        use_cudnn = given.pop("use_cudnn") if has_use_cudnn else "auto"
        if use_cudnn not in ("auto", True, False):
            raise LayerError(
                f"{type(self).__name__}: use_cudnn = {use_cudnn!r}",
                expected="'auto', True or False, none of which changes this layer",
                remedy="leave it out",
            )
        of_cell = {name: given.pop(name) for name in ("units", *self.CELL.OPTIONS)}
        if self.CELL.gates > 1 and "implementation" in given:
            of_cell["implementation"] = given.pop("implementation")
        cell = self.CELL(
            **of_cell,
            dtype=given.get("dtype"),
            trainable=given.get("trainable", True),
            name=self.CELL_NAME,
        )
        super().__init__(cell, **given)
        if has_use_cudnn:  # Keras's wrappers read it where Keras's layer has it
            self.use_cudnn = use_cudnn

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor, flat: layer and cell."""
        config = super().get_config()
        del config["cell"]
        of_cell = {name: options.write(name, getattr(self, name)) for name in ("units", *self.CELL.OPTIONS)}
        penalty = keras.regularizers.serialize(self.activity_regularizer)
        return {**config, **of_cell, "activity_regularizer": penalty}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> _Named:
        """The layer that ``get_config`` describes, without its weights."""
        return cls(**config)


@keras.saving.register_keras_serializable(package="chatbot")
class SimpleRNN(_Named):
    """``keras.layers.SimpleRNN`` with our cell (``chatbot.layers.SimpleRNNCell``) and our loop; same arguments."""

    CELL, CELL_NAME, KERAS = SimpleRNNCell, "simple_rnn_cell", keras.layers.SimpleRNN


@keras.saving.register_keras_serializable(package="chatbot")
class LSTM(_Named):
    """``keras.layers.LSTM`` with our cell (``chatbot.layers.LSTMCell``) and our loop; same arguments."""

    CELL, CELL_NAME, KERAS = LSTMCell, "lstm_cell", keras.layers.LSTM


@keras.saving.register_keras_serializable(package="chatbot")
class GRU(_Named):
    """``keras.layers.GRU`` with our cell (``chatbot.layers.GRUCell``) and our loop; same arguments."""

    CELL, CELL_NAME, KERAS = GRUCell, "gru_cell", keras.layers.GRU
