"""The plots of a comparison of cells, as ``chatbot compare`` leaves them in ``plots.json``: read, and checked.

The file's schema is the docstring of ``train.compare.numbers``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from chatbot.errors import ChatbotError, UsageError
from chatbot.text.sanitize import one_line

PLOTS = "plots.json"
VERSION = 1
"""Of the file."""
_FOLDER = "the folder of a comparison"
_REDRAW = "draw them again: chatbot compare --replay DIR"
MARKS = ("line", "points", "intervals", "shares")


class Axis(NamedTuple):
    """Of a plot."""

    title: str
    log: bool
    """Whether equal distances are equal ratios; all values are above 0 then."""
    names: tuple[str, ...] | None
    """Of the places 0, 1, …, where there are names instead of numbers."""


class Series(NamedTuple):
    """What belongs to one cell."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] | None
    high: tuple[float, ...] | None


class Rule(NamedTuple):
    """A line across."""

    name: str
    value: float


class View(NamedTuple):
    """One way to see a plot."""

    name: str
    marks: str
    """One of ``MARKS``."""
    x: Axis
    y: Axis
    series: tuple[Series, ...]
    rules: tuple[Rule, ...]


class Plot(NamedTuple):
    """One figure of the report, and a sentence on it."""

    name: str
    title: str
    sentence: str
    choose: str | None
    """What is chosen among the views; None where there is one."""
    views: tuple[View, ...]


class Report(NamedTuple):
    """A summary and plots."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    plots: tuple[Plot, ...]


def report_named(typed: str) -> Report:
    """What ``/report`` is asked for: the folder as it was typed, perhaps between quotes.

    Raises:
        ChatbotError: as ``read_plots``; also if nothing was typed.
    """
    if not typed:
        raise UsageError("/report alone", expected=_FOLDER, remedy="type /report FOLDER")
    return read_plots(Path(typed.strip("'\"")).expanduser())


def read_plots(folder: Path) -> Report:
    """The plots of a comparison.

    Args:
        folder: The ``--out`` of ``chatbot compare``.

    Raises:
        UsageError: if the folder has none.
        ChatbotError: if they are not as they should be.
    """
    path, whole = folder / PLOTS, f"the plots of a comparison, version {VERSION}"
    missing = "name the --out of `chatbot compare`; an older one is drawn again by `chatbot compare --replay`"
    found = read_versioned(path, VERSION, whole, whole, missing=missing, broken=_REDRAW, other=_REDRAW)
    try:
        table = found["table"]
        return Report(
            _texts(table["heads"]),
            tuple(_texts(row) for row in table["rows"]),
            _texts(table["notes"]),
            tuple(_plot(plot) for plot in found["plots"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        received = f"{one_line(str(path))} does not hold what it should ({one_line(repr(error))})"
        raise ChatbotError(received, expected=whole, remedy=_REDRAW) from error


def read_versioned(
    path: Path, version: int, whole: str, right: str, *, missing: str, broken: str, other: str
) -> dict[str, Any]:
    """A JSON object of a comparison that says of which version it is.

    Args:
        path: Of the file.
        version: That can be read.
        whole: What is expected of a file that is no JSON.
        right: What is expected of one of another version.
        missing: What to do if there is no file.
        broken: What to do if it is no JSON.
        other: What to do if it is of another version.

    Raises:
        UsageError: if it cannot be read.
        ChatbotError: if it is no JSON, or of another version.
    """
    name = one_line(str(path))
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{name} cannot be read ({error.strerror})", expected=_FOLDER, remedy=missing) from error
    except ValueError as error:
        raise ChatbotError(f"{name} is not JSON", expected=whole, remedy=broken) from error
    given = found.get("version") if isinstance(found, dict) else None
    if given != version:
        raise ChatbotError(f"{name} has version {one_line(repr(given))}", expected=right, remedy=other)
    return dict(found)


def _plot(plot: Mapping[str, Any]) -> Plot:
    name, title, sentence = _texts((plot["name"], plot["title"], plot["sentence"]))
    choose = None if plot["choose"] is None else one_line(str(plot["choose"]))
    views = tuple(_view(view) for view in plot["views"])
    if not views:
        raise ValueError(f"no views of {name}")
    return Plot(name, title, sentence, choose, views)


def _view(view: Mapping[str, Any]) -> View:
    if view["marks"] not in MARKS:
        raise ValueError(f"marks {view['marks']!r}")
    x, y = (_axis(view[name]) for name in "xy")
    rules = tuple(Rule(one_line(str(rule["name"])), *_numbers([rule["value"]], y)) for rule in view["rules"])
    return View(
        one_line(str(view["name"])), view["marks"], x, y, tuple(_series(s, x, y) for s in view["series"]), rules
    )


def _axis(axis: Mapping[str, Any]) -> Axis:
    return Axis(
        one_line(str(axis["title"])), bool(axis["log"]), None if axis["names"] is None else _texts(axis["names"])
    )


def _series(series: Mapping[str, Any], x: Axis, y: Axis) -> Series:
    low, high = (None if series[end] is None else _numbers(series[end], y) for end in ("low", "high"))
    found = Series(one_line(str(series["name"])), _numbers(series["x"], x), _numbers(series["y"], y), low, high)
    if len({len(part) for part in found[1:] if part is not None}) != 1:
        raise ValueError(f"series {found.name} of several lengths")
    return found


def _numbers(values: Any, axis: Axis) -> tuple[float, ...]:
    found = tuple(float(value) for value in values)
    if not all(map(math.isfinite, found)) or (axis.log and min(found, default=1.0) <= 0):
        raise ValueError("numbers that cannot be drawn")
    return found


def _texts(values: Any) -> tuple[str, ...]:
    if isinstance(values, str):
        raise TypeError(f"one text in the place of several: {values!r}")
    return tuple(one_line(str(value)) for value in values)
