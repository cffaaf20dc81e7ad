"""What the panel asks of the screen, and what its threads tell it."""

from __future__ import annotations

from textual.message import Message

from chatbot.conversation.insight import Gauge, Look
from chatbot.ui.memory.sight import Sight


class ForkRequested(Message):
    """The conversation is to be forked after its first ``turns`` turns."""

    def __init__(self, turns: int) -> None:
        super().__init__()
        self.turns = turns


class WipeAndAskRequested(Message):
    """The last question is to be asked again, with the same luck, of a memory without state, annotations or both."""

    def __init__(self, *, state: bool, annotations: bool) -> None:
        super().__init__()
        self.state, self.annotations = state, annotations


class Left(Message):
    """The reader wants to go back to where they were."""


class MarksChanged(Message):
    """These words of the transcript were looked at by what the panel shows."""

    def __init__(self, looks: tuple[Look, ...]) -> None:
        super().__init__()
        self.looks = looks


class Seen(Message, bubble=False):
    """A turn was read again."""

    def __init__(self, sight: Sight) -> None:
        super().__init__()
        self.sight = sight


class Measured(Message, bubble=False):
    """It was measured how much of each turn is left."""

    def __init__(self, gauge: Gauge, subject: object) -> None:
        super().__init__()
        self.gauge, self.subject = gauge, subject
