"""The half-life of curves that are known in closed form."""

from __future__ import annotations

import math

import pytest

from train.compare.halflife import half_life, half_life_text


def test_of_a_straight_fall_it_is_where_the_line_crosses_half() -> None:
    # Over log(1 + d) the fall from 1 at d = 0 to 0 at d = 8 is straight; half is at log(1 + d) = log(9) / 2: d = 2.
    assert half_life([0, 8], [1.0, 0.0], 0.0, 100).distance == pytest.approx(2.0)


def test_half_is_between_chance_and_perfect() -> None:
    found = half_life([0, 8], [1.0, 0.2], 0.2, 100)
    assert found.distance == pytest.approx(math.expm1(math.log(9) / 2))


def test_what_has_not_fallen_is_a_bound() -> None:
    assert half_life([1, 10, 100], [1.0, 0.9, 0.8], 0.1, 100) == (100.0, "beyond")


def test_what_was_never_above_chance_is_nothing() -> None:
    assert half_life([1, 10], [0.25, 0.9], 0.2, 100) == (0.0, "none")


def test_above_chance_but_below_half_is_not_nothing() -> None:
    assert half_life([3, 10], [0.55, 0.2], 0.2, 24) == (3.0, "within")


def test_more_trials_tell_a_smaller_share_from_chance() -> None:
    assert half_life([1], [0.25], 0.2, 20).kind == "none"
    assert half_life([1], [0.25], 0.2, 2000).kind == "within"


def test_each_kind_has_a_text_of_its_own() -> None:
    texts = [half_life_text(2.0, kind) for kind in ("at", "beyond", "within", "none")]
    assert texts == ["2.0", "> 2", "≤ 2", "none"]


def test_the_first_crossing_counts() -> None:
    assert half_life([1, 2, 4, 8], [1.0, 0.0, 1.0, 0.0], 0.0, 100).distance < 2
