"""Where conversations come from: models, and the store that keeps what is said.

Everything here may take seconds, and is called in a worker thread.  Nothing is imported before it is needed, so that
the first screen waits for none of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from chatbot.conversation import Conversation, Resumed
    from chatbot.conversation.saved import SavedConversation
    from chatbot.conversation.store import Store
    from chatbot.runtime.memory import Memory

Predict = Callable[["Memory", str, Callable[[], bool]], str]
"""How a text that is being typed could go on; the last argument says whether it is still asked for."""
Loader = Callable[[], "Conversation"]
"""Loads the model that was asked for and opens a conversation with it; may raise ``ChatbotError``."""


class Known(NamedTuple):
    """A model that can be switched to by its name."""

    name: str
    cell: str


class TakenUp(NamedTuple):
    """A conversation of earlier that goes on."""

    resumed: Resumed
    title: str | None
    """That the user gave it; None follows its first message."""


class Opened(NamedTuple):
    """What there is to begin with."""

    saved: SavedConversation
    store: Store | None
    """None if nothing is kept."""
    taken_up: TakenUp | None
    """How the conversation used last was taken up; None for a new one."""
    trouble: str | None
    """What the user has to be told about the store."""


@dataclass(frozen=True)
class Sources:
    """Where conversations come from."""

    load: Loader
    """The model the program was started with."""
    switch: Callable[[str], Conversation]
    """A conversation with a model by name or directory; raises ``BundleError``."""
    models: Callable[[], list[Known]]
    """All models that have a name."""
    store: Callable[[], Store | None]
    """Opens the store; None keeps nothing.  Raises ``StoreError``."""
    predictor: Callable[[Conversation], Predict]
    """Who guesses how messages in a conversation go on."""


def sources_of(load: Loader) -> Sources:
    """The models of the catalog and the store of the user."""
    return Sources(load, _load_named, _named_models, _user_store, _ghost)


def open_first(sources: Sources) -> Opened:
    """Load the model and take up the conversation that was used last.

    Raises:
        ChatbotError: if there is no model; trouble with the store is told and not raised.
    """
    from chatbot.conversation.database import StoreError
    from chatbot.conversation.saved import SavedConversation

    conversation = sources.load()
    store, trouble, taken_up = None, None, None
    try:
        store = sources.store()
        trouble = store.notice if store is not None else None
    except StoreError as error:
        trouble = str(error)
    saved = SavedConversation(conversation, store)
    try:
        last = store.last_used() if store is not None else None
        taken_up = take_up(saved, store, last) if store is not None and last is not None else None
    except StoreError as error:
        trouble = str(error)
    return Opened(saved, store, taken_up, trouble)


def take_up(saved: SavedConversation, store: Store, session: int) -> TakenUp:
    """Go on with a session of the store.

    Raises:
        StoreError: if it cannot be read; the conversation stays as it was.
    """
    resumed = saved.open(session)
    return TakenUp(resumed, title_of(store, session))


def title_of(store: Store, session: int | None) -> str | None:
    """The title that the user gave a session; None if it follows its first message, or is not kept."""
    if session is None:
        return None
    summary = store.summary(session)
    return summary.title if summary.renamed else None


def switched(saved: SavedConversation, load: Callable[[], Conversation]) -> Resumed:
    """Go on with another model; what the user chose about sampling, beside what the old model recommends, stays."""
    changes = chosen(saved.conversation)
    new = load()
    new.sample_with(**changes)
    return saved.switch(new)


def chosen(conversation: Conversation) -> dict[str, Any]:
    """What is otherwise about the sampling of a conversation than its model recommends."""
    usual = conversation.voice.sampling.to_dict()
    return {name: value for name, value in conversation.sampling.to_dict().items() if value != usual[name]}


def _load_named(name: str) -> Conversation:
    from chatbot.conversation import Conversation

    return Conversation.load(name)


def _named_models() -> list[Known]:
    from chatbot.bundle import read_bundle
    from chatbot.catalog import bundle_directories
    from chatbot.errors import BundleError

    found: dict[str, Known] = {}
    for _, directory in bundle_directories():
        try:
            bundle = read_bundle(directory)
        except BundleError:  # `chatbot models` says what is wrong with it
            continue
        found.setdefault(directory.name, Known(directory.name, bundle.model.cell))
    return list(found.values())


def _user_store() -> Store:
    from chatbot.conversation.store import Store

    return Store()


def _ghost(conversation: Conversation) -> Predict:
    from chatbot.ui.ghost import Ghost

    return Ghost(conversation.voice).predict
