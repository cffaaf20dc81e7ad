"""Laws of the training settings."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from chatbot.errors import ConfigError
from train.config import TrainingConfig


def test_what_is_written_as_json_is_read_back_equal() -> None:
    for config in (TrainingConfig(), TrainingConfig(passes=0.5, seed=0, warmup_steps=0, lowercase_share=1.0)):
        assert TrainingConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        ("passes", (0.001, 1, 30.0), (0.0, -1.0, math.nan, math.inf)),
        ("batch_positions", (1, 10_000), (0, -5)),
        ("longest", (1, 10_000), (0, -5)),
        ("validate_every", (1, 10_000), (0,)),
        ("patience", (1, 9), (0,)),
        ("learning_rate", (1e-9, 1.0), (0.0, -1e-3, math.inf, math.nan)),
        ("warmup_steps", (0, 9), (-1,)),
        ("clip_norm", (1e-3, 9.0), (0.0, -1.0, math.nan)),
        ("lowercase_share", (0.0, 1.0), (-0.1, 1.1, math.nan)),
        ("validation_share", (0.01, 0.99), (0.0, 1.0, math.nan)),
        ("seed", (0, 7), (-1,)),
    ],
)
def test_the_range_of_a_setting_ends_where_it_says(
    name: str, inside: tuple[Any, ...], outside: tuple[Any, ...]
) -> None:
    for value in inside:
        assert getattr(TrainingConfig.from_dict({name: value}), name) == value
    for value in outside:
        with pytest.raises(ConfigError, match=name):
            TrainingConfig.from_dict({name: value})


def test_an_unknown_setting_and_a_wrong_type_are_refused() -> None:
    with pytest.raises(ConfigError, match="did you mean 'passes'"):
        TrainingConfig.from_dict({"pases": 1.0})
    with pytest.raises(ConfigError, match="seed"):
        TrainingConfig.from_dict({"seed": "1"})
