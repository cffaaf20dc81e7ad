"""Who is compared gets loaded; everything here takes its time, and is called in a worker thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatbot.ui.sources import Known, Sources, chosen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatbot.conversation import Conversation, Voice
    from chatbot.conversation.side_by_side import SideBySide

SEED = 1
"""Unless one was chosen in the chat."""


class Loading:
    """Loads models for a comparison, each once.

    Args:
        sources: Where models come from.
        first: The model that the program was started with.
        talk: What goes on in the chat: all of them read it first, and are sampled as was chosen there.
    """

    def __init__(self, sources: Sources, first: str, talk: Conversation) -> None:
        self._sources, self._first = sources, first
        self.talked = talk.model.name
        """The model that is talked to."""
        self._own = self.talked, talk.model.cell
        self._turns, self._chosen = talk.transcript, chosen(talk)
        seed = self._chosen.pop("seed", None)
        self._seed = SEED if seed is None else seed
        self._voices: dict[str, Voice] = {self.talked: talk.voice}

    def models(self) -> list[Known]:
        """All models that have a name."""
        return self._sources.models()

    def begin(self, argument: str, known: Sequence[Known]) -> SideBySide:
        """The comparison that was asked for after ``/compare``.

        Raises:
            ChatbotError: if somebody cannot be loaded, or they are too few or too many.
        """
        from chatbot.conversation.side_by_side import SideBySide, require_count
        from chatbot.conversation.side_specs import contenders

        specs = contenders(argument, self.talked, [self._own, *known])
        require_count(len(specs))  # before any is loaded
        comparison = SideBySide([spec.side(self.load) for spec in specs], self._seed)
        comparison.read(self._turns)
        return comparison

    def load(self, name: str) -> Conversation:
        """A new conversation with a model by its name; what is loaded already is shared.

        Raises:
            ChatbotError: if there is no such model.
        """
        from chatbot.conversation import Conversation

        if name not in self._voices:
            new = self._sources.load() if name == self._first else self._sources.switch(name)
            self._voices[name] = new.voice
        conversation = Conversation(self._voices[name])
        conversation.sample_with(**self._chosen)
        return conversation
