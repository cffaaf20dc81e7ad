"""The presets and what follows from them."""

from __future__ import annotations

import json

import pytest

from train.compare.settings import PRESETS, Settings


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_a_preset_makes_valid_configurations_and_plain_values(name: str) -> None:
    settings = PRESETS[name]
    assert settings.model("gru", 7, 500).units == 7
    training = settings.training(seed=3, passes=2.0)
    assert training.seed == 3
    assert training.patience > settings.steps, "no cell stops before the others"
    assert json.loads(json.dumps(settings.to_dict()))["distances"] == list(settings.distances)


def test_validations_are_spread_over_all_steps() -> None:
    assert Settings(steps=100, validations=8).training(seed=1).validate_every == 13
    assert Settings(steps=100, validations=8).training(seed=1, steps=16).validate_every == 2
