"""Which recurrent layer the model is made of: the one place where that is chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chatbot.config import ModelConfig
from chatbot.layers import Recurrent, make_cell

MakeRecurrent = Callable[[ModelConfig, str], Any]
"""From a configuration and a layer's name to the layer.  It needs ``build``, ``unfold`` as ``Recurrent`` has it, and
``cell`` with ``get_initial_state``; the benchmarks put Keras's own layers in this place."""


def make_recurrent(config: ModelConfig, name: str) -> Recurrent:
    """Our layer, not yet built.

    Raises:
        ConfigError: if ``config.cell`` is the name of no cell.
    """
    return Recurrent(make_cell(config.cell, config.units), return_sequences=True, name=name)
