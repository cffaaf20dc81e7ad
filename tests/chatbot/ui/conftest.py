"""A scripted model behind a real conversation and a real store, and a way to wait for what happens meanwhile."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import types
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chatbot.config import SamplingConfig
from chatbot.conversation import Conversation, ModelCard, Voice
from chatbot.conversation.insight.subject import ids_of
from chatbot.conversation.moments import Gain
from chatbot.conversation.store import Store
from chatbot.conversation.trace import Alternative, Choice
from chatbot.preferences import Preferences
from chatbot.runtime.memory import Memory
from chatbot.text.template import Turn
from chatbot.ui.app import ChatApp
from chatbot.ui.screens.chat import ChatScreen
from chatbot.ui.screens.conversation import Phase
from chatbot.ui.sources import Known, Sources
from chatbot.ui.widgets.prompt import Prompt
from chatbot.ui.widgets.transcript import Transcript
from tests.chatbot.ui.looking import SIZE, Fading
from tests.chatbot.words import Words

CARD = ModelCard("default", "lstm", 256, 2, 13_100_000, 62.3, ("authored",))


class ScriptedVoice(Voice):
    """Answers with given pieces.  None in a script waits for ``go`` or ``cancel``; an exception is raised.

    What it remembers is how many turns it has read: that is its memory's one number.
    """

    def __init__(self, *replies: list[Any], name: str = "default", cell: str = "lstm", **card: Any) -> None:
        self.card = ModelCard(**{**vars(CARD), "name": name, "cell": cell, **card})
        self.sampling = SamplingConfig()
        self.replies = list(replies)
        self.heard: list[str] = []
        self.samplings: list[SamplingConfig] = []
        self.streaming = False
        self.busy = threading.Lock()
        self._go = threading.Event()
        self.__dict__["fingerprint"] = f"{name}-{cell}"

    def empty(self) -> Memory:
        return self._memory(0)

    def hear(self, memory: Memory, turn: Turn) -> tuple[Memory, Gain]:
        if turn.role == "user":
            self.heard.append(turn.text)
        after = self._memory(int(memory.state[0][0, 0]) + 1)
        return after, Gain(after.state, np.zeros((0, 1), np.float32), after.ids, 0, self.fingerprint)

    def fits(self, gain: Gain) -> bool:
        return gain.model == self.fingerprint

    def speak(self, memory: Memory, *, sampling: Any, rng: Any, cancelled: Any, trace: Any = None) -> Iterator[str]:
        assert self.busy.acquire(blocking=False), "two threads at once"
        self.samplings.append(sampling)
        self.streaming = True
        try:
            for piece in self.replies.pop(0):
                if piece is None:
                    self._wait(cancelled)
                elif isinstance(piece, Exception):
                    raise piece
                else:
                    yield piece
                if cancelled():
                    return
        finally:
            self.streaming = False
            self.busy.release()

    def go(self) -> None:
        """Let the script pass its next None."""
        self._go.set()

    def _wait(self, cancelled: Callable[[], bool]) -> None:
        end = time.monotonic() + 10
        while not self._go.wait(0.005) and not cancelled():
            assert time.monotonic() < end, "nobody let the reply go on"
        self._go.clear()

    @staticmethod
    def _memory(turns: int) -> Memory:
        return Memory((np.full((1, 1), turns, np.float32),), np.zeros((0, 1), np.float32), np.zeros(0, np.int32))


def remembered(conversation: Conversation) -> int:
    """How many turns the scripted model has read."""
    return int(conversation.memory.state[0][0, 0])


class Chat:
    """The app on scripted models; ``async with`` opens it and waits until it is loaded.

    Args:
        voice: The model that the program is started with.
        others: Models that can be switched to, by name.
        place: Of the store; None keeps nothing.
        load: Instead of a conversation with ``voice``.
        predict: Who guesses how messages go on.
        remembered: Where choices are kept.
    """

    def __init__(
        self,
        voice: ScriptedVoice,
        *others: ScriptedVoice,
        place: Path | None = None,
        load: Callable[[], Conversation] | None = None,
        predict: Callable[..., str] = lambda *_: "",
        preferences: Preferences | None = None,
        remembered: Path | None = None,
        size: tuple[int, int] = (80, 24),
        notifications: bool = False,
    ) -> None:
        self.voice, self.others = voice, {other.card.name: other for other in others}
        self.sources = Sources(
            load=load or (lambda: Conversation(voice)),
            switch=lambda name: Conversation(self.others[name]),
            models=lambda: [Known(each.card.name, each.card.cell) for each in (voice, *others)],
            store=lambda: Store(place) if place is not None else None,
            predictor=lambda conversation: predict,
        )
        self.app = ChatApp(self.sources, preferences, remembered)
        self._running = self.app.run_test(size=size, notifications=notifications)

    async def __aenter__(self) -> Chat:
        self.pilot = await self._running.__aenter__()
        await self.ready()
        return self

    async def __aexit__(self, *error: Any) -> None:
        self.screen.stop_reply()
        await self._running.__aexit__(*error)
        self.app.close()

    @property
    def screen(self) -> ChatScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, ChatScreen)
        return screen

    @property
    def prompt(self) -> Prompt:
        return self.screen.query_one(Prompt)

    @property
    def conversation(self) -> Conversation:
        return self.screen.conversation

    async def ready(self) -> None:
        """Wait until nothing is loaded, said or worked at."""
        await wait(lambda: self.screen.phase in (Phase.READY, Phase.FAILED) and self.screen.is_mounted)
        await self.pilot.pause()
        await wait(lambda: self.screen.phase in (Phase.READY, Phase.FAILED))

    async def say(self, text: str) -> None:
        self.prompt.text = text
        await self.pilot.press("enter")

    async def talk(self, *texts: str) -> None:
        """Say something and wait for the reply, one after another."""
        for text in texts:
            await self.say(text)
            await self.ready()

    def said(self) -> list[tuple[str, str]]:
        return [(entry.role.value, entry.text) for entry in self.screen.query_one(Transcript).entries]

    def shown(self) -> str:
        """All that the screen shows, row by row."""
        return text_of(self.app)

    def told(self) -> list[str]:
        """What was said beside the transcript."""
        return [notification.message for notification in self.app._notifications]


async def wait(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(0.01)


def text_of(app: Any) -> str:
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


@pytest.fixture(autouse=True, scope="module")
def left_clean() -> Iterator[None]:
    """What an app leaves behind is collected here: in the middle of parsing it upsets Python 3.11 (cpython#106905)."""
    yield
    gc.collect()


@pytest.fixture
def scripted() -> type[ScriptedVoice]:
    """The scripted model, to be made with its replies."""
    return ScriptedVoice


@pytest.fixture
def opened() -> type[Chat]:
    """The app, to be opened on scripted models."""
    return Chat


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where a store may be made."""
    return tmp_path / "data" / "sessions.db"


@pytest.fixture
def until() -> Callable[[Callable[[], object]], Awaitable[None]]:
    """Wait until a condition holds; fails after ten seconds."""
    return wait


@pytest.fixture
def screen_text() -> Callable[[Any], str]:
    """All that an app's screen shows, row by row."""
    return text_of


@pytest.fixture
def knows() -> Callable[[Conversation], int]:
    """How many turns a scripted model remembers."""
    return remembered


@pytest.fixture
def looked_into() -> type[Any]:
    """As ``scripted``; every word said looks at the second position of the memory, and is copied if it stands there."""

    class LookedInto(ScriptedVoice):
        def __init__(self, *replies: list[Any], **card: Any) -> None:
            super().__init__(*replies, **card)
            self.engine, self.tokenizer = Fading(), Words()
            self.engine.config = types.SimpleNamespace(layers=1, tied=True)
            self.traces: list[Any] = []

        def empty(self) -> Memory:
            state = self.engine.initial_state()
            return Memory(state, np.zeros((0, SIZE), np.float32), np.zeros(0, np.int32))

        def hear(self, memory: Memory, turn: Turn) -> tuple[Memory, Gain]:
            self.heard += [turn.text] * (turn.role == "user")
            state, new, ids = memory.state, [], ids_of(self.tokenizer, turn)
            for token in ids:
                state, annotation = self.engine.encode_step(token, state)
                new.append(annotation)
            annotations = np.concatenate([memory.annotations, np.stack(new)])
            after = Memory(state, annotations, np.concatenate([memory.ids, np.array(ids, np.int32)]))
            return after, Gain.of(after, len(ids), self.fingerprint)

        def speak(self, memory: Memory, *, trace: Any = None, **manner: Any) -> Iterator[str]:
            self.traces.append(trace)
            if trace is not None:
                trace.begin(memory, self.tokenizer)
            for piece in super().speak(memory, **manner):
                if trace is not None:
                    trace.choices.append(self._choice(piece, memory))
                yield piece

        def _choice(self, piece: str, memory: Memory) -> Choice:
            (token,) = self.tokenizer.encode(piece)
            weights = np.zeros(len(memory.ids), np.float32)
            weights[1:2] = 1.0
            best = (Alternative(token, f"▁{piece.strip()}", 0.9),)
            return Choice(token, f"▁{piece.strip()}", piece, 0.9, best, 0.9, weights, weights, memory.state)

    return LookedInto
