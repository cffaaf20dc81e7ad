"""Draws one view of a plot with ``textual-plot``, which knows no logarithmic axes: they are made here."""

from __future__ import annotations

import math
from collections.abc import Sequence

from textual_plot import AxisFormatter, HiResMode, LegendLocation, NumericAxisFormatter, PlotWidget

from chatbot.reports import Axis, Rule, Series, View

COLOURS = ("#3aa0e0", "#e8803a", "#2fb58a", "#d68bb5", "#e6c229", "#9b7fe6", "#b0b0b0", "#c79b52", "#8fd0f0", "#e05a6a")
"""After Okabe & Ito 2008, which the colour-blind tell apart, a little lighter: seen on light and dark."""
MARKS = "●■▲◆▼★○□△◇"
"""Of the cells, for those who do not go by the colour."""
_ROOM = 0.05
"""Of the axis, left free at its ends."""


class Ratios(AxisFormatter):
    """Ticks of an axis that holds logarithms to base 10: at powers of ten, and at 2 and 5 between few of them."""

    def get_ticks(self, min_: float, max_: float, max_ticks: int = 8) -> list[float]:
        """At most about ``max_ticks`` of them."""
        low, high = math.floor(min_), math.ceil(max_)
        steps = (1, 2, 5) if high - low <= max_ticks // 3 else (1,)
        every = max(1, math.ceil((high - low) / max_ticks))
        ticks = [power + math.log10(step) for power in range(low, high + 1, every) for step in steps]
        return [tick for tick in ticks if min_ <= tick <= max_]

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        """The numbers themselves."""
        return [f"{10.0**tick:.3g}" for tick in ticks]


class Names(AxisFormatter):
    """Names at the places 0, 1, …"""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def get_ticks(self, min_: float, max_: float, max_ticks: int = 8) -> list[float]:
        """At each name that is in sight."""
        return [float(place) for place in range(len(self._names)) if min_ <= place <= max_]

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        """The names."""
        return [self._names[int(tick)] for tick in ticks]


def draw(plot: PlotWidget, view: View) -> None:
    """Draw a view on a widget, in the place of what was there; the titles of the axes stand in the legend, whole."""
    plot.clear()
    plot.set_x_formatter(_formatter(view.x))
    plot.set_y_formatter(_formatter(view.y))
    xs = [x for series in view.series for x in series.x]
    low, high = _limits(xs, view.x)
    for place, series in enumerate(view.series):
        _draw_series(plot, view, series, place)
    for rule in view.rules:
        _draw_rule(plot, rule, view.y, low, high)
    plot.set_xlimits(low, high)
    plot.set_ylimits(*_limits([y for s in view.series for y in (*s.y, *(s.low or ()), *(s.high or ()))]
                              + [rule.value for rule in view.rules], view.y))  # fmt: skip
    plot.show_legend(LegendLocation.TOPRIGHT, is_visible=False)  # it would lie on the lines: the screen has its own


def _draw_series(plot: PlotWidget, view: View, series: Series, place: int) -> None:
    colour, mark = COLOURS[place % len(COLOURS)], MARKS[place % len(MARKS)]
    x, y = _placed(series.x, view.x), _placed(series.y, view.y)
    if view.marks == "line":
        plot.plot(x, y, line_style=colour, hires_mode=HiResMode.BRAILLE)
        if len(x) <= 40:  # more would be a line of marks
            plot.scatter(x, y, marker=mark, marker_style=colour)
    elif view.marks == "intervals" and series.low and series.high:
        ends = zip(_placed(series.low, view.y), _placed(series.high, view.y), strict=True)
        middles, halves = zip(*(((a + b) / 2, abs(b - a) / 2) for a, b in ends), strict=True)
        plot.errorbar(x, list(middles), yerr=list(halves), marker_style=colour)
        plot.scatter(x, y, marker=mark, marker_style=colour)
    else:
        plot.scatter(x, y, marker=mark, marker_style=colour)


def _draw_rule(plot: PlotWidget, rule: Rule, y: Axis, low: float, high: float) -> None:
    value = _placed((rule.value,), y)[0]
    plot.scatter([low + (high - low) * n / 30 for n in range(31)], [value] * 31, marker="┄", marker_style="#808080")


def _placed(values: Sequence[float], axis: Axis) -> list[float]:
    return [math.log10(value) for value in values] if axis.log else list(values)


def _limits(values: Sequence[float], axis: Axis) -> tuple[float, float]:
    """From the lowest to the highest with some room; around the places of names, or a single value."""
    placed = _placed(values, axis)
    if axis.names is not None:
        return -0.5, len(axis.names) - 0.5
    low, high = min(placed, default=0.0), max(placed, default=1.0)
    room = (high - low) * _ROOM or abs(high) * _ROOM or 1.0
    return low - room, high + room


def _formatter(axis: Axis) -> AxisFormatter:
    if axis.names is not None:
        return Names(axis.names)
    return Ratios() if axis.log else NumericAxisFormatter()
