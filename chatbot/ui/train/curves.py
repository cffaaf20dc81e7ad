"""How a number has gone so far: a line of words, and bars below it where there is room."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Sparkline, Static


class Curve(Vertical):
    """Shows a number over the steps.

    Args:
        title: What it is.
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def compose(self) -> ComposeResult:
        """Words above bars; bars show the mean of as many steps as share one."""
        yield Static(markup=False)
        yield Sparkline(summary_function=lambda values: sum(values) / len(values))

    def show(self, values: Sequence[float]) -> None:
        """Draw these, the oldest first."""
        self.query_one(Static).update(told(self._title, values))
        bars = self.query_one(Sparkline)
        bars.data = list(values)
        bars.display = len(values) > 1


def told(title: str, values: Sequence[float]) -> str:
    """How a number has gone, on one line."""
    if not values:
        return f"{title}: not known yet"
    if len(values) == 1:
        return f"{title}: {_short(values[0])}"
    way = "falling" if values[-1] < values[0] else "rising" if values[-1] > values[0] else "as before"
    first, last, lowest, highest = map(_short, (values[0], values[-1], min(values), max(values)))
    return f"{title}: {last}, {way} from {first}; lowest {lowest}, highest {highest}"


def _short(value: float) -> str:
    """Three digits, or all before the point if they are more."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.3g}"
