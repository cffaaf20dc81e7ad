"""The last question asked again of a wiped memory, with the same luck: what was the memory worth?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chatbot.conversation.session import Conversation
from chatbot.conversation.trace import Trace
from chatbot.errors import UsageError


@dataclass
class Again:
    """A reply and what is said instead of it; ``new`` grows while ``pieces`` is read."""

    question: str
    old: str
    new: str
    state: bool
    """Whether the recurrent state was wiped."""
    annotations: bool
    """Whether the annotations were."""
    same_luck: bool
    """Whether the random choices are those of the old reply; not known of one that was said elsewhere."""
    conversation: Conversation
    """The fork in which it is said; to go on there is possible."""
    pieces: Iterator[str]
    """Says the new reply."""

    @property
    def summary(self) -> str:
        """In one line."""
        wiped = " and ".join(name for name, gone in (("state", self.state), ("notes", self.annotations)) if gone)
        same = "the same reply" if self.new == self.old else "another reply"
        luck = "with the same seed" if self.same_luck else "with another seed"
        return f"Asked again without {wiped or 'any change'}, {luck}: {same}."


def ask_again(conversation: Conversation, *, state: bool, annotations: bool, trace: Trace | None = None) -> Again:
    """Ask the last question that was replied to once more, in a fork whose memory is wiped before the question is read.

    The conversation itself is not changed.  Its model speaks when ``pieces`` of the result is read, so it must not be
    speaking elsewhere.

    Args:
        conversation: Who replied.
        state: Whether to wipe the recurrent state.
        annotations: Whether to wipe the annotations.
        trace: Where to record the new reply.

    Raises:
        UsageError: if nothing was replied yet.
    """
    moments = conversation.moments
    replied = [
        number
        for number in range(1, len(moments))
        if moments[number].turn.role == "assistant" and moments[number - 1].turn.role == "user"
    ]
    if not replied:
        raise UsageError("nothing to ask again", expected="a reply", remedy="say something first")
    reply = moments[replied[-1]]
    question = moments[replied[-1] - 1].turn.text
    fork = conversation.fork(replied[-1] - 1)
    fork.wipe(state=state, annotations=annotations)
    facts = reply.facts
    again = Again(question, reply.turn.text, "", state, annotations, facts.luck is not None, fork, iter(()))
    again.pieces = _say(again, fork.stream(question, sampling=facts.sampling, luck=facts.luck, trace=trace))
    return again


def _say(again: Again, reply: Iterator[str]) -> Iterator[str]:
    for piece in reply:
        again.new += piece
        yield piece
    turn = again.conversation.transcript[-1]
    again.new = turn.text if turn.role == "assistant" else ""
