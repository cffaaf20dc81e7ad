"""What every plot of a comparison is made of: a name, a title, a Vega-Lite specification, and a sentence on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

Spec = dict[str, Any]
Row = Mapping[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
"""Names the language; nothing is read from there."""
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#444444", "#8c6d31", "#7b4173", "#bcbd22")
"""Okabe & Ito 2008, which the colour-blind tell apart, and a few more."""
_HEIGHT = 280


class Figure(NamedTuple):
    """One plot."""

    name: str
    """Of its files."""
    title: str
    spec: Spec
    sentence: str


def spec(rows: Sequence[Row], cells: Sequence[str], *layers: Spec, params: Sequence[Spec] = ()) -> Spec:
    """Layers over the same rows, a colour for each cell, as wide as there is room.

    Args:
        rows: The data; ``cell`` in each says whose it is.
        cells: In their order, which their colours hang on.
        *layers: Marks and encodings; those that draw a cell take ``colour(cells)``.
        params: What a reader may choose.
    """
    return {
        "$schema": SCHEMA,
        "width": "container",
        "height": _HEIGHT,
        "data": {"values": list(rows)},
        "params": list(params),
        "layer": list(layers),
        "config": {
            "font": "system-ui, sans-serif",
            "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "gridColor": "#e5e5e5"},
            "legend": {
                "orient": "top",
                "title": None,
                "labelFontSize": 12,
                "columns": {"expr": "width < 420 ? 2 : 5"},
                "symbolOpacity": 1,
            },
            "view": {"stroke": None},
        },
    }


def colour(cells: Sequence[str]) -> Spec:
    """The colour of each cell, the same in every plot."""
    return {
        "field": "cell",
        "type": "nominal",
        "scale": {"domain": list(cells), "range": [COLOURS[n % len(COLOURS)] for n in range(len(cells))]},
    }


def axis(field: str, title: str, *, log: bool = False, zero: bool = False, domain: Sequence[float] = ()) -> Spec:
    """A quantitative channel."""
    scale: Spec = {"type": "log", "nice": False} if log else {"type": "linear", "zero": zero}
    if domain:
        scale["domain"] = list(domain)
    shown: Spec = {"format": "~s"} if log else {}
    return {"field": field, "type": "quantitative", "title": title, "scale": scale, "axis": shown}


def line(x: Spec, y: Spec, cells: Sequence[str], tooltip: Sequence[str], *, points: bool = True) -> Spec:
    """A line for each cell, which tells its numbers."""
    mark: Spec = {"type": "line", "strokeWidth": 2, **({"point": {"size": 40}} if points else {})}
    seen = [{"field": name} for name in ("cell", *tooltip)]
    return {"mark": mark, "encoding": {"x": x, "y": y, "color": colour(cells), "tooltip": seen}}


def band(x: Spec, low: str, high: str, cells: Sequence[str]) -> Spec:
    """The interval around a line."""
    y = {"field": low, "type": "quantitative"}
    encoding = {"x": x, "y": y, "y2": {"field": high}, "color": colour(cells)}
    return {"mark": {"type": "area", "opacity": 0.15}, "encoding": encoding}


def rule(value: float, text: str) -> Spec:
    """A dashed line across, such as that of chance, with its name at the right end."""
    return {
        "data": {"values": [{"value": value, "text": text}]},
        "layer": [
            {
                "mark": {"type": "rule", "strokeDash": [5, 4], "color": "#777777"},
                "encoding": {"y": {"field": "value", "type": "quantitative"}},
            },
            {
                "mark": {"type": "text", "align": "right", "dy": -6, "color": "#555555"},
                "encoding": {
                    "y": {"field": "value", "type": "quantitative"},
                    "x": {"value": "width"},
                    "text": {"field": "text"},
                },
            },
        ],
    }


def chooser(name: str, options: Sequence[str], label: str) -> Spec:
    """A choice among a few, beside the plot."""
    return {"name": name, "value": options[0], "bind": {"input": "select", "options": list(options), "name": label}}


def points_with_bars(rows: Sequence[Row], cells: Sequence[str], title: str) -> Spec:
    """A figure of each cell (``value``) with its interval (``low``, ``high``)."""
    y = {"field": "cell", "type": "nominal", "sort": list(cells), "title": None, "axis": {"labelLimit": 160}}
    x = axis("value", title)
    bars = {
        "mark": {"type": "rule", "strokeWidth": 3, "opacity": 0.5},
        "encoding": {
            "y": y,
            "x": {**x, "field": "low"},
            "x2": {"field": "high"},
            "color": {**colour(cells), "legend": None},
        },
    }
    tooltip = [{"field": name} for name in ("cell", "value", "low", "high")]
    dots = {
        "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
        "encoding": {"y": y, "x": x, "color": {**colour(cells), "legend": None}, "tooltip": tooltip},
    }
    found = spec(rows, cells, bars, dots)
    return {**found, "height": 40 * len(cells) + 20}
