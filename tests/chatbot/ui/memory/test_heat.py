"""The heat map: the right numbers in the right cells."""

from __future__ import annotations

import numpy as np
import pytest

from chatbot.conversation.insight import Part
from chatbot.ui.memory.colours import LEVELS, scale
from chatbot.ui.memory.heat import HeatMap, levelled, sampled, span, window


@pytest.fixture
def strips(host):
    """Draws parts in an app: for each line its (text, upper colour, lower colour) cell by cell."""

    async def draw(values: np.ndarray, cursor: int, room: int, width: int = 40):
        app = host()
        async with app.run_test(size=(width, 30)) as pilot:
            heat = app.query_one(HeatMap)
            heat.show([Part(1, "hidden", values)], cursor, room)
            heat.display = True
            await pilot.pause()
            lines = []
            for strip in heat._draw(width):
                lines.append(
                    [(c, s.style.color, s.style.bgcolor) for s in strip for c in s.text]  # type: ignore[union-attr]
                )
            colours = [colour.rich_color for colour in scale(heat.background_colors[1], app.current_theme.dark)]
            return lines, colours

    return draw


async def test_two_numbers_stand_in_one_cell_each_in_its_colour(strips) -> None:
    values = np.array([[1.0, -1.0], [0.0, 0.5], [-0.5, 1.0], [1.0, 0.0]])
    lines, colours = await strips(values, 1, room=5)
    title, first, second, ruler = lines[:4]
    assert "".join(cell[0] for cell in title).strip() == "layer 1 hidden ±1 · 4 units"

    def level(colour) -> float:
        return (colours.index(colour) - LEVELS) / LEVELS

    wide = 4
    for column in range(2):
        cells = first[column * wide], second[column * wide]
        assert all(cell[0] == "▀" for cell in cells)
        assert [level(cell[1]) for cell in cells] == values[::2, column].tolist()
        assert [level(cell[2]) for cell in cells] == values[1::2, column].tolist()
    assert "".join(cell[0] for cell in ruler).rstrip() == "────▲───"


def test_rows_are_units_at_even_distances() -> None:
    values = np.arange(10.0)[:, None]
    assert sampled(values, 5)[:, 0].tolist() == [1, 3, 5, 7, 9]
    assert sampled(values, 20) is values
    assert sampled(values, 3).shape == (3, 1)


def test_levels_are_symmetric_and_bounded() -> None:
    assert levelled(np.array([-9.0, -1, 0, 0.5, 1, 9]), 1.0).tolist() == [0, 0, 8, 12, 16, 16]
    assert levelled(np.zeros(2), 0.0).tolist() == [8, 8]


@pytest.mark.parametrize(
    ("tokens", "cursor", "width"), [(5, 4, 40), (100, 99, 40), (100, 0, 40), (100, 50, 40), (1, 0, 30)]
)
def test_the_cursor_is_always_in_the_window(tokens: int, cursor: int, width: int) -> None:
    first, shown, wide = window(tokens, cursor, width)
    assert first <= cursor < first + shown <= tokens
    assert shown * wide <= width
    assert shown in (tokens, width)


def test_a_few_numbers_far_beyond_the_rest_do_not_take_its_colours():
    values = np.full((100, 4), 0.5)
    assert span(values) == 0.5
    values[7] = 40.0
    assert span(values) == 0.5
    values[:20] = 40.0
    assert span(values) == 40.0, "they are not few"
    assert span(np.array([[1.0], [1.9]])) == 1.9, "that is not far"
    assert span(np.eye(100)) == 1.0, "of zeros nothing can be seen anyway"
    assert span(np.zeros((3, 0))) == span(np.zeros((3, 2))) == 0.0
