"""A scripted conversation in place of a model, and a way to wait for what happens in the background."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest


@dataclasses.dataclass(frozen=True)
class Card:
    """A model that does not exist."""

    name: str = "default"
    cell: str = "lstm"
    units: int = 256
    layers: int = 2
    size_bytes: int = 13_100_000
    word_perplexity: float | None = 62.3
    corpora: tuple[str, ...] = ("authored",)


@dataclasses.dataclass(frozen=True)
class Turn:
    """Something said before the screen opened."""

    role: str
    text: str


class ScriptedConversation:
    """Answers with given pieces.  None in a script waits for ``go`` or ``cancel``; an exception is raised."""

    def __init__(self, *replies: list[str | Exception | None], turns: tuple[Turn, ...] = (), **card: Any) -> None:
        self.model = Card(**card)
        self.transcript = turns
        self.replies = list(replies)
        self.heard: list[str] = []
        self.resets = 0
        self.streaming = False
        self._go = threading.Event()
        self._cancelled = threading.Event()

    def stream(self, text: str) -> Iterator[str]:
        self.heard.append(text)
        self._cancelled.clear()
        self.streaming = True
        try:
            for piece in self.replies.pop(0):
                if piece is None:
                    assert self._go.wait(10), "nobody let the reply go on"
                    self._go.clear()
                elif isinstance(piece, Exception):
                    raise piece
                else:
                    yield piece
                if self._cancelled.is_set():
                    return
        finally:
            self.streaming = False

    def go(self) -> None:
        """Let the script pass its next None."""
        self._go.set()

    def cancel(self) -> None:
        self._cancelled.set()
        self._go.set()

    def reset(self) -> None:
        assert not self.streaming, "reset while a reply is running"
        self.resets += 1


@pytest.fixture
def scripted() -> type[ScriptedConversation]:
    """The scripted conversation, to be made with its replies."""
    return ScriptedConversation


@pytest.fixture
def turn() -> type[Turn]:
    """A turn of the past."""
    return Turn


@pytest.fixture
def until() -> Callable[[Callable[[], object]], Awaitable[None]]:
    """Wait until a condition holds; fails after five seconds."""

    async def wait(condition: Callable[[], object]) -> None:
        end = time.monotonic() + 5
        while not condition():
            assert time.monotonic() < end, "waited in vain"
            await asyncio.sleep(0.01)

    return wait


@pytest.fixture
def screen_text() -> Callable[[Any], str]:
    """All that an app's screen shows, row by row."""

    def read(app: Any) -> str:
        strips = app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)

    return read
