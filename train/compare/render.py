"""Draws a report: images, the page, the Markdown, and the plots in numbers, from its figures alone.

The plots are Vega-Lite.  ``vl-convert`` brings that library as one file of 0.9 MB, for the page, and draws the same
specifications to PNG and SVG itself, where others (plotly with kaleido, bokeh) ask for a browser.
"""

from __future__ import annotations

import copy
import importlib.util
import json
from pathlib import Path
from typing import Any

from chatbot.errors import ChatbotError, MissingExtraError
from chatbot.reports import PLOTS
from chatbot.text.sanitize import one_line
from train.compare.figures import Figure
from train.compare.markdown import markdown
from train.compare.numbers import numbers
from train.compare.page import page
from train.compare.plots import figures
from train.compare.rows import Report

PAGE, TEXT, IMAGES = "report.html", "report.md", "plots"
_WIDTH = 640
"""Of an image, before it is scaled."""


def require_drawing() -> None:
    """Make sure that what draws is there: it shall not be missed when hours of training are over.

    Raises:
        MissingExtraError: if it is not.
    """
    if importlib.util.find_spec("vl_convert") is None:
        raise MissingExtraError(
            "vl-convert-python not installed",
            expected="the package that draws the plots of a comparison",
            remedy="run: pip install 'chatbot[compare]' (in a checkout: pip install '.[compare]')",
        )


def render(report: Report, folder: Path) -> None:
    """Write ``report.html``, ``report.md``, ``plots/`` and ``plots.json``.

    Raises:
        MissingExtraError: if the package that draws is not installed.
        ChatbotError: if they cannot be written.
    """
    require_drawing()
    import vl_convert

    drawn = figures(report)
    library = vl_convert.javascript_bundle("window.vegaEmbed=vegaEmbed;")
    try:
        (folder / IMAGES).mkdir(parents=True, exist_ok=True)
        for figure in drawn:
            fixed = _fixed(figure)
            _write(folder / IMAGES / f"{figure.name}.svg", vl_convert.vegalite_to_svg(fixed).encode())
            _write(folder / IMAGES / f"{figure.name}.png", vl_convert.vegalite_to_png(fixed, scale=1.5))
        _write(folder / PAGE, page(report, drawn, library).encode())
        _write(folder / TEXT, markdown(report, drawn).encode())
        _write(folder / PLOTS, json.dumps(numbers(report, drawn), allow_nan=False).encode())
    except OSError as error:
        raise ChatbotError(
            f"{one_line(str(folder))} cannot be written ({error.strerror})",
            expected="a folder with room",
            remedy="free some space, then give `chatbot compare --replay` that folder",
        ) from error


def _fixed(figure: Figure) -> dict[str, Any]:
    """The specification of an image: of a fixed width, with a title and a background, and nothing to choose."""
    found = copy.deepcopy(figure.spec)
    found |= {"width": _WIDTH, "background": "white", "title": {"text": figure.title, "anchor": "start"}}
    found["params"] = [{k: v for k, v in param.items() if k != "bind"} for param in found["params"]]
    return found


def _write(path: Path, content: bytes) -> None:
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(content)
    beside.replace(path)
