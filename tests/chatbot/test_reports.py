"""Plots of a comparison are read as they are, or it is said what is wrong with them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chatbot.errors import ChatbotError, UsageError
from chatbot.reports import PLOTS, read_plots

WRITTEN: dict[str, Any] = {
    "version": 1,
    "table": {"heads": ["cell", "units"], "rows": [["rnn", "30"]], "notes": ["Of\x1b[31m this machine."]},
    "plots": [
        {
            "name": "facts",
            "title": "Recall\u202e [b]of[/b] a fact",
            "sentence": "It forgets.",
            "choose": None,
            "views": [
                {
                    "name": "",
                    "marks": "line",
                    "x": {"title": "turns", "log": True, "names": None},
                    "y": {"title": "recalled", "log": False, "names": None},
                    "series": [{"name": "rnn", "x": [1, 10], "y": [0.9, 0.2], "low": [0.8, 0.1], "high": [1, 0.3]}],
                    "rules": [{"name": "chance", "value": 0.2}],
                }
            ],
        }
    ],
}


def write(folder: Path, content: Any) -> Path:
    (folder / PLOTS).write_text(content if isinstance(content, str) else json.dumps(content))
    return folder


def test_numbers_are_kept_and_texts_are_harmless(tmp_path: Path) -> None:
    report = read_plots(write(tmp_path, WRITTEN))
    view = report.plots[0].views[0]
    assert view.series[0][:3] == ("rnn", (1.0, 10.0), (0.9, 0.2))
    assert (view.series[0].low, view.series[0].high) == ((0.8, 0.1), (1.0, 0.3))
    assert view.rules[0] == ("chance", 0.2)
    assert report.rows == (("rnn", "30"),)
    assert "[b]" in report.plots[0].title
    assert not any(sign in text for text in (report.plots[0].title, *report.notes) for sign in "\x1b\u202e")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda plots: plots.update(version=2),
        lambda plots: plots.pop("table"),
        lambda plots: plots["plots"][0].update(views=[]),
        lambda plots: plots["plots"][0]["views"][0].update(marks="pie"),
        lambda plots: plots["plots"][0]["views"][0]["series"][0].update(x=[1]),
        lambda plots: plots["plots"][0]["views"][0]["series"][0].update(x=[0, 1]),  # on an axis of ratios
        lambda plots: plots["plots"][0]["views"][0]["series"][0].update(y=[0, float("nan")]),
        lambda plots: plots["plots"][0]["views"][0]["series"][0].update(y="ab"),
        lambda plots: plots.update(plots=7),
        lambda plots: plots["table"].update(notes="of this machine"),
    ],
)
def test_what_cannot_be_drawn_is_said_and_how_to_mend_it(spoil: Callable[[Any], Any], tmp_path: Path) -> None:
    spoiled = copy.deepcopy(WRITTEN)
    spoil(spoiled)
    with pytest.raises(ChatbotError, match="--replay"):
        read_plots(write(tmp_path, spoiled))


@pytest.mark.parametrize("text", ["", "{", "[1]", "null"])
def test_a_file_of_something_else_is_no_report(text: str, tmp_path: Path) -> None:
    with pytest.raises(ChatbotError, match="plots of a comparison"):
        read_plots(write(tmp_path, text))


def test_a_folder_without_them_is_a_mistake_of_the_user(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="folder of a comparison"):
        read_plots(tmp_path / "nowhere")
