"""``report.md``: the summary and the images, to stand in a README."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from train.compare.figures import Figure
from train.compare.rows import HEADS, NOTES, rows


def markdown(report: Mapping[str, Any], figures: Sequence[Figure]) -> str:
    """The report as Markdown; images are looked for beside it."""
    found = rows(report)
    lines = ["# What the cells do", ""]
    lines += [f"**{_cell(cell)}** failed and is left out: {_cell(why)}\n" for cell, why in report["failed"].items()]
    lines += [_line(["", *(row[0] for row in found)]), _line(["---"] * (len(found) + 1))]
    lines += [_line([head, *(row[place] for row in found)]) for place, head in enumerate(HEADS) if place]
    lines += ["", NOTES, ""]
    for figure in figures:
        lines += [f"## {figure.title}", "", f"![{figure.title}](plots/{figure.name}.png)", "", figure.sentence, ""]
    corpora = ", ".join(corpus["name"] for corpus in report["corpora"])
    lines += [f"Corpora: {_cell(corpora)}. {report['seeds']} seed(s), preset {report['preset']}."]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())
