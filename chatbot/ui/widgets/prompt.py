"""Where the user types: several lines, growing with the text, sending on Enter.

It never empties itself.  Whether a text was taken is for the screen to say, so nothing typed is lost on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import TextArea

from chatbot.text.sanitize import one_line, printable
from chatbot.ui.history import History
from chatbot.ui.widgets.completions import Completions

PAUSE_SECONDS = 0.15
"""After so long without a key the user is taken to wonder how to go on."""


class Prompt(TextArea):
    """A multi-line input that reports what was typed as ``Prompt.Submitted``.

    Args:
        completions: The list that Up, Down, Tab and Enter belong to while it shows something.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Send", id="prompt.send", key_display="enter", show=False),
        Binding("shift+enter,ctrl+j", "new_line", "New line", id="prompt.new-line", show=False),
    ]

    class Submitted(Message):
        """Enter was pressed on ``text``."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Typed(Message):
        """The text changed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Paused(Message):
        """Nothing was typed for a moment after ``text``, and the cursor is at its end."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, completions: Completions | None = None) -> None:
        super().__init__(placeholder="Say something, or / for commands", highlight_cursor_line=False)
        self.past = History()
        """What was sent before."""
        self._completions = completions or Completions()
        self._standing = ""
        self._whole = ""  # the text with the suggestion after it, as long as that holds
        self._pause: Timer | None = None

    # What it says and is told

    def stand(self, text: str) -> None:
        """What the lower edge says while there is nothing more urgent."""
        self._standing = text
        self.hint(text)

    def hint(self, text: str) -> None:
        """Say ``text`` on the lower edge until the next change of the input."""
        self.border_subtitle = Content(one_line(text))

    def head(self, text: str) -> None:
        """Say ``text`` on the upper edge, until told otherwise."""
        self.border_title = Content(one_line(text))

    def put(self, text: str) -> None:
        """Let ``text`` be what is typed, with the cursor at its end."""
        self.text = text
        self.move_cursor(self.document.end)

    def give_back(self, text: str) -> None:
        """Put a text that could not be sent before whatever has been typed since."""
        typed = self.text
        self.put(f"{text}\n{typed}" if typed.strip() else text)

    def suggest(self, text: str, following: str) -> None:
        """Show how ``text`` could go on, if that is still what is typed; Right accepts it."""
        if self.text == text and self.cursor_location == self.document.end:
            self.suggestion, self._whole = following, text + following

    # Keys

    def action_submit(self) -> None:
        """Report the text, or, after a backslash, begin a new line; with the completions open, take the one there."""
        row, column = self.cursor_location
        current = self._completions.current
        if self.selection.is_empty and self.document.get_line(row)[:column].endswith("\\"):
            self.replace("\n", (row, column - 1), (row, column))
        elif current is not None and not (current.complete and current.text.strip() == self.text.strip()):
            self.put(current.text)
            if current.complete:
                self.post_message(self.Submitted(self.text))
        else:
            self.post_message(self.Submitted(self.text))

    def action_new_line(self) -> None:
        """Begin a new line where the cursor is."""
        self.replace("\n", *self.selection)
        self.scroll_cursor_visible()

    def action_cursor_up(self, select: bool = False) -> None:
        """Up; on the first row, what was sent before."""
        if self._completions.showing and not select:
            self._completions.move(-1)
        elif select or self.wrapped_document.location_to_offset(self.cursor_location).y > 0:
            super().action_cursor_up(select)
        else:
            self._show_past(self.past.earlier(self.text))

    def action_cursor_down(self, select: bool = False) -> None:
        """Down; on the last row, what was sent after."""
        last = self.wrapped_document.height - 1
        if self._completions.showing and not select:
            self._completions.move(1)
        elif select or self.wrapped_document.location_to_offset(self.cursor_location).y < last:
            super().action_cursor_down(select)
        else:
            self._show_past(self.past.later())

    def _show_past(self, text: str | None) -> None:
        if text is not None:
            self.put(text)

    async def _on_key(self, event: events.Key) -> None:
        # A text area would take Enter as a character; and a binding with priority would overtake the letters typed just
        # before it, which still wait in this widget's queue: whoever types fast would send half a message.
        action: dict[str, Callable[[], None]] = {
            "enter": self.action_submit, "shift+enter": self.action_new_line, "ctrl+j": self.action_new_line
        }  # fmt: skip
        if self._completions.showing:
            action["tab"] = self._take_completion
        if event.key not in action:
            await super()._on_key(event)
            return
        event.stop()
        event.prevent_default()
        action[event.key]()

    def _take_completion(self) -> None:
        if (current := self._completions.first) is not None:
            self.put(current.text)

    async def _on_paste(self, event: events.Paste) -> None:
        # A paste may hold what acts on the terminal; a text area would pass it on.
        event.stop()
        event.prevent_default()
        await super()._on_paste(events.Paste(printable(event.text)))

    # Changes

    def on_text_area_changed(self) -> None:
        """A hint has been read once the user types on; what is predicted waits for a pause."""
        self.hint(self._standing)
        text = self.text
        if self.suggestion and text + self.suggestion != self._whole:
            self.suggestion = ""
        self.post_message(self.Typed(text))
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE_SECONDS, self._paused)

    def on_text_area_selection_changed(self) -> None:
        """What is predicted follows the end of the text, not the cursor elsewhere."""
        if self.suggestion and self.cursor_location != self.document.end:
            self.suggestion = ""

    def _paused(self) -> None:
        if self.cursor_location == self.document.end and not self.suggestion:
            self.post_message(self.Paused(self.text))
