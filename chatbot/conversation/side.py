"""One of several models that are compared: its own conversation, and what was measured with the last message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from chatbot.conversation.insight import Opening, Part, opening, parts, sentence, state_summary
from chatbot.conversation.moments import Facts
from chatbot.conversation.session import Conversation
from chatbot.runtime.engine import State
from chatbot.text.sanitize import one_line
from chatbot.text.template import Turn, encode_turn


@dataclass(frozen=True)
class Answer:
    """What one of them said to a message, and the figures of it; None for what is not known."""

    text: str = ""
    """Empty if it said nothing."""
    perplexity: float | None = None
    """Of what the user wrote, per word; see ``Measured``."""
    tokens: int | None = None
    tokens_per_second: float | None = None
    gates: Mapping[str, float] = field(default_factory=dict)
    """How far each gate was open over the message, on average; none where the cell has no gates."""
    stopped: bool = False
    error: str | None = None
    """Why it said nothing, safe to show."""

    @property
    def measures(self) -> tuple[str, ...]:
        """How unexpected the message was, and how fast the reply came, as far as that is known; a line each."""
        heard = () if self.perplexity is None else (f"your words: perplexity {self.perplexity:,.0f}",)
        said = [] if self.tokens is None else [f"reply: {self.tokens} token{'' if self.tokens == 1 else 's'}"]
        if self.tokens_per_second is not None:
            said.append(f"{self.tokens_per_second:,.0f} tokens/s")
        return (*heard, " · ".join(said)) if said else heard

    @property
    def summary(self) -> str:
        """All figures on one line."""
        gates = [f"{name} {mean:.0%}" for name, mean in self.gates.items()]
        ended = ["stopped"] * self.stopped + [f"failed: {self.error}"] * (self.error is not None)
        return " · ".join(part for part in [*self.measures, *gates, *ended] if part)


@dataclass
class Measured:
    """What one of them did with the last message."""

    perplexity: float | None = None
    """Of what the user wrote, per word: how unexpected it was.  None if it cannot be said.

    It is the decoder that is asked, as if it were to speak in the user's place.  A model whose training showed it the
    assistant's side alone never learned that, and is surprised by everything.
    """
    openings: tuple[Opening, ...] = ()
    """Of its gates, for each token of the message; none where the cell has no gates."""
    states: tuple[State, ...] = ()
    """Of its encoder after each token of the message."""
    layers: int = 1
    facts: Facts | None = None
    """How the reply came about; None while it is said, and if there is none."""
    error: Exception | None = None
    """Why it said nothing."""

    @property
    def gates(self) -> dict[str, float]:
        """How far each gate was open over the message, on average."""
        means = [each.mean for each in self.openings]
        return {name: sum(mean[name] for mean in means) / len(means) for name in (means[0] if means else ())}

    @property
    def sentence(self) -> str:
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
        changes: How its replies are chosen otherwise than it recommends; a seed among them is its own.
    """

    name: str
    conversation: Conversation
    changes: dict[str, Any] = field(default_factory=dict)
    measured: Measured = field(default_factory=Measured)
    _before: int = field(default=0, init=False)
    """Turns that were said before the last message."""

    def __post_init__(self) -> None:
        if self.changes:
            self.conversation.sample_with(**self.changes)

    def change(self, changes: Mapping[str, Any]) -> None:
        """Choose its replies otherwise from now on.

        Raises:
            ConfigError: if a value is out of range; nothing is changed then.
        """
        self.conversation.sample_with(**changes)
        self.changes = {**self.changes, **changes}

    @property
    def label(self) -> str:
        """Its name and what is special about it, on one line."""
        special = [f"{name.replace('_', '-')} {value:g}" for name, value in self.changes.items()]
        return one_line(" · ".join([self.name, *special]))

    @property
    def described(self) -> str:
        """Cell, shape and size of its model, on one line."""
        card = self.conversation.model
        parameters = f" · {card.parameters / 1e6:.1f} M weights" if card.parameters is not None else ""
        return f"{card.cell} {card.layers}×{card.units}{parameters} · {card.size_bytes / 1e6:.1f} MB"

    def begin(self) -> None:
        """A message is about to come."""
        self.measured, self._before = Measured(), len(self.conversation.moments)

    def answer(self, text: str, seed: int) -> Iterator[str]:
        """Read a message and measure that, then say the reply piece by piece; the first piece is empty."""
        self.measured = measured(self.conversation, text)
        yield ""
        sampling = replace(self.conversation.sampling, seed=self.changes.get("seed", seed))
        yield from self.conversation.stream(text, sampling=sampling)

    def finish(self) -> None:
        """The reply has ended, for whatever reason: keep how it came about."""
        new = self.conversation.moments[self._before :]
        self.measured.facts = new[-1].facts if new and new[-1].turn.role == "assistant" else None

    @property
    def answered(self) -> Answer:
        """What it said to the last message, as far as that is known."""
        found, facts = self.measured, self.measured.facts
        return Answer(
            text=self.conversation.moments[-1].turn.text if facts is not None else "",
            perplexity=found.perplexity,
            tokens=facts.tokens if facts is not None else None,
            tokens_per_second=facts.tokens_per_second if facts is not None else None,
            gates=found.gates,
            stopped=facts.stopped if facts is not None else False,
            error=one_line(str(found.error) or type(found.error).__name__) if found.error is not None else None,
        )


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
