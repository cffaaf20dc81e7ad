"""What makes the recurrent layers of the model, and that the model takes another maker's."""

from __future__ import annotations

import pytest

from chatbot.config import ModelConfig
from chatbot.errors import ConfigError
from chatbot.layers import CELLS, Recurrent
from chatbot.model import Seq2Seq
from chatbot.model.recurrent import make_recurrent

CONFIG = ModelConfig(vocabulary_size=20, embedding_size=4, units=6, layers=2)


@pytest.mark.parametrize("name", CELLS)
def test_the_layer_runs_the_cell_of_the_configuration(name: str) -> None:
    layer = make_recurrent(ModelConfig(cell=name, units=6), "recurrent_3")
    assert type(layer.cell) is CELLS[name]
    assert layer.cell.units == 6
    assert layer.name == "recurrent_3"


def test_an_unknown_cell_is_refused() -> None:
    with pytest.raises(ConfigError, match="ltsm"):
        make_recurrent(ModelConfig(cell="ltsm"), "recurrent_0")


def test_the_model_is_made_of_the_layers_that_it_is_given() -> None:
    made: list[Recurrent] = []

    def make(config: ModelConfig, name: str) -> Recurrent:
        made.append(make_recurrent(config, f"other_{name}"))
        return made[-1]

    model = Seq2Seq(CONFIG, make_recurrent=make)
    used = [*model.encoder.recurrent, *model.decoder.recurrent]
    assert [id(layer) for layer in used] == [id(layer) for layer in made]
    assert [layer.name for layer in used] == ["other_recurrent_0", "other_recurrent_1"] * 2
