"""The report of a comparison in the plain chat: the summary, and the sentence on each plot."""

from __future__ import annotations

from chatbot.cli.slash.desk import Desk
from chatbot.reports import report_named


def report(_: Desk, operand: str) -> str:
    """What was found, a line for each cell and each plot."""
    found = report_named(operand)
    cells = [
        f"{row[0]}: " + " · ".join(f"{head} {value}" for head, value in zip(found.heads[1:], row[1:], strict=True))
        for row in found.rows
    ]
    return "\n".join([*cells, *found.notes, *(f"{plot.title}: {plot.sentence}" for plot in found.plots)])
