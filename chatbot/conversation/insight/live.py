"""A reply while it is being said, as far as it has come: its states, and the gates at its tokens.

Both are of the decoder.  Its gates are known only where it is tied to the encoder, whose gates a bundle shows; else
gates are seen once the reply is said, when it is read.  They are made a few at a time, so that looking on costs little.
"""

from __future__ import annotations

from chatbot.conversation.insight.gates import Opening, opening
from chatbot.conversation.insight.subject import Subject
from chatbot.conversation.trace import Trace
from chatbot.runtime.engine import State


class Live:
    """A reply that is being said.

    Args:
        subject: The conversation, before or while it is said.
        trace: Where it is recorded.
    """

    def __init__(self, subject: Subject, trace: Trace) -> None:
        self.trace = trace
        self.openings: list[Opening | None] = []
        """The gates at the first tokens of the reply; at most as many as there are tokens."""
        self._reader = subject.reader if subject.tied else None
        self._list = trace.choices

    def advance(self, most: int) -> None:
        """Look at the gates of up to ``most`` more tokens."""
        choices = self.trace.choices
        if choices is not self._list:  # the reply was begun a second time
            self._list = choices
            self.openings.clear()
        for choice in choices[len(self.openings) : len(self.openings) + most]:
            gates = self._reader.gates(choice.token, choice.state) if self._reader else None
            self.openings.append(opening(gates) if gates else None)

    @property
    def pieces(self) -> list[str]:
        """The tokens so far as SentencePiece writes them, with the symbol that opens the turn; not yet safe to show."""
        return ["<assistant>", *(choice.piece for choice in self.trace.choices)]

    @property
    def states(self) -> list[State]:
        """After each of ``pieces`` but the last."""
        return [choice.state for choice in self.trace.choices]
