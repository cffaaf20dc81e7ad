"""Writing: what is typed becomes a message, an edit or a command; while it is typed, guesses how it goes on.

How replies come about is the business of ``talking``, what commands do of ``performing``.
"""

from __future__ import annotations

from abc import abstractmethod
from functools import partial
from typing import TYPE_CHECKING

from textual.reactive import var

from chatbot.errors import UsageError
from chatbot.ui.commands import Request, complete, is_command, parse
from chatbot.ui.compare.choices import contenders
from chatbot.ui.exporting import FORMATS
from chatbot.ui.screens.conversation import Phase
from chatbot.ui.screens.talking import TalkingScreen
from chatbot.ui.sources import Known, Predict, Sources
from chatbot.ui.widgets.completions import Completions
from chatbot.ui.widgets.prompt import Prompt
from chatbot.ui.work import GhostSeen, Loaded

if TYPE_CHECKING:
    from chatbot.conversation import Conversation, Voice

_GUESS_SECONDS = 0.1
"""So long a guess waits for the one before it to let go of the model."""
_TEMPERATURES = (
    ("0", "always the likeliest piece"),
    ("0.3", "careful"),
    ("0.5", "as most models recommend"),
    ("0.7", "livelier"),
    ("1", "as the model learned it"),
    ("1.5", "wild"),
)


class WritingScreen(TalkingScreen):
    """A conversation with a prompt.

    Args:
        sources: Where conversations come from.
    """

    ghost: var[bool] = var(True, init=False)

    def __init__(self, sources: Sources) -> None:
        super().__init__(sources)
        self.first_model = ""
        """Name of the model that the program was started with."""
        self.known: list[Known] = []
        """The models that can be switched to."""
        self.editing: int | None = None
        """The turn in whose place goes what is sent; None for a new one."""
        self._draft = ""
        self._keys = 0
        self._predictor: tuple[Voice, Predict] | None = None

    @abstractmethod
    def perform(self, request: Request) -> bool:
        """Do what a command says, if it can be done now; whether it was tried."""

    def on_loaded(self, event: Loaded) -> None:
        """Find out in peace which other models there are."""
        self.first_model = event.opened.saved.conversation.model.name
        self.run_worker(self._find_models, name="models", thread=True, exit_on_error=False)

    def _find_models(self) -> None:
        self.known = self.sources.models()

    @property
    def idle(self) -> bool:
        """Whether something can be begun."""
        return self.phase is Phase.READY

    @property
    def replying(self) -> bool:
        """Whether a reply is being said."""
        return self.phase is Phase.REPLYING

    # What is typed

    def on_prompt_submitted(self, event: Prompt.Submitted) -> None:
        """Take the text if something can be done with it; else it stays where it is."""
        text = event.text.strip()
        if not text:
            self.prompt.hint("Type a message first")
        elif is_command(text):
            try:
                request = parse(text)
            except UsageError as error:
                self.prompt.hint(f"{error.received} · {error.expected}")
                return
            if self.perform(request) and self.prompt.text.strip() == text:
                self.prompt.clear()
        elif self.idle:
            self._send(text.removeprefix("/") if text.startswith("//") else text)
        elif not (self.phase is Phase.LOADING and self._take_waiting(text)):
            self.refuse()

    def _send(self, text: str) -> None:
        turn = self.editing
        self.leave_edit()
        if turn is None:
            self.say(text)
        else:
            self.say_instead(turn, text)

    def _take_waiting(self, text: str) -> bool:
        taken = self.wait(text)
        if taken:
            self.prompt.clear()
        return taken

    def refuse(self) -> None:
        """Say why nothing can be begun now."""
        reason = {Phase.LOADING: "One message is waiting already", Phase.REPLYING: "Still replying · Esc stops"}
        self.prompt.hint(reason.get(self.phase, self.phase.value))

    def on_prompt_typed(self, event: Prompt.Typed) -> None:
        """Show which commands it could become; what is being predicted is about another text."""
        self._keys += 1
        completions = self.query_one(Completions)
        before = completions.showing
        completions.offer(complete(event.text, self.choices()), pick=not event.text.endswith(" "))
        if completions.showing is not before:
            self.refresh_bindings()

    def on_completions_taken(self, event: Completions.Taken) -> None:
        """A completion was clicked."""
        self.prompt.put(event.completion.text)
        self.set_focus(self.prompt)
        if event.completion.complete:
            self.prompt.action_submit()

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """What the arguments of commands can be."""
        models = {known.name: f"cell {known.cell}" for known in self.known}
        if self.first_model:
            models.setdefault(self.first_model, "the one the program was started with")
        cells = {known.cell: f"model {known.name}" for known in reversed(self.known)}
        return {
            "temperatures": list(_TEMPERATURES),
            "formats": [(name, f"a file that ends with {ending}") for name, ending in FORMATS.items()],
            "copies": [("all", "everything that was said")],
            "models": list(models.items()),
            "cells": list(cells.items()),
            "contenders": contenders(self.known, self.first_model),
            "themes": [(name, "") for name in sorted(self.app.available_themes)],
        }

    # Ghost text

    def on_prompt_paused(self, event: Prompt.Paused) -> None:
        """Let the model guess how the message goes on, as long as nobody else needs it."""
        if self.ghost and self.idle and self.editing is None and event.text.strip() and not is_command(event.text):
            work = partial(self._guess, self.conversation, event.text, self._keys)
            self.run_worker(work, name="ghost", group="ghost", thread=True, exclusive=True, exit_on_error=False)

    def _guess(self, conversation: Conversation, text: str, keys: int) -> None:
        if not self.model_lock.acquire(timeout=_GUESS_SECONDS):
            return
        try:
            if self._predictor is None or self._predictor[0] is not conversation.voice:
                self._predictor = (conversation.voice, self.sources.predictor(conversation))
            following = self._predictor[1](conversation.memory, text, lambda: self._keys != keys or not self.idle)
        finally:
            self.model_lock.release()
        if following:
            self.report(GhostSeen(text, following))

    def on_ghost_seen(self, event: GhostSeen) -> None:
        """Show it, unless something was typed meanwhile."""
        if self.idle and self.ghost:
            self.prompt.suggest(event.text, event.following)

    def watch_ghost(self) -> None:
        """Take away what is there."""
        self.prompt.suggestion = ""

    # Editing

    def edit(self, turn: int) -> None:
        """Put a message of the user into the prompt; what is sent then takes its place."""
        if self.editing is None:
            self._draft = self.prompt.text if not is_command(self.prompt.text) else ""
        self.editing = turn
        self.prompt.put(self.conversation.transcript[turn].text)
        self.prompt.head("Editing an earlier message · Esc leaves it as it was")
        self.set_focus(self.prompt)
        self.refresh_bindings()

    def leave_edit(self) -> None:
        """Go on with the new message that was being written before, if one was."""
        draft, self._draft, self.editing = self._draft, "", None
        self.prompt.head("")
        self.prompt.put(draft)
        self.refresh_bindings()
