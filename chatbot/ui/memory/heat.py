"""A heat map of states over tokens, two numbers a cell, drawn line by line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from chatbot.conversation.insight import Part
from chatbot.ui.memory.colours import LEVELS, NEGATIVE_SHAPES, POSITIVE_SHAPES, halves, scale

LEAST_ROWS = 2
"""Of a part, below which the map scrolls instead of shrinking."""
MOSTLY, FAR = 0.95, 2.0
"""Numbers beyond this share of all get the strongest colour like it, if the largest is so many times as large."""
WIDEST = 4
"""Cells of one token at most, if there is room."""


def sampled(values: NDArray[np.floating], rows: int) -> NDArray[np.floating]:
    """[units, n] to [rows, n]: units at even distances, so that a row is one unit; fewer units than rows stay."""
    units = len(values)
    return values if units <= rows else values[(np.arange(rows) * units + units // 2) // rows]


def levelled(values: NDArray[np.floating], largest: float) -> NDArray[np.intp]:
    """Numbers to levels from 0 to 2 × LEVELS, LEVELS for zero."""
    return np.rint(np.clip(values / (largest or 1.0), -1, 1) * LEVELS).astype(np.intp) + LEVELS


def span(values: NDArray[np.floating]) -> float:
    """The number that gets the strongest colour: the largest, unless that and few others are far beyond all the rest.

    A cell state counts without bound: one unit of forty would leave hundreds around one without any colour.
    """
    sizes = np.abs(values)
    largest, most = float(sizes.max(initial=0.0)), float(np.quantile(sizes, MOSTLY)) if sizes.size else 0.0
    return most if 0 < most < largest / FAR else largest


class HeatMap(Widget):
    """Shows parts of states, one above the other; lines below say where the cursor is and what is what."""

    DEFAULT_CSS = "HeatMap { height: auto; width: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self._parts: Sequence[Part] = ()
        self._cursor = 0
        self._room = 12
        self._lines: list[Strip] = []
        self._drawn: tuple[int, ...] = ()

    def show(self, parts: Sequence[Part], cursor: int, room: int) -> None:
        """Draw these; the token at ``cursor`` is pointed at; ``room`` is how many lines there are."""
        before = len(self._parts), self._rows()
        self._parts, self._cursor, self._room = parts, cursor, room
        self._drawn = ()
        self.refresh(layout=before != (len(parts), self._rows()))

    def _rows(self) -> int:
        return max(LEAST_ROWS, (self._room - 2) // max(1, len(self._parts)) - 1)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """A title and the rows of each part, and two lines below."""
        return len(self._parts) * (1 + self._rows()) + 2

    def render_line(self, y: int) -> Strip:
        """One line of it."""
        width = self.size.width
        drawing = (width, self._rows(), hash(self.app.theme), self.app.no_color)
        if drawing != self._drawn:
            self._drawn, self._lines = drawing, self._draw(width)
        return self._lines[y] if y < len(self._lines) else Strip.blank(width, self.rich_style)

    def _draw(self, width: int) -> list[Strip]:
        if not self._parts or not width:
            return []
        tokens = self._parts[0].values.shape[1]
        first, shown, wide = window(tokens, self._cursor, width)
        lines = []
        for part in self._parts:
            values = part.values[:, first : first + shown]
            largest, most = span(values), float(np.abs(values).max(initial=0.0))
            units, drawn = len(part.values), self._rows() * (1 if self.app.no_color else 2)
            some = f"{drawn} of {units} units" if drawn < units else f"{units} units"
            beyond = f" (to {most:.2g})" if most > largest else ""
            lines.append(self._text(f"{part.title} ±{largest:.2g}{beyond} · {some}", width))
            lines += self._cells(values, largest, wide, width)
        place = (self._cursor - first) * wide
        ruler = "─" * place + "▲" + "─" * (shown * wide - place - 1)
        shapes = f"{POSITIVE_SHAPES.strip()} above zero, {NEGATIVE_SHAPES.strip()} below"
        legend = shapes if self.app.no_color else "orange above zero, blue below"
        return [*lines, self._text(ruler, width), self._text(legend, width)]

    def _text(self, text: str, width: int) -> Strip:
        return Strip([Segment(text[:width], self.rich_style)]).adjust_cell_length(width, self.rich_style)

    def _cells(self, values: NDArray[np.floating], largest: float, wide: int, width: int) -> list[Strip]:
        rows = self._rows()
        if self.app.no_color:
            levels = levelled(sampled(values, rows), largest)
            return [self._shapes(row, wide, width) for row in levels] + [self._text("", width)] * (rows - len(levels))
        levels = levelled(sampled(values, 2 * rows), largest)
        missing = 2 * rows - len(levels)
        levels = np.pad(levels, ((0, missing), (0, 0)), constant_values=LEVELS)
        colours = [colour.rich_color for colour in scale(self.background_colors[1], self.app.current_theme.dark)]
        plain = self.rich_style
        strips = []
        for upper, lower in zip(levels[::2].tolist(), levels[1::2].tolist(), strict=True):
            segments, start = [], 0
            for end in range(1, len(upper) + 1):  # neighbours of the same colours are one segment
                if end == len(upper) or upper[end] != upper[start] or lower[end] != lower[start]:
                    style = halves(colours[upper[start]], colours[lower[start]])
                    segments.append(Segment("▀" * ((end - start) * wide), style))
                    start = end
            strips.append(Strip(segments, len(upper) * wide).adjust_cell_length(width, plain))
        return strips

    def _shapes(self, row: NDArray[np.intp], wide: int, width: int) -> Strip:
        text = "".join(_shape(int(level) - LEVELS) * wide for level in row)
        return self._text(text, width)


def window(tokens: int, cursor: int, width: int) -> tuple[int, int, int]:
    """(the first token that is shown, how many are, cells of each); the cursor is among them."""
    wide = max(1, min(WIDEST, width // max(1, tokens)))
    shown = min(tokens, width // wide)
    first = min(max(0, tokens - shown), max(0, cursor - shown // 2))
    return first, shown, wide


def _shape(level: int) -> str:
    shapes = POSITIVE_SHAPES if level > 0 else NEGATIVE_SHAPES
    return shapes[-(-abs(level) * (len(shapes) - 1) // LEVELS)]
