"""One of several models that are compared: its own conversation, and what was measured with the last message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chatbot.conversation.insight import Opening, Part, opening, parts, sentence, state_summary
from chatbot.conversation.moments import Facts
from chatbot.conversation.session import Conversation
from chatbot.runtime.engine import State
from chatbot.text.sanitize import one_line
from chatbot.text.template import Turn, encode_turn


@dataclass
class Measured:
    """What one of them did with the last message."""

    perplexity: float | None = None
    """Of what the user wrote, per word: how unexpected it was.  None if it cannot be said."""
    openings: tuple[Opening, ...] = ()
    """Of its gates, for each token of the message; none where the cell has no gates."""
    states: tuple[State, ...] = ()
    """Of its encoder after each token of the message."""
    layers: int = 1
    facts: Facts | None = None
    """How the reply came about; None while it is said."""
    error: Exception | None = None
    """Why it said nothing."""

    @property
    def gates(self) -> str:
        """What the gates did over the message, in one sentence."""
        return sentence(self.openings, "your message")

    @property
    def state(self) -> str:
        """What the state looks like after the message, in one line."""
        return state_summary(self.states, "your message")

    @property
    def parts(self) -> tuple[Part, ...]:
        """The states over the message, for a heat map."""
        return parts(self.states, self.layers)


@dataclass
class Side:
    """One that is compared.

    Args:
        name: What it was asked for by, safe to show.
        conversation: Its own.
        changes: How its replies are chosen otherwise than it recommends.
    """

    name: str
    conversation: Conversation
    changes: Mapping[str, Any] = field(default_factory=dict)
    measured: Measured = field(default_factory=Measured)

    def __post_init__(self) -> None:
        if self.changes:
            self.conversation.sample_with(**self.changes)

    @property
    def label(self) -> str:
        """Its name and what is special about it, on one line."""
        special = [f"{name.replace('_', '-')} {value:g}" for name, value in self.changes.items()]
        return one_line(" · ".join([self.name, *special]))

    @property
    def described(self) -> str:
        """Cell, shape and size of its model, on one line."""
        card = self.conversation.model
        parameters = f" · {card.parameters / 1e6:.1f} M parameters" if card.parameters is not None else ""
        return f"{card.cell} {card.layers} × {card.units}{parameters} · {card.size_bytes / 1e6:.1f} MB"

    def finish(self) -> str:
        """What was answered to the last message; how it came about is kept."""
        moments = self.conversation.moments
        if self.measured.error is not None or not moments or moments[-1].turn.role != "assistant":
            return ""
        self.measured.facts = moments[-1].facts
        return moments[-1].turn.text

    @property
    def summary(self) -> str:
        """What was measured with the last message, on one line; empty before the first."""
        found, facts, said = self.measured, self.measured.facts, []
        if found.perplexity is not None:
            said.append(f"your words: perplexity {found.perplexity:,.0f}")
        if facts is not None and facts.tokens_per_second is not None:
            said.append(f"{facts.tokens_per_second:,.0f} tokens/s")
        means = [each.mean for each in found.openings]
        said += [f"{name} {np.mean([mean[name] for mean in means]):.0%}" for name in (means[0] if means else ())]
        return " · ".join(said)


def measured(conversation: Conversation, text: str) -> Measured:
    """What a model makes of a message while it reads it; nothing is read into the conversation."""
    engine = getattr(conversation.voice, "engine", None)
    if engine is None:  # scripted ones have none
        return Measured()
    state, openings, states = conversation.memory.state, [], []
    for token in encode_turn(conversation.voice.tokenizer, Turn("user", text)):
        gates = engine.gates(token, state)
        if gates:
            openings.append(opening(gates))
        state, _ = engine.encode_step(token, state)
        states.append(state)
    perplexity = conversation.surprise(text).word_perplexity
    return Measured(perplexity, tuple(openings), tuple(states), engine.config.layers)
