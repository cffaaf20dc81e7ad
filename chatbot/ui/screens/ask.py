"""A question that is answered with one line."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Input

from chatbot.text.sanitize import one_line


class AskScreen(ModalScreen[str | None]):
    """Asks for a line; gives it back, or None if the user would not say.

    Args:
        question: What to ask.
        answer: What stands there at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave it", id="ask.leave"),
        Binding("enter", "take", "Take it", id="ask.take"),
    ]

    def __init__(self, question: str, answer: str = "") -> None:
        super().__init__()
        self._question, self._answer = one_line(question), one_line(answer)

    def compose(self) -> ComposeResult:
        """A box with an input."""
        with Vertical(id="box") as box:
            box.border_title = Content(self._question)
            box.border_subtitle = "Enter takes it · Esc leaves it"
            yield Input(self._answer, compact=True)
        yield Footer(show_command_palette=False, compact=True)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the input."""
        event.stop()
        self.action_take()

    def action_take(self) -> None:
        """That is the answer."""
        self.dismiss(one_line(self.query_one(Input).value))

    def action_leave(self) -> None:
        """There is none."""
        self.dismiss(None)
