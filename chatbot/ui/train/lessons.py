"""What the user taught: looked at, taken out, and learned by a model."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from chatbot.errors import ChatbotError
from chatbot.text.sanitize import one_line
from chatbot.training import Lesson, Taught
from chatbot.ui.screens.help import HelpScreen
from chatbot.ui.work import explain


class LessonsScreen(Screen[bool]):
    """A list of lessons; gives back whether they are to be learned now.

    Args:
        taught: Where they are.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+d,delete", "remove", "Take out", id="lessons.remove", tooltip="Take this lesson out"),
        Binding("ctrl+s", "learn", "Learn", id="lessons.learn", tooltip="Fine-tune a model with all of them"),
        Binding("escape", "leave", "Back", id="lessons.leave"),
        Binding("f1", "help", "Help", id="lessons.help"),
    ]

    def __init__(self, taught: Taught) -> None:
        super().__init__()
        self._taught = taught
        self._lessons: list[Lesson] = []

    def compose(self) -> ComposeResult:
        """A head, the list, keys."""
        yield Static(id="state", markup=False)
        yield OptionList(id="list", markup=False)
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Show them."""
        self.query_one(OptionList).focus()
        self._list()

    def _list(self) -> None:
        listed = self.query_one(OptionList)
        at = listed.highlighted
        self._lessons = self._taught.all()
        count = len(self._lessons)
        none = "Nothing was taught yet: /good keeps a reply, /correct says what it should have been"
        self.query_one("#state", Static).update(f"Taught · {count:,} · Ctrl+S learns them" if count else none)
        listed.clear_options()
        listed.add_options(Option(_line(lesson)) for lesson in self._lessons)
        listed.highlighted = min(at or 0, count - 1) if count else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without lessons there is nothing to take out or to learn."""
        return bool(self._lessons) if action in ("remove", "learn") else True

    def action_remove(self) -> None:
        """Take one out."""
        at = self.query_one(OptionList).highlighted
        if at is None:
            return
        try:
            self._taught.remove(at)
        except ChatbotError as error:
            self.notify(one_line(explain(error)), severity="error", markup=False)
        self._list()
        self.refresh_bindings()

    def action_learn(self) -> None:
        """Learn them."""
        self.dismiss(True)

    def action_leave(self) -> None:
        """Back to the chat."""
        self.dismiss(False)

    def action_help(self) -> None:
        """The keys of this list."""
        self.app.push_screen(HelpScreen.of(self))


def _line(lesson: Lesson) -> Content:
    return Content.assemble((one_line(lesson.asked), "bold"), "  →  ", one_line(lesson.reply))
