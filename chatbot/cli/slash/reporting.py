"""The report of a comparison in the plain chat: the summary, and the sentence on each plot."""

from __future__ import annotations

from pathlib import Path

from chatbot.cli.slash.desk import Desk
from chatbot.errors import UsageError
from chatbot.reports import read_plots


def report(_: Desk, operand: str) -> str:
    """What was found, a line for each cell and each plot."""
    if not operand:
        raise UsageError("/report alone", expected="the folder of a comparison", remedy="type /report FOLDER")
    found = read_plots(Path(operand.strip("'\"")).expanduser())
    cells = [
        f"{row[0]}: " + " · ".join(f"{head} {value}" for head, value in zip(found.heads[1:], row[1:], strict=True))
        for row in found.rows
    ]
    return "\n".join([*cells, *found.notes, *(f"{plot.title}: {plot.sentence}" for plot in found.plots)])
