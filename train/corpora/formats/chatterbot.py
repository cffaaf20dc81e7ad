"""ChatterBot's YAML: ``categories: [..]`` and ``conversations: [[turn, turn, …], …]``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chatbot.text.sanitize import one_line
from train.corpora.dialogue import Conversation, Utterance
from train.corpora.reader import Head, OnSkip, Reader
from train.corpora.source import Source
from train.corpora.turns import conversation

_CONVERSATIONS = re.compile(r"""^["']?conversations["']?[ \t]*:""", re.MULTILINE)
_CATEGORIES = re.compile(r"""^["']?categories["']?[ \t]*:""", re.MULTILINE)
_NESTED = re.compile(r"^[ \t]*-[ \t]+-[ \t]|^conversations[ \t]*:\s*\[\s*\[", re.MULTILINE)

DEPTH = 50
"""How deeply what is passed over may be nested; PyYAML needs the square of the depth."""


class ChatterBotReader(Reader):
    """Reads ChatterBot's corpora event by event: no tree is built, no alias is followed, and scalars stay as written.

    A mistake in the YAML ends the file; what stands before it is read.
    """

    name = "chatterbot"
    expects = "YAML with conversations: a list of lists of turns"

    def recognises(self, head: Head) -> float:
        """By its keys at the beginning of lines."""
        text = head.text.replace("\r", "\n")
        if text.lstrip()[:1] in ("{", "[") or not _CONVERSATIONS.search(text):
            return 0.0
        named = head.filename.endswith((".yml", ".yaml"))
        return 0.97 if _CATEGORIES.search(text) or named else 0.9 if _NESTED.search(text) else 0.0

    def read(self, source: Source, on_skip: OnSkip) -> Iterator[Conversation]:
        """The conversations; speakers alternate."""
        import yaml

        with source.text() as text:
            try:
                yield from _documents(yaml.parse(text, Loader=yaml.BaseLoader), on_skip)
            except (
                yaml.YAMLError,
                ValueError,
                OverflowError,
            ) as error:  # the last two of bad escapes too
                mark = getattr(error, "problem_mark", None)
                reason = getattr(error, "problem", None) or getattr(error, "reason", None) or error
                on_skip(mark.line + 1 if mark else 1, one_line(f"not YAML: {reason}; the rest is not read"))


def _documents(events: Iterator, on_skip: OnSkip) -> Iterator[Conversation]:
    import yaml

    for event in events:
        if isinstance(event, yaml.MappingStartEvent):
            yield from _mapping(events, on_skip)
        else:
            _pass(event, events)


def _mapping(events: Iterator, on_skip: OnSkip) -> Iterator[Conversation]:
    import yaml

    for key in events:
        if isinstance(key, yaml.MappingEndEvent):
            return
        _pass(key, events)
        value = next(events)
        is_ours = isinstance(key, yaml.ScalarEvent) and key.value == "conversations"
        if is_ours and isinstance(value, yaml.SequenceStartEvent):
            yield from _conversations(events, on_skip)
        else:
            _pass(value, events)


def _conversations(events: Iterator, on_skip: OnSkip) -> Iterator[Conversation]:
    import yaml

    for item in events:
        if isinstance(item, yaml.SequenceEndEvent):
            return
        line = item.start_mark.line + 1
        if not isinstance(item, yaml.SequenceStartEvent):
            _pass(item, events)
            on_skip(line, "not a list of turns")
            continue
        turns = list(_turns(events))
        if None in turns:
            on_skip(line, f"turn {turns.index(None) + 1} is not a text")
        else:
            said = (Utterance("ab"[number % 2], turn or "") for number, turn in enumerate(turns))
            yield from conversation(said, line, on_skip)


def _turns(events: Iterator) -> Iterator[str | None]:
    """The scalars of a list as they are written; None for whatever else stands in it."""
    import yaml

    for item in events:
        if isinstance(item, yaml.SequenceEndEvent):
            return
        _pass(item, events)
        yield item.value if isinstance(item, yaml.ScalarEvent) else None


def _pass(event: object, events: Iterator) -> None:
    """Goes to the end of the node that begins with ``event``."""
    import yaml

    depth = int(isinstance(event, yaml.CollectionStartEvent))
    while depth:
        if depth > DEPTH:
            raise ValueError("nested too deeply")
        event = next(events)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
