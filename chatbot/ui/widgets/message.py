"""One entry of the transcript: its data, and the widget that shows it.

The data outlives the widget, which exists only while the entry is near the part that is being read.
"""

from __future__ import annotations

import dataclasses
import enum
from typing import ClassVar, NamedTuple

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from chatbot.text.sanitize import one_line, printable

SHOWN_CHARACTERS = 8_000
"""Of a longer text only the beginning is drawn: laying out a pasted book at each key press would make typing crawl."""


class Role(enum.Enum):
    """Who an entry is from.  The value is the style class of its widget."""

    USER = "user"
    ASSISTANT = "assistant"
    NOTICE = "notice"
    MARK = "mark"

    @property
    def label(self) -> str:
        """The name shown above the text: colour and side line alone do not reach every reader."""
        return {Role.USER: "You", Role.ASSISTANT: "Chatbot", Role.NOTICE: "Notice", Role.MARK: "Mark"}[self]


class Mark(NamedTuple):
    """A word of an entry that stands out: ``text[start:end]``."""

    start: int
    end: int
    style: str
    """As Textual writes styles."""


@dataclasses.dataclass
class Entry:
    """Something said, or something the program has to say about it."""

    role: Role
    """Who it is from."""
    text: str = ""
    """What was said, as it was received; made safe when it is shown."""
    note: str = ""
    """A remark beside the label, such as ``waiting for the model``."""
    live: bool = False
    """Whether more text is still to come."""
    turn: int | None = None
    """The number of the turn in the conversation, from 0; None if it is none (yet)."""
    facts: str = ""
    """Time, speed and model, to stand under the text."""
    marks: tuple[Mark, ...] = dataclasses.field(default=(), compare=False)
    """Words of the text that stand out."""

    @property
    def shown(self) -> str:
        """The whole text, safe to show."""
        return printable(self.text).strip("\n")

    def content(self, facts: bool = True) -> Content:
        """The entry as it is drawn.  Nothing in it is read as markup or as a control code."""
        if self.role is Role.MARK:
            return Content.styled(f"── {one_line(self.text)} ──", "italic")
        head = [Content.styled(self.role.label, "bold")]
        if self.note:
            style = "" if self.role is Role.NOTICE else "dim"
            head.append(Content.styled(f"  {one_line(self.note)}", style))
        parts = [Content("").join(head), self._body()]
        if facts and self.facts:
            parts.append(Content.styled(one_line(self.facts), "dim"))
        return Content("\n").join(parts)

    def _body(self) -> Content:
        text = self.shown
        rest = len(text) - SHOWN_CHARACTERS
        if rest > 0:
            cut = Content.styled(f"… {rest:,} more characters, not shown", "dim italic")
            return Content("\n").join([self._marked(text[:SHOWN_CHARACTERS]), cut])
        if self.live:
            return Content(text) + Content.styled("▍", "dim")
        return self._marked(text) if text.strip() else Content.styled("(nothing)", "dim italic")

    def _marked(self, text: str) -> Content:
        """``text``, the beginning of what is shown, with its marks.  What is shown may lack some of what was said."""
        content = Content(text)
        safe = printable(self.text)
        leading = len(safe) - len(safe.lstrip("\n"))
        for start, end, style in self.marks:
            first = len(printable(self.text[:start])) - leading
            word = printable(self.text[start:end])
            if word and first >= 0 and text[first : first + len(word)] == word:
                content = content.stylize(style, first, first + len(word))
        return content


class MessageView(Static):
    """Shows an entry.  What was said can be focused, by Ctrl+Up, Shift+Tab or a click, and then be acted on.

    Args:
        entry: What to show; call ``show`` after changing it.
        facts: Whether to show what stands under the text.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "choose('copy')", "Copy", id="message.copy", tooltip="Copy this message"),
        Binding("e", "choose('edit')", "Edit", id="message.edit", tooltip="Change it and go on from there"),
        Binding("f", "choose('fork')", "Fork here", id="message.fork", tooltip="Go on from here in a copy"),
        Binding("up,ctrl+up", "neighbour(-1)", "Earlier", id="message.earlier", show=False),
        Binding("down,ctrl+down", "neighbour(1)", "Later", id="message.later", show=False),
        Binding("escape,enter", "leave", "Back", id="message.leave"),
    ]

    class Chosen(Message):
        """The user decided to do something with an entry."""

        def __init__(self, entry: Entry, what: str) -> None:
            super().__init__()
            self.entry = entry
            self.what = what
            """``copy``, ``edit``, ``fork`` or ``leave``."""

    def __init__(self, entry: Entry, facts: bool = True) -> None:
        super().__init__(entry.content(facts), markup=False, classes=entry.role.value)
        self.entry = entry
        self._facts = facts
        self.can_focus = entry.role in (Role.USER, Role.ASSISTANT)

    def show(self, facts: bool | None = None) -> None:
        """Draw the entry as it is now; ``facts`` says whether with what stands under it, None as before."""
        self._facts = self._facts if facts is None else facts
        self.update(self.entry.content(self._facts))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what the user said can be edited, and only what is part of the conversation be gone on from."""
        if action == "choose" and parameters != ("copy",) and self.entry.turn is None:
            return False
        return not (action == "choose" and parameters == ("edit",) and self.entry.role is not Role.USER)

    def action_choose(self, what: str) -> None:
        """Report what is to be done with the entry."""
        self.post_message(self.Chosen(self.entry, what))

    def action_leave(self) -> None:
        """Report that the user is done here."""
        self.post_message(self.Chosen(self.entry, "leave"))

    def action_neighbour(self, direction: int) -> None:
        """Focus the message above or below; below the last one is the prompt."""
        siblings = [view for view in self.screen.query(MessageView) if view.can_focus]
        index = siblings.index(self) + direction
        if index >= len(siblings):
            self.action_leave()
        elif index >= 0:
            siblings[index].focus()
