"""Recipes: what stands in the file is what comes out, and mistakes are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot.config import ModelConfig
from chatbot.errors import ConfigError, UsageError
from train.recipes.recipe import Part, load, names

TEXT = """
credits = "thanks.txt"
[model]
units = 24
[training]
passes = 2.0
[sampling]
temperature = 0.1
[[part]]
authored = 20
[[part]]
path = "data/sample.jsonl"
assistant = "b"
weight = 2
[[validation]]
authored = 5
seed = 9
"""


def write(folder: Path, text: str) -> str:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", names())
def test_every_recipe_that_comes_with_the_program_can_be_read(name: str) -> None:
    recipe = load(name)
    assert recipe.name == name
    assert recipe.model.memory_positions >= 1024  # 30 turns, a thousand pieces
    assert any(part.authored for part in recipe.parts)


def test_a_file_says_everything_and_the_command_line_more(tmp_path: Path) -> None:
    recipe = load(write(tmp_path, TEXT), {"model": {"cell": "gru"}, "training": {"passes": 0.5}})
    assert (recipe.name, recipe.credits) == ("mine", "thanks.txt")
    assert (recipe.model.units, recipe.model.cell, recipe.model.layers) == (24, "gru", ModelConfig().layers)
    assert (recipe.training.passes, recipe.sampling.temperature) == (0.5, 0.1)
    assert recipe.parts == [Part(authored=20), Part(path="data/sample.jsonl", assistant="b", weight=2.0)]
    assert recipe.validation == [Part(authored=5, seed=9)]


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        ("[model]", "[modell]", UsageError, "unknown section 'modell'"),
        ("units = 24", "unit = 24", ConfigError, "did you mean 'units'"),
        ("authored = 20", 'authored = 20\npublic = "x"', ConfigError, "exactly one of authored, path and public"),
        ("authored = 20", "", ConfigError, "exactly one of"),
        ("weight = 2", "weight = 0", ConfigError, "more than 0"),
        ("[[validation]]\nauthored = 5\nseed = 9\n", "", UsageError, "0 to validate with"),
        ("[sampling]", "[sampling", UsageError, "cannot be read"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, error: type[Exception], message: str) -> None:
    assert old in TEXT
    with pytest.raises(error, match=message):
        load(write(tmp_path, TEXT.replace(old, new)))


def test_a_name_that_nobody_knows_is_answered_with_those_that_are_known() -> None:
    with pytest.raises(UsageError, match=r"no recipe 'defualt'; expected one of .*default"):
        load("defualt")
