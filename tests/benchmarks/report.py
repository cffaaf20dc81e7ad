"""One line for each thing measured: the figure, its spread, and the bound it is held to."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple


class Row(NamedTuple):
    what: str
    value: float
    bound: float
    """The figure must not be above it; with ``at_least``, not below it."""
    unit: str
    detail: str
    """What it was computed from, with the spread."""
    at_least: bool = False

    @property
    def holds(self) -> bool:
        return self.value >= self.bound if self.at_least else self.value <= self.bound


def spread(values: Sequence[float], scale: float = 1.0) -> str:
    """Median and range, "1.20 (1.10 to 1.45)"."""
    return f"{statistics.median(values) * scale:.4g} ({min(values) * scale:.4g} to {max(values) * scale:.4g})"


def show(rows: Sequence[Row]) -> None:
    """Print a Markdown table."""
    print("\n| measured | value | bound | holds | from |\n|---|---|---|---|---|")
    for row in rows:
        bound = f"{'≥' if row.at_least else '≤'} {row.bound:g} {row.unit}".rstrip()
        holds = "yes" if row.holds else "**no**"
        print(f"| {row.what} | {row.value:.3g} {row.unit} | {bound} | {holds} | {row.detail} |")
