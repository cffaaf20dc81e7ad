"""The columns of a comparison, numbered from left to right.

They stand beside each other; below each other if that is too narrow; and if that is too low, one is seen at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.containers import Container
from textual.reactive import var

from chatbot.ui.compare.column import Column

if TYPE_CHECKING:
    from chatbot.conversation.side import Side


_WIDE, _HIGH = 24, 15
"""Cells and rows that a column takes at least; more of each column is seen if that is narrower."""


class Columns(Container):
    """Shows the sides of a comparison."""

    facts: var[bool] = var(False, init=False)
    maps: var[bool] = var(False, init=False)

    def __init__(self, id: str) -> None:  # noqa: A002 - as Textual calls it
        super().__init__(id=id)
        self.shown: list[Column] = []
        """From left to right; what is taken out leaves the screen a moment later."""
        self._current = 0

    @property
    def current(self) -> Column:
        """The one that is seen where only one is."""
        return self.shown[self._current]

    @property
    def single(self) -> bool:
        """Whether one is seen at a time."""
        return self.has_class("-single")

    def turn(self, step: int) -> None:
        """Let the next one be seen, around the ends."""
        self._current = (self._current + step) % len(self.shown)
        self.lay_out()

    def on_resize(self) -> None:
        """There is more room, or less."""
        self.lay_out()

    def lay_out(self) -> None:
        """Use the room there is, and say who is who."""
        count = len(self.shown)
        self._current = min(self._current, max(0, count - 1))
        beside = self.size.width >= count * max(_WIDE, 72 // max(1, count))
        self.set_class(not beside, "-stacked")
        self.set_class(not beside and self.size.height < count * _HIGH, "-single")
        for number, column in enumerate(self.shown):
            column.display = not self.single or number == self._current
            column.number(number + 1, f"{number + 1} of {count} · F3 next" if self.single else "")
        self.screen.refresh_bindings()

    def add(self, sides: Sequence[Side]) -> None:
        """Show these too, with what they have read."""
        new = [Column(side, self.facts, self.maps) for side in sides]
        self.shown += new
        self.mount_all(new)
        self.lay_out()

    def drop(self, number: int) -> None:
        """Show one no longer, by its number from 1."""
        self.shown.pop(number - 1).remove()
        self.lay_out()

    def replace(self, number: int, side: Side) -> None:
        """Show another in the place of one, by its number from 1."""
        old, new = self.shown[number - 1], Column(side, self.facts, self.maps)
        self.shown[number - 1] = new
        self.mount(new, before=old)
        old.remove()
        self.lay_out()

    def page(self, direction: int) -> None:
        """Scroll all transcripts by a page."""
        for column in self.shown:
            column.page(direction)

    def forgotten(self, number: int | None) -> None:
        """The memory of one, or of all, was wiped."""
        for column in self.shown if number is None else [self.shown[number - 1]]:
            column.forgotten()

    def show(self) -> None:
        """Show anew what was said."""
        for column in self.shown:
            column.show()

    def begin(self, text: str) -> None:
        """All were asked something."""
        for column in self.shown:
            column.begin(text)

    def grow(self, pieces: dict[int, str]) -> None:
        """They said more: pieces by the number of the column from 0."""
        for number, text in pieces.items():
            self.shown[number].grow(text)

    def finish(self) -> None:
        """All have said it all."""
        for column in self.shown:
            column.finish()

    def watch_facts(self, shown: bool) -> None:
        """Show what stands under replies, or not."""
        for column in self.shown:
            column.show_facts(shown)

    def watch_maps(self, shown: bool) -> None:
        """Draw states, or not."""
        for column in self.shown:
            column.show_map(shown)
