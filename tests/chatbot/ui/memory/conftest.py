"""A scripted conversation that can be looked into, and a tiny app around the panel."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from textual.app import App, ComposeResult
from textual.widgets import Footer

from chatbot.conversation.insight.subject import ids_of
from chatbot.conversation.moments import Gain, Moment
from chatbot.conversation.trace import Alternative, Choice, Trace
from chatbot.runtime.memory import Memory
from chatbot.text.template import Turn
from chatbot.ui.memory import ForkRequested, MarksChanged, MemoryPanel, WipeAndAskRequested
from tests.chatbot.ui.looking import SIZE, Fading
from tests.chatbot.words import Words


class Scripted:
    """A conversation whose turns are given; the user says the first."""

    def __init__(self, *texts: str, engine: Any = None) -> None:
        self.voice = types.SimpleNamespace(engine=engine or Fading(), tokenizer=Words(), fingerprint="scripted")
        self.moments: tuple[Moment, ...] = ()
        state = self.voice.engine.initial_state()
        self.memory = Memory(state, np.zeros((0, SIZE), np.float32), np.zeros(0, np.int32))
        for text in texts:
            self.hear(text)

    @property
    def transcript(self) -> tuple[Turn, ...]:
        return tuple(moment.turn for moment in self.moments)

    def hear(self, text: str) -> None:
        turn = Turn("assistant" if len(self.moments) % 2 else "user", text)
        state, new = self.memory.state, []
        ids = ids_of(self.voice.tokenizer, turn)
        for token in ids:
            state, annotation = self.voice.engine.encode_step(token, state)
            new.append(annotation)
        all_ids = np.concatenate([self.memory.ids, np.array(ids, np.int32)])
        self.memory = Memory(state, np.concatenate([self.memory.annotations, np.stack(new)]), all_ids)
        self.moments = (*self.moments, Moment(turn, gain=Gain.of(self.memory, len(ids), "scripted")))

    def trace(self) -> Trace:
        """Of a reply from here; ``say`` adds to it."""
        trace = Trace()
        trace.begin(self.memory, self.voice.tokenizer)
        return trace

    def say(self, trace: Trace, word: str, probability: float, *, looks: int = 1, copy: float = 0.0) -> None:
        """A word that looks at one position, and is copied from there with some probability."""
        (token,) = self.voice.tokenizer.encode(word)
        weights = np.zeros(len(trace.ids), np.float32)
        weights[looks] = 1.0
        state = trace.choices[-1].state if trace.choices else self.memory.state
        state, _ = self.voice.engine.encode_step(token, state)
        best = [Alternative(token, f"▁{word}", probability)]
        best += [Alternative(number, f"▁other{number}", 0.05 / number) for number in range(1, 5)]
        text = f" {word}" if trace.choices else word
        trace.choices.append(Choice(token, f"▁{word}", text, probability, tuple(best), copy, weights, weights, state))


class Host(App[None]):
    """The panel alone, and what it posts."""

    CSS = "MemoryPanel { width: 100%; height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self.posted: list[Any] = []

    def compose(self) -> ComposeResult:
        yield MemoryPanel()
        yield Footer()

    def on_mount(self) -> None:
        self.panel.focus()

    @property
    def panel(self) -> MemoryPanel:
        return self.query_one(MemoryPanel)

    def on_fork_requested(self, event: ForkRequested) -> None:
        self.posted.append(event)

    def on_wipe_and_ask_requested(self, event: WipeAndAskRequested) -> None:
        self.posted.append(event)

    def on_marks_changed(self, event: MarksChanged) -> None:
        self.posted.append(event)


@pytest.fixture
def scripted_memory() -> type[Scripted]:
    """A conversation to be made with its turns."""
    return Scripted


@pytest.fixture
def fading() -> type[Fading]:
    """Its model."""
    return Fading


@pytest.fixture
def host() -> type[Host]:
    """The app around the panel."""
    return Host


@pytest.fixture
def replied() -> Callable[[Host, Scripted], Trace]:
    """Lets the conversation reply to a question while the panel looks on, and finish."""

    def reply(app: Host, conversation: Scripted) -> Trace:
        conversation.hear("who am I")
        trace = conversation.trace()
        app.panel.reply_began(trace, conversation.transcript)
        conversation.say(trace, "you", 0.9, looks=1)
        conversation.say(trace, "are", 0.4, looks=2)
        conversation.say(trace, "Mara", 0.95, looks=4, copy=0.9)
        conversation.hear("you are Mara")
        app.panel.reply_finished(conversation)
        return trace

    return reply
