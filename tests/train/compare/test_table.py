"""The table in the terminal: plain text, whatever a cell is called."""

from __future__ import annotations

import io

from rich.console import Console

from tests.train.compare.reports import made_up
from train.compare.table import print_table


def test_it_shows_every_cell_and_every_failure() -> None:
    report = made_up()
    report["failed"]["[red]evil[/red]\x1b[2J"] = "broke"
    out = io.StringIO()
    print_table(report, Console(file=out, width=160))
    shown = out.getvalue()
    for text in ("rnn", "my.cells:Lstm<i>", "transformer", "12,000", "50.0 (45.0 to 56.0)", "broken failed", "[red]"):
        assert text in shown
    assert "\x1b[2J" not in shown


def test_a_report_of_failures_alone_can_be_shown() -> None:
    out = io.StringIO()
    print_table({**made_up(), "cells": [], "pairs": []}, Console(file=out, width=160))
    assert "broken failed" in out.getvalue()
