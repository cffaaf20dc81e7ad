"""The columns of a comparison, numbered from left to right; beside each other, or below each other if it is narrow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.containers import Container
from textual.reactive import var

from chatbot.ui.compare.column import Column

if TYPE_CHECKING:
    from chatbot.conversation.side import Side


class Columns(Container):
    """Shows the sides of a comparison."""

    facts: var[bool] = var(True, init=False)
    maps: var[bool] = var(False, init=False)

    @property
    def shown(self) -> list[Column]:
        """From left to right."""
        return list(self.query(Column))

    def add(self, sides: Sequence[Side]) -> None:
        """Show these too, with what they have read."""
        new = [Column(side, self.facts) for side in sides]
        self.mount_all(new)
        self.call_after_refresh(self._show_read, new)

    def _show_read(self, columns: Sequence[Column]) -> None:
        for column in columns:
            column.show(column.side.conversation.transcript)
            column.show_map(self.maps)
        self._number()

    def drop(self, number: int) -> None:
        """Show one no longer, by its number from 1."""
        self.shown[number - 1].remove()
        self.call_after_refresh(self._number)

    def _number(self) -> None:
        for number, column in enumerate(self.shown, start=1):
            column.number(number)

    def forgotten(self, number: int | None) -> None:
        """The memory of one, or of all, was wiped."""
        for column in self.shown if number is None else [self.shown[number - 1]]:
            column.forgotten()

    def empty(self) -> None:
        """Nothing was said."""
        for column in self.shown:
            column.show(())

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
