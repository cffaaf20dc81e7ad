"""A turn as the panel sees it: its tokens, the states after them, the gates, and what was thought of each.

Tokens are numbered from 0, which is the symbol that opens the turn; None as a number is the whole turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from chatbot.conversation.insight import (
    Attention,
    Live,
    Opening,
    Place,
    Said,
    Subject,
    Sums,
    attention,
    confidence,
    places,
    replay,
    retrace,
    seen,
    sentence,
    state_summary,
    summarise,
)
from chatbot.conversation.trace import Trace
from chatbot.runtime.engine import State
from chatbot.text.template import END, SYMBOLS, Turn

UNSEEN = "Only a reply looks around; this is what it was told."
NOTHING = "What was thought of this reply is not known."
_SYMBOLS = {"<user>": "the sign that a user begins", "<assistant>": "the sign that a reply begins"}


@dataclass(eq=False, repr=False)
class Sight:
    """A turn, looked into."""

    subject: Subject
    turn: int
    """Its number, from 0."""
    before: tuple[Turn, ...]
    """What was said before it."""
    role: str
    pieces: Sequence[str]
    """As SentencePiece writes them, symbols included."""
    states: Sequence[State]
    """After each of them; of a reply that is being said, not yet after the last."""
    openings: Sequence[Opening | None]
    """The gates at each; there may be fewer."""
    trace: Trace | None
    """What was thought of each after the first; None if nothing is known."""
    live: bool = False
    """Whether it is still being said."""
    said: list[Said] = field(default_factory=list)
    where: list[Place | None] | None = None
    sums: Sums | None = None

    def go_on_from(self, earlier: Sight | None) -> Sight:
        """Take over what was found out of the same reply when it was shorter."""
        if earlier is not None and earlier.trace is self.trace and len(earlier.said) <= len(self.states):
            self.said, self.where, self.sums = earlier.said, earlier.where, earlier.sums
        return self

    def label(self, token: int | None) -> str:
        """A token in words, safe to show."""
        if token is None or not self.pieces:
            return "all of it"
        piece = self.pieces[token]
        if piece == "<end>":
            return "the sign of the end"
        return _SYMBOLS.get(piece) or f"“{seen(piece).lstrip('·') or '·'}”"

    def confidences(self) -> list[Said]:
        """How sure each token after the first was; empty if nothing is known."""
        if self.trace is not None and len(self.said) != len(self.trace.choices):
            self.said += confidence(self.trace, len(self.said))
        return self.said

    def looked(self, token: int | None) -> Attention | None:
        """Where a token, or all of the reply, looked; None if nothing is known."""
        if self.trace is None:
            return None
        if self.where is None or len(self.where) != len(self.trace.ids):
            self.where, self.sums = places(self.trace.ids, self.before, self.subject.tokenizer), None
        if token is not None:
            choices = self.trace.choices[token - 1 : token] if token else []
            return attention(self.trace, self.before, self.subject.tokenizer, choices, self.where)
        if self.sums is None or self.sums.count > len(self.trace.choices):
            self.sums = Sums(self.trace)
        self.sums.add(self.trace.choices[self.sums.count :])
        return self.sums.on_words(self.before, self.where)

    def summary(self, tab: str, token: int | None) -> str:
        """One of the pictures in a line."""
        if tab == "state":
            shown = len(self.states) - 1 if token is None else min(token, len(self.states) - 1)
            return state_summary(self.states, self.label(shown) if self.states else "", shown)
        if tab == "gates":
            found = self.openings if token is None else self.openings[token : token + 1]
            return sentence(found, self.label(token))
        if self.trace is None:
            return UNSEEN if self.role == "user" else NOTHING
        if tab == "attention":
            looked = self.looked(token)
            return looked.summary if looked else NOTHING
        said = self.confidences()
        return said[token - 1].summary if token and token <= len(said) else summarise(said)


def look_into(subject: Subject, turn: int, trace: Trace | None, cancelled: Callable[[], bool]) -> Sight | None:
    """Read a turn again, and think a reply through again of which there is no trace; None if cancelled."""
    said = subject.moments[turn].turn
    trace = trace or retrace(subject, turn, cancelled)
    tokens = None
    if trace is not None:
        tokens = [SYMBOLS[said.role], *(choice.token for choice in trace.choices), END]
    found = replay(subject, turn, cancelled, tokens)
    if cancelled():
        return None
    before = subject.turns[:turn]
    sight = Sight(subject, turn, before, said.role, found.pieces, found.states, found.openings, trace)
    sight.looked(None)  # finds the words of the transcript, which takes longest
    return sight


def look_on(subject: Subject, live: Live, before: tuple[Turn, ...]) -> Sight:
    """A reply that is being said."""
    return Sight(
        subject,
        len(before),
        before,
        "assistant",
        live.pieces,
        live.states,
        [None, *live.openings],
        live.trace,
        live=True,
    )
