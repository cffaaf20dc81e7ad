"""One entry of the transcript: its data, and the widget that shows it.

The data outlives the widget, which exists only while the entry is near the part that is being read.
"""

from __future__ import annotations

import dataclasses
import enum

from textual.content import Content
from textual.widgets import Static

from chatbot.text.sanitize import one_line, printable

SHOWN_CHARACTERS = 8_000
"""Of a longer text only the beginning is drawn: laying out a pasted book at each key press would make typing crawl."""


class Role(enum.Enum):
    """Who an entry is from.  The value is the style class of its widget."""

    USER = "user"
    ASSISTANT = "assistant"
    NOTICE = "notice"

    @property
    def label(self) -> str:
        """The name shown above the text: colour and side line alone do not reach every reader."""
        return {Role.USER: "You", Role.ASSISTANT: "Chatbot", Role.NOTICE: "Notice"}[self]


@dataclasses.dataclass
class Entry:
    """Something said, or something the program has to say about it."""

    role: Role
    """Who it is from."""
    text: str = ""
    """What was said, as it was received; made safe when it is shown."""
    note: str = ""
    """A remark beside the label, such as ``stopped``."""
    live: bool = False
    """Whether more text is still to come."""

    def content(self) -> Content:
        """The entry as it is drawn.  Nothing in it is read as markup or as a control code."""
        head = [Content.styled(self.role.label, "bold")]
        if self.note:
            style = "" if self.role is Role.NOTICE else "dim"
            head.append(Content.styled(f"  {one_line(self.note)}", style))
        return Content("\n").join([Content("").join(head), self._body()])

    def _body(self) -> Content:
        text = printable(self.text).strip("\n")
        rest = len(text) - SHOWN_CHARACTERS
        if rest > 0:
            cut = Content.styled(f"… {rest:,} more characters, not shown", "dim italic")
            return Content("\n").join([Content(text[:SHOWN_CHARACTERS]), cut])
        if self.live:
            return Content(text) + Content.styled("▍", "dim")
        return Content(text) if text.strip() else Content.styled("(nothing)", "dim italic")


class MessageView(Static):
    """Shows an entry.

    Args:
        entry: What to show; call ``show`` after changing it.
    """

    def __init__(self, entry: Entry) -> None:
        super().__init__(entry.content(), markup=False, classes=entry.role.value)
        self.entry = entry

    def show(self) -> None:
        """Draw the entry as it is now."""
        self.update(self.entry.content())
