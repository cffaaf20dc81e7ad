"""Laws of the configurations: strict reading, faithful writing, ranges."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import pytest

from chatbot.config import Config, ModelConfig, SamplingConfig
from chatbot.errors import ConfigError

CONFIGS = [ModelConfig, SamplingConfig]
CHANGED = [
    ModelConfig(cell="gru", vocabulary_size=8, embedding_size=1, units=3, layers=5, dropout=0.0, memory_positions=1),
    SamplingConfig(temperature=0.0, top_k=0, top_p=1.0, seed=0, no_repeat_ngram=0, min_length=3, max_length=3, beams=4),
    SamplingConfig(seed=None),
]


@pytest.mark.parametrize("config", [*(kind() for kind in CONFIGS), *CHANGED])
def test_what_is_written_as_json_is_read_back_equal(config: Config) -> None:
    assert type(config).from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize("kind", CONFIGS)
def test_what_is_left_out_keeps_its_default(kind: type[Config]) -> None:
    assert kind.from_dict({}) == kind()


@pytest.mark.parametrize("config", CHANGED)
def test_a_configuration_cannot_be_changed_and_can_be_compared(config: Any) -> None:
    name = dataclasses.fields(config)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(config, name, 1)
    assert dataclasses.replace(config) == config


@pytest.mark.parametrize("kind", CONFIGS)
def test_every_setting_is_documented(kind: type[Config]) -> None:
    import inspect

    source = inspect.getsource(kind)
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        line = next(n for n, line in enumerate(source.splitlines()) if line.startswith(f"    {field.name}:"))
        assert source.splitlines()[line + 1].startswith('    """'), field.name


def test_an_unknown_setting_is_refused_and_the_nearest_is_named() -> None:
    with pytest.raises(ConfigError, match="did you mean 'temperature'") as caught:
        SamplingConfig.from_dict({"temprature": 1.0})
    assert "'temprature'" in caught.value.received
    assert "top_k" in caught.value.expected
    with pytest.raises(ConfigError, match="remove it"):
        ModelConfig.from_dict({"zzzzzz": 1})


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        (ModelConfig, "units", "16"),
        (ModelConfig, "units", 16.0),
        (ModelConfig, "units", True),
        (ModelConfig, "units", None),
        (ModelConfig, "cell", 3),
        (ModelConfig, "dropout", "0.1"),
        (ModelConfig, "dropout", False),
        (SamplingConfig, "temperature", [1.0]),
        (SamplingConfig, "seed", 1.5),
        (SamplingConfig, "seed", True),
        (SamplingConfig, "seed", "1"),
    ],
)
def test_a_value_of_another_type_is_refused_by_name(kind: type[Config], name: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=f"{name} = "):
        kind.from_dict({name: value})


def test_a_whole_number_serves_as_a_float() -> None:
    config = SamplingConfig.from_dict({"temperature": 1, "top_p": 1})
    assert config.temperature == 1.0
    assert isinstance(config.temperature, float)


def test_a_number_too_large_for_a_float_is_refused() -> None:
    with pytest.raises(ConfigError, match="temperature"):
        SamplingConfig.from_dict({"temperature": 10**400})


@pytest.mark.parametrize(
    ("kind", "name", "inside", "outside"),
    [
        (ModelConfig, "embedding_size", (1, 10_000), (0, -1)),
        (ModelConfig, "units", (1, 10_000), (0, -1)),
        (ModelConfig, "layers", (1, 10), (0, -1)),
        (ModelConfig, "memory_positions", (1, 10_000), (0, -1)),
        (ModelConfig, "vocabulary_size", (8, 100_000), (7, 0, -1)),
        (ModelConfig, "dropout", (0.0, 0.99), (-0.01, 1.0, math.nan)),
        (SamplingConfig, "temperature", (0.0, 100.0), (-0.1, math.inf, math.nan)),
        (SamplingConfig, "top_k", (0, 10_000), (-1,)),
        (SamplingConfig, "top_p", (1e-9, 1.0), (0.0, 1.01, math.nan)),
        (SamplingConfig, "seed", (0, None, 2**70), (-1,)),
        (SamplingConfig, "no_repeat_ngram", (0, 9), (-1,)),
        (SamplingConfig, "min_length", (1, 80), (0, 81)),
        (SamplingConfig, "max_length", (1, 999), (0, -1)),
        (SamplingConfig, "beams", (1, 9), (0,)),
        (SamplingConfig, "length_penalty", (0.0, 3.0), (-0.1, math.nan)),
    ],
)
def test_the_range_of_a_setting_ends_where_it_says(
    kind: type[Config], name: str, inside: tuple[Any, ...], outside: tuple[Any, ...]
) -> None:
    for value in inside:
        assert kind.from_dict({name: value}).to_dict()[name] == value
    for value in outside:
        with pytest.raises(ConfigError, match="expected"):
            kind.from_dict({name: value})
