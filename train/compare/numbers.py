"""The plots of a report in numbers, ``plots.json``: for what draws without Vega, such as the chat in a terminal.

version     of this schema
table       heads[], rows[][], notes[]: the summary
plots[]     name, title, sentence, choose (what is chosen among the views, or null), views[]:
  name      of the view, as it is chosen
  marks     "line", "points", "intervals" (of each name a value, and how far it may be off) or "shares" (bars up to 1)
  x, y      title, log (whether distances are ratios), names (of the places 0, 1, … instead of numbers, or null)
  series[]  name, x[], y[], and low[], high[] where there are intervals (else null)
  rules[]   name, value: lines across, such as chance
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chatbot.reports import VERSION
from train.compare.figures import Figure, Row, Spec
from train.compare.rows import HEADS, NOTES, Report, rows

_APART = 0.25
"""Between the points of two series at one name."""


def numbers(report: Report, figures: Iterable[Figure]) -> dict[str, Any]:
    """What ``plots.json`` holds."""
    table = {"heads": list(HEADS), "rows": [list(row) for row in rows(report)], "notes": [NOTES]}
    return {"version": VERSION, "table": table, "plots": [_plot(figure) for figure in figures]}


def _plot(figure: Figure) -> dict[str, Any]:
    choice = next(iter(figure.spec["params"]), None)
    options = choice["bind"]["options"] if choice else [""]
    return {
        "name": figure.name,
        "title": figure.title,
        "sentence": figure.sentence,
        "choose": choice["name"] if choice else None,
        "views": [_view(figure.spec, option) for option in options],
    }


def _view(spec: Spec, option: str) -> dict[str, Any]:
    """The one that draws something, of the layers; ``option`` is a field for x, or which rows there are."""
    layers = {_mark(layer): layer for layer in reversed(spec["layer"]) if "mark" in layer}
    drawn = next(layers[mark] for mark in ("line", "bar", "point") if mark in layers)
    encoding = drawn["encoding"]
    data = _chosen(spec, option)
    lying = encoding["y"]["type"] == "nominal"  # here the names always lie along x
    x, y = (encoding["y"], encoding["x"]) if lying else (encoding["x"], encoding["y"])
    if x["field"] == "x":
        x = {**x, "field": option}
    names = _names(x, data)
    ends = _ends(layers, lying)
    return {
        "name": option,
        "marks": "line" if "line" in layers else "shares" if "bar" in layers else "intervals" if ends else "points",
        "x": {"title": x["title"] or "", "log": _is_log(x), "names": names},
        "y": {"title": y["title"], "log": _is_log(y), "names": None},
        "series": _series(data, encoding, x["field"], y["field"], names, ends),
        "rules": [{"name": v["text"], "value": v["value"]} for v in _across(spec)],
    }  # fmt: skip


def _across(spec: Spec) -> list[Row]:
    """What is drawn across: the layers with data of their own."""
    return [value for layer in spec["layer"] if "data" in layer for value in layer["data"]["values"]]


def _mark(layer: Spec) -> str:
    mark = layer["mark"]
    return str(mark["type"] if isinstance(mark, dict) else mark)


def _is_log(channel: Mapping[str, Any]) -> bool:
    return bool(channel.get("scale", {}).get("type") == "log")


def _chosen(spec: Spec, option: str) -> Sequence[Row]:
    """The rows that the filter of a specification leaves."""
    filters = [part["filter"] for part in spec.get("transform", ()) if "filter" in part]
    field = filters[0].rpartition(" ")[2] if filters else None
    return [row for row in spec["data"]["values"] if field is None or row[field] == option]


def _names(x: Mapping[str, Any], data: Sequence[Row]) -> list[str] | None:
    if x["type"] == "quantitative":
        return None
    return [str(name) for name in x.get("sort") or dict.fromkeys(row[x["field"]] for row in data)]


def _ends(layers: Mapping[str, Spec], lying: bool) -> tuple[str, str] | None:
    """The fields of an interval, if one is drawn."""
    beside = layers.get("area") or layers.get("rule")
    if beside is None:
        return None
    one, other = ("x", "x2") if lying else ("y", "y2")
    return beside["encoding"][one]["field"], beside["encoding"][other]["field"]


def _series(
    data: Sequence[Row], encoding: Spec, x: str, y: str, names: list[str] | None, ends: tuple[str, str] | None
) -> list[dict[str, Any]]:
    by = encoding["color"]["field"]
    order = encoding["color"]["scale"]["domain"]
    beside = "xOffset" in encoding
    found = []
    for place, name in enumerate(order):
        mine = [row for row in data if row[by] == name and row[x] is not None and row[y] is not None]
        shift = (place - (len(order) - 1) / 2) * _APART if beside else 0.0
        found.append({
            "name": name,
            "x": [row[x] if names is None else names.index(str(row[x])) + shift for row in mine],
            "y": [row[y] for row in mine],
            "low": [row[ends[0]] for row in mine] if ends else None,
            "high": [row[ends[1]] for row in mine] if ends else None,
        })  # fmt: skip
    return [series for series in found if series["x"]]
