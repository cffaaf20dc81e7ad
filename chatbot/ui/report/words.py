"""What a report has in words and bars: the summary, a legend, and shares."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chatbot.reports import Report, View
from chatbot.ui.report.drawing import COLOURS, MARKS

_BAR = 24
"""Columns of a whole share."""


def summary(report: Report) -> RenderableType:
    """Every cell with its figures below each other, so that it fits where the screen is narrow."""
    parts: list[RenderableType] = []
    for row in report.rows:
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(style="dim")
        table.add_column()
        for head, value in zip(report.heads[1:], row[1:], strict=True):
            table.add_row(Text(head), Text(value))
        parts += [Text(row[0], style="bold"), table, Text("")]
    return Group(*parts, *(Text(note) for note in report.notes))


def legend(view: View) -> Text:
    """Marks and colours of the series, what is drawn across, and what lies along the axes."""
    found = Text()
    for place, series in enumerate(view.series):
        found.append(f"{MARKS[place % len(MARKS)]} ", style=COLOURS[place % len(COLOURS)])
        found.append(f"{series.name}   ")
    for rule in view.rules:
        found.append("┄ ", style="#808080")
        found.append(f"{rule.name} ({rule.value:.3g})   ")
    found.append(f"\n↑ {view.y.title}")
    return found.append(f"   → {view.x.title}" if view.x.title else "")


def shares(view: View) -> RenderableType:
    """For each name a bar for each series, as long as its share of the whole."""
    parts: list[RenderableType] = [Text(view.y.title), Text("")]
    for place, name in enumerate(view.x.names or ()):
        parts.append(Text(name, style="bold"))
        for number, series in enumerate(view.series):
            share = next((y for x, y in zip(series.x, series.y, strict=True) if round(x) == place), 0.0)
            full = round(min(max(share, 0.0), 1.0) * _BAR)
            line = Text(f"  {series.name:<5} {share:4.0%} ")
            line.append("█" * full, style=COLOURS[number % len(COLOURS)])
            parts.append(line.append("·" * (_BAR - full), style="dim"))
    return Group(*parts)
