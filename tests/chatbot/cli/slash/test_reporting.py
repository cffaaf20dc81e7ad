"""A comparison of cells is told line by line, and what is none is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from chatbot.errors import UsageError
from chatbot.reports import PLOTS

Do = Callable[[str], str | None]


def test_every_cell_and_every_plot_has_a_line(do: Do, tmp_path: Path) -> None:
    axis = {"title": "", "log": False, "names": None}
    view = {"name": "", "marks": "line", "x": axis, "y": axis, "series": [], "rules": []}
    plots = [{"name": n, "title": n.title(), "sentence": f"About {n}.", "choose": None, "views": [view]} for n in "ab"]
    table = {"heads": ["cell", "units"], "rows": [["rnn", "30"], ["gru", "20"]], "notes": ["A note."]}
    (tmp_path / PLOTS).write_text(json.dumps({"version": 1, "table": table, "plots": plots}))
    told = "rnn: units 30\ngru: units 20\nA note.\nA: About a.\nB: About b."
    assert do(f"/report {tmp_path}") == told
    assert do(f"/report '{tmp_path}'") == told


@pytest.mark.parametrize("line", ["/report", "/report nowhere"])
def test_what_is_no_comparison_is_refused(do: Do, line: str) -> None:
    with pytest.raises(UsageError, match="folder of a comparison"):
        do(line)
