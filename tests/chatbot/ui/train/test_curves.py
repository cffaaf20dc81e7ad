"""Laws of curves: they are told in words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from chatbot.ui.train.curves import told

Until = Callable[[Callable[[], object]], Awaitable[None]]
Grow = Callable[[Path], None]


def test_a_curve_is_told_in_words() -> None:
    assert told("Loss", []) == "Loss: not known yet"
    assert told("Loss", [2.0]) == "Loss: 2"
    assert told("Loss", [2.0, 4.0, 3.0]) == "Loss: 3, rising from 2; lowest 2, highest 4"
    assert told("Loss", [12345.6, 0.12345]) == "Loss: 0.123, falling from 12,346; lowest 0.123, highest 12,346"
