"""Where the user types: several lines, growing with the text, sending on Enter.

It never empties itself.  Whether a text was taken is for the screen to say, so nothing typed is lost on the way.
"""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import TextArea

from chatbot.text.sanitize import one_line, printable


class Prompt(TextArea):
    """A multi-line input that reports what was typed as ``Prompt.Submitted``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Send", id="prompt.send", key_display="enter"),
        Binding("shift+enter,ctrl+j", "new_line", "New line", id="prompt.new-line", show=False),
    ]

    class Submitted(Message):
        """Enter was pressed on ``text``."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__(placeholder="Say something", highlight_cursor_line=False)
        self._standing = ""

    def stand(self, text: str) -> None:
        """What the lower edge says while there is nothing more urgent."""
        self._standing = text
        self.hint(text)

    def hint(self, text: str) -> None:
        """Say ``text`` on the lower edge until the next change of the input."""
        self.border_subtitle = Content(one_line(text))

    def give_back(self, text: str) -> None:
        """Put a text that could not be sent before whatever has been typed since."""
        typed = self.text
        self.text = f"{text}\n{typed}" if typed.strip() else text
        self.move_cursor(self.document.end)

    def action_submit(self) -> None:
        """Report the text, or, after a backslash, begin a new line."""
        row, column = self.cursor_location
        if self.selection.is_empty and self.document.get_line(row)[:column].endswith("\\"):
            self.replace("\n", (row, column - 1), (row, column))
        else:
            self.post_message(self.Submitted(self.text))

    def action_new_line(self) -> None:
        """Begin a new line where the cursor is."""
        self.replace("\n", *self.selection)
        self.scroll_cursor_visible()

    def on_text_area_changed(self) -> None:
        """A hint has been read once the user types on."""
        self.hint(self._standing)

    async def _on_key(self, event: events.Key) -> None:
        # A text area would take Enter as a character; and a binding with priority would overtake the letters typed just
        # before it, which still wait in this widget's queue: whoever types fast would send half a message.
        action = {"enter": self.action_submit, "shift+enter": self.action_new_line, "ctrl+j": self.action_new_line}
        if event.key not in action:
            await super()._on_key(event)
            return
        event.stop()
        event.prevent_default()
        action[event.key]()

    async def _on_paste(self, event: events.Paste) -> None:
        # A paste may hold what acts on the terminal; a text area would pass it on.
        event.stop()
        event.prevent_default()
        await super()._on_paste(events.Paste(printable(event.text)))
