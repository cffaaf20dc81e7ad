"""Who answers whom: from who said what to turns with roles.

A model knows two roles, user and assistant, and no names: whoever a corpus's speakers are, their names never reach it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chatbot.errors import UsageError
from chatbot.text.template import Role, Turn
from train.corpora.dialogue import Conversation, Dialogue, Utterance

_ASSISTANTS = {"assistant", "bot", "gpt", "system", "chatbot", "model", "agent", "chatgpt", "wizard"}
"""Speakers that are the assistant wherever they stand, if nobody says otherwise."""
_USERS = {"user", "human", "customer", "usr", "apprentice", "client"}


@dataclass(frozen=True)
class Roles:
    """How roles are given."""

    assistant: str | None = None
    """The speaker who is the assistant, in any case, and whose turns alone are learned.  None: by the usual names, else
    whoever does not speak first; and both sides learn to answer the other."""

    def dialogue(self, conversation: Conversation) -> Dialogue | None:
        """With roles; None if the speaker who is asked for takes no part, or nobody else does."""
        utterances = conversation.utterances
        if self.assistant is not None:
            wanted = self.assistant.casefold()
            isit = [utterance.speaker.casefold() == wanted for utterance in utterances]
            if all(isit) or not any(isit):
                return None
        else:
            isit = list(_guessed(utterances))
        turns: list[Turn] = []
        for (_, text), assistant in zip(utterances, isit, strict=True):
            role: Role = "assistant" if assistant else "user"
            turns.append(Turn(role, text))
        return Dialogue(tuple(turns), None if self.assistant is None else "assistant")


def _guessed(utterances: tuple[Utterance, ...]) -> Iterator[bool]:
    names = {utterance.speaker.casefold() for utterance in utterances}
    known = names & _ASSISTANTS
    if known and len(known) < len(names):
        assistants = known
    elif names & _USERS and names - _USERS:
        assistants = names - _USERS
    else:
        assistants = names - {utterances[0].speaker.casefold()}
    return (utterance.speaker.casefold() in assistants for utterance in utterances)


def unknown_speaker(assistant: str, seen: list[str]) -> UsageError:
    """What to say where nobody of that name was found."""
    return UsageError(
        f"no speaker called {assistant!r}",
        expected=f"one of {', '.join(seen[:12])}" if seen else "a speaker of the corpus",
        remedy="correct --assistant (or --me)",
    )
