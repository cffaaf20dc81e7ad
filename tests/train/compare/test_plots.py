"""The plots: all of them compile, hold their figures, and leave out what there is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.train.compare.reports import made_up
from train.compare.plots import figures

vl_convert = pytest.importorskip("vl_convert")
NAMES = [
    "learning", "perplexity", "facts", "synthetic-growing", "synthetic-alike", "synthetic-each",
    "synthetic-each-opened", "gradients", "explosion", "mending", "states", "gates", "growth",
]  # fmt: skip


def test_there_is_one_for_each_measure_with_a_sentence() -> None:
    found = figures(made_up())
    assert [figure.name for figure in found] == NAMES
    for figure in found:
        assert figure.sentence.endswith(".")
        assert "nan" not in figure.sentence.lower().split()


@pytest.mark.parametrize("name", NAMES)
def test_it_compiles_and_draws_without_a_complaint(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    figure = next(figure for figure in figures(made_up()) if figure.name == name)
    drawn = vl_convert.vegalite_to_svg({**figure.spec, "width": 300})
    assert drawn.startswith("<svg")
    assert "NaN" not in drawn
    assert "rnn" in drawn or "clipped" in drawn


def test_of_the_yardstick_alone_there_are_fewer(report: dict[str, Any]) -> None:
    alone = {**made_up(), "cells": made_up()["cells"][2:], "pairs": []}
    assert [figure.name for figure in figures(alone)] == [
        "learning", "perplexity", "facts", "explosion", "mending", "growth",
    ]  # fmt: skip
    assert figures({**made_up(), "cells": []}) == []
    assert json.dumps([figure.spec for figure in figures(report)], allow_nan=False)


def test_the_figures_of_a_plot_are_those_of_the_report() -> None:
    rows = next(figure for figure in figures(made_up()) if figure.name == "facts").spec["data"]["values"]
    assert [row["recall"] for row in rows if row["cell"] == "rnn"] == pytest.approx([0.9, 0.3, 0.18])
