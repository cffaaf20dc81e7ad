"""The line that says which picture is shown, short enough for thirty columns."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static


class Tab(NamedTuple):
    """How a picture is called."""

    title: str
    short: str
    """In four letters."""


TABS = {
    "state": Tab("State", "Stat"),
    "gates": Tab("Gates", "Gate"),
    "attention": Tab("Looks", "Look"),
    "confidence": Tab("Sure", "Sure"),
    "gauge": Tab("Left", "Left"),
    "again": Tab("Again", "Redo"),
}
"""The pictures by name, in the order of their keys from 1."""


class TabBar(Static):
    """Names of the pictures; the one that is shown is in reverse, which needs no colour."""

    DEFAULT_CSS: ClassVar[str] = "TabBar { height: 1; text-wrap: nowrap; }"
    active: reactive[str] = reactive("state", init=False)

    class Chosen(Message):
        """A name was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self) -> None:
        super().__init__(markup=False)

    def watch_active(self) -> None:
        """Show which it is."""
        self.update(self._content(self.size.width))

    def on_resize(self, event: events.Resize) -> None:
        """Shorten the names if they do not fit."""
        self.update(self._content(event.size.width))

    def _labels(self, width: int) -> dict[str, str]:
        numbered = {name: f" {number} {tab.title} " for number, (name, tab) in enumerate(TABS.items(), start=1)}
        plain = {name: f" {tab.title} " for name, tab in TABS.items()}
        close = {name: f"{tab.title} " for name, tab in TABS.items()}
        short = {name: f"{tab.short} " for name, tab in TABS.items()}
        return next(
            (labels for labels in (numbered, plain, close) if sum(map(len, labels.values())) <= width + 1), short
        )

    def _content(self, width: int) -> Content:
        labels = self._labels(width)
        return Content("").join(
            Content.styled(label, "bold reverse" if name == self.active else "") for name, label in labels.items()
        )

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked."""
        at = event.x
        for name, label in self._labels(self.size.width).items():
            if 0 <= at < len(label):
                self.post_message(self.Chosen(name))
            at -= len(label)
