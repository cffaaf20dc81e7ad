"""A corpus as the rest of the program sees it: dialogues one after another, whatever they are kept in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from chatbot.errors import CorpusError
from chatbot.text.sanitize import one_line
from train.corpora import catalogue
from train.corpora.detect import detect, reader_named
from train.corpora.dialogue import Conversation, Dialogue, Skipped, Utterance
from train.corpora.places import Place, sources
from train.corpora.redact import Redactor
from train.corpora.roles import Roles, unknown_speaker
from train.corpora.source import Source

_SPEAKERS = 1000
"""Different speakers that are remembered for a message, at the most."""


class Found(NamedTuple):
    """One conversation, and where it was found."""

    source: Source
    format: str
    conversation: Conversation


@dataclass(frozen=True)
class Reading:
    """How corpora are read."""

    format: str | None = None
    """The name of a reader; None: found out for every source."""
    roles: Roles = field(default_factory=Roles)
    redactor: Redactor | None = None
    """Masks every text, if there is one."""
    data_dir: Path | None = None
    """Where TensorFlow Datasets keeps its data; None: where it usually does."""


OnSkip = Callable[[Skipped], None]


def conversations(place: Place, reading: Reading, on_skip: OnSkip) -> Iterator[Found]:
    """Every conversation of a place, one at a time.

    A source that no reader knows is passed over where there are others; alone it is an error.

    Args:
        place: Where; its weight plays no part.
        reading: How.
        on_skip: Told of every record, and every source, that cannot be used.

    Raises:
        CorpusError: if nothing can be read there.
    """
    if place.path.startswith(catalogue.PREFIX):
        yield from _of_the_catalogue(place.path, reading, on_skip)
        return
    unread: list[CorpusError] = []
    any_read = False
    for source in sources(place.path):
        try:
            reader = reader_named(reading.format) if reading.format else detect(source)
        except CorpusError as error:
            unread.append(error)
            on_skip(Skipped(source.name, one_line(error.received.removeprefix(source.name).strip())))
            continue
        any_read = True

        def skip(line: int, reason: str, name: str = source.name) -> None:
            on_skip(Skipped(f"{name}:{line}", one_line(reason)))

        for conversation in reader.read(source, skip):
            yield Found(source, reader.name, _redacted(conversation, reading.redactor))
    if unread and not any_read:
        raise unread[0]


def _of_the_catalogue(path: str, reading: Reading, on_skip: OnSkip) -> Iterator[Found]:
    def nothing() -> Any:
        raise OSError("a data set has no bytes of its own")

    def skip(number: int, reason: str) -> None:
        on_skip(Skipped(f"{path}:{number}", one_line(reason)))

    source = Source(path, nothing)
    for conversation in catalogue.conversations(catalogue.parse(path), reading.data_dir, skip):
        yield Found(source, "tfds", _redacted(conversation, reading.redactor))


def dialogues(place: Place, reading: Reading, on_skip: OnSkip) -> Iterator[Dialogue]:
    """Every conversation of a place with its roles settled; those that hold no reply to learn are told to ``on_skip``.

    Raises:
        CorpusError: if nothing can be read there.
        UsageError: if no conversation at all has the speaker who is to be the assistant.
    """
    seen: dict[str, None] = {}
    any_found = False
    for source, _, conversation in conversations(place, reading, on_skip):
        dialogue = reading.roles.dialogue(conversation)
        if dialogue is None:
            for utterance in conversation.utterances:
                if len(seen) < _SPEAKERS:
                    seen.setdefault(one_line(utterance.speaker))
            on_skip(without_assistant(source, conversation, reading.roles))
            continue
        any_found = True
        yield dialogue
    if reading.roles.assistant is not None and seen and not any_found:
        raise unknown_speaker(reading.roles.assistant, list(seen))


def without_assistant(source: Source, conversation: Conversation, roles: Roles) -> Skipped:
    """What is told of a conversation without anybody to learn from."""
    who = f"{roles.assistant!r} does not take part, or nobody else does"
    return Skipped(f"{source.name}:{conversation.line}", one_line(who))


def _redacted(conversation: Conversation, redactor: Redactor | None) -> Conversation:
    if redactor is None:
        return conversation
    utterances = tuple(Utterance(speaker, redactor(text)) for speaker, text in conversation.utterances)
    return conversation._replace(utterances=utterances)
