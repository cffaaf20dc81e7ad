"""The summary of a report: a row for each cell, the same in the terminal, in Markdown and in HTML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from train.compare.halflife import half_life_text

Report = Mapping[str, Any]
HEADS = (
    "cell", "units", "parameters", "perplexity (95 %)", "fact recalled at once", "half-life, exchanges",
    "half-life, steps alone", "gradient a step back", "tokens/s", "ms a piece", "bundle",
)  # fmt: skip
NOTES = (
    "Perplexity is of words on held-out dialogues. A fact recalled is a choice among five values, so chance is 20 %. "
    "The half-life in steps is that of the synthetic task where each distance is learned alone. Times are of this "
    "machine."
)


def rows(report: Report) -> list[list[str]]:
    """The cells of the table as text; what a cell has not is a dash."""
    return [_row(cell) for cell in report["cells"]]


def _row(cell: Mapping[str, Any]) -> list[str]:
    learned, facts, cost = cell["learning"], cell["facts"], cell["cost"]
    low, high = learned["interval"]
    alone = next((part for part in cell["synthetic"] or () if part["task"] == "each"), None)
    reach = cell["gradients"]["end"] if cell["gradients"] else None
    return [
        cell["cell"],
        f"{cell['units']:,}",
        f"{cell['parameters']:,}",
        f"{learned['perplexity']:.1f} ({low:.1f} to {high:.1f})",
        _share(facts["points"][0]),
        half_life_text(facts["half_life_turns"], facts["half_life_kind"]),
        "–" if alone is None else half_life_text(alone["half_life"], alone["half_life_kind"]),
        "–" if reach is None or reach["fitted_steps"] < 2 else f"× {reach['factor']:.3g}",
        f"{cost['tokens_per_second']:,.0f}",
        f"{cost['milliseconds_per_reply_token']:.2f}",
        "–" if cost["bundle_bytes"] is None else f"{cost['bundle_bytes'] / 1e6:.2f} MB",
    ]


def _share(point: Mapping[str, Any]) -> str:
    low, high = point["interval"]
    return f"{point['recall']:.0%} ({low:.0%} to {high:.0%})"
