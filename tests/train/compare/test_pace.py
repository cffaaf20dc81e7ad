"""Steps: the same for all, or by the time that one takes."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from train.compare import pace
from train.compare.matching import Match
from train.compare.pace import steps_for

if TYPE_CHECKING:
    from train.compare.conditions import Conditions


def test_the_steps_are_those_of_the_settings(conditions: Conditions, tmp_path: Path) -> None:
    assert steps_for("gru", Match(8, 0), conditions, tmp_path) == conditions.settings.steps


def test_who_takes_twice_the_time_makes_half_the_steps(
    conditions: Conditions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = dataclasses.replace(conditions.settings, match="time", steps=100)
    timed = dataclasses.replace(conditions, settings=settings)
    monkeypatch.setattr(pace, "_timed", lambda cell, match, conditions: {"lstm": 0.2, "gru": 0.4}[cell])
    assert steps_for("gru", Match(8, 0), timed, tmp_path) == 50
    assert steps_for("lstm", pace.units_for(settings, "lstm", timed.vocabulary_size), timed, tmp_path) == 100
    monkeypatch.setattr(pace, "_timed", lambda cell, match, conditions: pytest.fail("measured again"))
    assert steps_for("gru", Match(8, 0), timed, tmp_path) == 50


def test_the_time_of_a_step_is_measured(conditions: Conditions, tmp_path: Path) -> None:
    settings = dataclasses.replace(conditions.settings, match="time")
    assert steps_for("rnn", Match(8, 0), dataclasses.replace(conditions, settings=settings), tmp_path) >= 1
    assert all(0 < seconds < 60 for seconds in json.loads((tmp_path / "pace.json").read_text()).values())
