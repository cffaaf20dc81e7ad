"""The summary of a comparison in the terminal."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from chatbot.text.sanitize import one_line
from train.compare import sentences
from train.compare.rows import HEADS, NOTES, Report, rows

_WIDTH = 100
"""Where the output is no terminal."""


def print_table(report: Report, console: Console | None = None) -> None:
    """Print a column for each cell, since cells are fewer than figures, and what their differences come to."""
    console = console or Console(highlight=False, width=None if _is_terminal() else _WIDTH)
    found = rows(report)
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("")
    for row in found:
        table.add_column(Text(one_line(row[0])), justify="right")
    for place, head in enumerate(HEADS[1:], start=1):
        table.add_row(head, *(Text(one_line(row[place])) for row in found))
    console.print(table)
    for text in _notes(report):
        console.print(Text(one_line(text)))


def _notes(report: Report) -> list[str]:
    failed = [f"{cell} failed: {reason}" for cell, reason in report["failed"].items()]
    said = [sentences.perplexity(report)] if report["cells"] else []
    return [NOTES, *said, *failed]


def _is_terminal() -> Any:
    return Console().is_terminal
