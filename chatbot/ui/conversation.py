"""What the screen asks of a conversation; ``chatbot.conversation`` has the real one, tests pass a scripted one.

Protocols only, so that drawing a screen never imports a model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol


class ModelCardLike(Protocol):
    """Facts about the loaded model that the status line shows."""

    @property
    def name(self) -> str:
        """What the user calls the model."""

    @property
    def cell(self) -> str:
        """Name of the recurrent cell, such as ``lstm``."""

    @property
    def units(self) -> int:
        """Features of the state of each layer."""

    @property
    def layers(self) -> int:
        """Recurrent layers of the encoder, and of the decoder."""

    @property
    def size_bytes(self) -> int:
        """Size of the model on disk."""

    @property
    def word_perplexity(self) -> float | None:
        """Perplexity per word on held-out dialogues; None if it was not measured."""


class TurnLike(Protocol):
    """One thing that was said."""

    @property
    def role(self) -> str:
        """``user`` or ``assistant``."""

    @property
    def text(self) -> str:
        """What was said, as it was said: showing it safely is the screen's concern."""


class ConversationLike(Protocol):
    """A conversation with one model, seen from the screen."""

    @property
    def model(self) -> ModelCardLike:
        """The model that answers."""

    @property
    def transcript(self) -> Sequence[TurnLike]:
        """What was said so far, oldest first."""

    def stream(self, text: str) -> Iterator[str]:
        """Say ``text`` and yield the reply in pieces.  Blocks; is called in a worker thread."""

    def cancel(self) -> None:
        """End the running ``stream`` after its current token; what was said so far is kept.  Safe from any thread."""

    def reset(self) -> None:
        """Forget everything.  Is called only while no ``stream`` is running."""


Loader = Callable[[], ConversationLike]
"""Loads a model and opens a conversation with it; may take seconds and raise ``ChatbotError``."""
