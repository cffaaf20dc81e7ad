"""Numbers as shapes."""

from __future__ import annotations

import pytest
from textual.color import Color

from chatbot.ui.memory.colours import LEVELS, bar, column, scale, tenth


@pytest.mark.parametrize(("share", "digit"), [(0, "₀"), (0.09, "₀"), (0.1, "₁"), (0.95, "₉"), (1, "₉")])
def test_a_probability_is_a_digit(share: float, digit: str) -> None:
    assert tenth(share) == digit


def test_bars_grow_with_the_share() -> None:
    assert [bar(share, 2) for share in (0, 1 / 16, 0.5, 0.75, 1, 9)] == ["", "▏", "█", "█▌", "██", "██"]
    assert [column(share) for share in (0, 0.001, 0.5, 1)] == [" ", "▁", "▄", "█"]


@pytest.mark.parametrize(("ground", "dark"), [("#111111", True), ("#eeeeee", False)])
def test_nothing_is_the_colour_of_the_ground_and_more_is_farther_from_it(ground: str, dark: bool) -> None:
    background = Color.parse(ground)
    colours = scale(background, dark)
    assert len(colours) == 2 * LEVELS + 1
    assert colours[LEVELS] == background
    far = [abs(colour.brightness - background.brightness) for colour in colours]
    assert far[LEVELS:] == sorted(far[LEVELS:])
    assert far[: LEVELS + 1] == sorted(far[: LEVELS + 1], reverse=True)
    assert colours[0] != colours[-1]
