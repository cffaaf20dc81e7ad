"""What an empty transcript says: what one is talking to, and three things to try."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

SUGGESTIONS = (
    ("Hi, my name is Mara.", "some turns later", "What is my name?"),
    ("It is raining here.", "later", "What is the weather like?"),
    ("Who are you?", "then", "What do you like?"),
)
"""What to say, when to go on, and what to say then."""


class Welcome(Static):
    """The greeting of an empty transcript."""

    def __init__(self) -> None:
        super().__init__(self._content(), markup=False)

    @staticmethod
    def _content() -> Content:
        lines = [
            Content.styled("Talk to a small recurrent network", "bold"),
            Content(
                "It reads each message once and carries what it can in its memory. "
                "Everything it says is generated piece by piece, so it may be wrong, or make no sense."
            ),
            Content(""),
            Content.styled("Three things to try", "bold"),
        ]
        for number, (first, when, then) in enumerate(SUGGESTIONS, start=1):
            mark = (f"{number}  ", "bold $text-accent")
            lines.append(Content.assemble(mark, (first, "italic $text"), f" … {when}: ", (then, "italic $text")))
        return Content("\n").join(lines)
