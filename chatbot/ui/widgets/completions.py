"""What a slash command that is being typed could become: a list above the prompt, which keeps the focus."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from chatbot.ui.commands import Completion


class Completions(OptionList, can_focus=False):
    """A list of completions; hidden while there are none."""

    class Taken(Message):
        """The user chose a completion with the mouse."""

        def __init__(self, completion: Completion) -> None:
            super().__init__()
            self.completion = completion

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._found: list[Completion] = []
        self.display = False

    @property
    def showing(self) -> bool:
        """Whether there is something to choose."""
        return bool(self._found)

    @property
    def current(self) -> Completion | None:
        """The one that is highlighted."""
        return self._found[self.highlighted] if self._found and self.highlighted is not None else None

    def offer(self, found: Sequence[Completion], *, pick: bool = True) -> None:
        """Show these in the place of what was shown; none hides the list.

        Args:
            found: What to show.
            pick: Whether the first is highlighted at once, so that Enter takes it.
        """
        if list(found) == self._found:
            return
        self._found = list(found)
        self.clear_options()
        width = max((len(each.label) for each in found), default=0)
        self.add_options(
            Option(Content.assemble((each.label.ljust(width), "bold"), "  ", (each.help, "dim"))) for each in found
        )
        self.display = bool(found)
        self.highlighted = 0 if found and pick else None

    def move(self, step: int) -> None:
        """Highlight another one, around the ends."""
        if self._found:
            before = self.highlighted if self.highlighted is not None else (-1 if step > 0 else 0)
            self.highlighted = (before + step) % len(self._found)

    @property
    def first(self) -> Completion | None:
        """The one that is highlighted, or else the first."""
        return self.current or (self._found[0] if self._found else None)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Report a click."""
        event.stop()
        self.post_message(self.Taken(self._found[event.option_index]))
