"""The plots in numbers: those of the specifications, whatever is chosen, and a terminal can read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chatbot.reports import PLOTS, read_plots
from tests.train.compare.reports import made_up
from train.compare.numbers import numbers
from train.compare.plots import figures
from train.compare.rows import NOTES


@pytest.fixture(scope="module")
def plots() -> dict[str, Any]:
    return {plot["name"]: plot for plot in numbers(made_up(), figures(made_up()))["plots"]}


def test_every_plot_has_its_marks_and_its_choice(plots: dict[str, Any]) -> None:
    assert list(plots) == [figure.name for figure in figures(made_up())]
    assert {name: plot["views"][0]["marks"] for name, plot in plots.items() if plot["views"][0]["marks"] != "line"} == {
        "perplexity": "intervals", "explosion": "points", "mending": "points", "gates": "shares",
    }  # fmt: skip
    assert {name: [view["name"] for view in plot["views"]] for name, plot in plots.items() if plot["choose"]} == {
        "learning": ["step", "tokens", "seconds"], "facts": ["turns", "tokens"],
        "gradients": ["end", "middle", "start"],
    }  # fmt: skip


def test_the_numbers_are_those_of_the_report(plots: dict[str, Any]) -> None:
    points = made_up()["cells"][0]["facts"]["points"]
    for view, field in zip(plots["facts"]["views"], ("turns", "tokens"), strict=True):
        rnn = view["series"][0]
        assert rnn["name"] == "rnn"
        assert (rnn["x"], rnn["y"]) == ([p[field] for p in points], [p["recall"] for p in points])
        assert (rnn["low"], rnn["high"]) == tuple([p["interval"][end] for p in points] for end in (0, 1))
        assert view["rules"] == [{"name": "chance", "value": made_up()["cells"][0]["facts"]["chance"]}]
    for view in plots["gradients"]["views"]:
        assert view["series"][0]["y"] == made_up()["cells"][0]["gradients"][view["name"]]["norms"]
        assert view["y"]["log"]


def test_names_lie_along_x_and_what_shares_a_name_lies_side_by_side(plots: dict[str, Any]) -> None:
    drawn = plots["perplexity"]["views"][0]
    assert drawn["x"]["names"] == [cell["cell"] for cell in made_up()["cells"]]
    assert [series["x"] for series in drawn["series"]] == [[0], [1], [2]]
    clipped, unclipped = plots["explosion"]["views"][0]["series"]
    assert {round(b - a, 9) for a in clipped["x"] for b in unclipped["x"] if round(a) == round(b)} == {0.25}


def test_what_is_written_is_read(tmp_path: Path) -> None:
    assert PLOTS == "plots.json"
    written = numbers(made_up(), figures(made_up()))
    (tmp_path / PLOTS).write_text(json.dumps(written, allow_nan=False))
    read = read_plots(tmp_path)
    assert [plot.name for plot in read.plots] == [plot["name"] for plot in written["plots"]]
    assert len(read.rows) == len(made_up()["cells"])
    assert read.notes == (NOTES,)
    assert all(len(row) == len(read.heads) for row in read.rows)


def test_a_report_without_cells_has_no_plots() -> None:
    empty = {**made_up(), "cells": []}
    assert numbers(empty, figures(empty))["plots"] == []
