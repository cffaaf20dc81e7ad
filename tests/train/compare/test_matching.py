"""The search for units, against every number of units tried in turn."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chatbot.errors import ConfigError
from train.compare.matching import match_units


def lstm(units: int) -> int:
    return 4 * units * (units + 17) + 9000


def straight(units: int) -> int:
    return 1000 + 40 * units


@pytest.mark.parametrize("count", [lstm, straight])
@pytest.mark.parametrize("target", [10_500, 13_337, 50_000, 1_234_567])
def test_no_other_number_of_units_comes_closer(count: Callable[[int], int], target: int) -> None:
    tried = []

    def counted(units: int) -> int:
        tried.append(units)
        return count(units)

    found = match_units("cell", counted, target)
    best = min(range(1, 40_000), key=lambda units: abs(count(units) - target))
    assert abs(count(found.units) - target) == abs(count(best) - target)
    assert found.parameters == count(found.units)
    assert len(set(tried)) < 60, "models are built to be counted"


def test_what_is_impossible_is_refused_and_what_is_possible_is_named() -> None:
    with pytest.raises(ConfigError) as failed:
        match_units("coarse", lambda units: 1000 * units, 2500)
    assert "2,000 with 2 unit(s)" in str(failed.value)
    assert "3,000 with 3 unit(s)" in str(failed.value)


def test_a_target_below_the_smallest_model_is_impossible() -> None:
    with pytest.raises(ConfigError, match="with 1 unit"):
        match_units("cell", lstm, 100)
