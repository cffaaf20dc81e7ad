"""Who is compared, as it is typed: ``lstm gru``, or ``default default temp=1.2``."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from chatbot.conversation.session import Conversation
from chatbot.conversation.side import Side
from chatbot.conversation.side_by_side import MOST
from chatbot.errors import UsageError
from chatbot.text.sanitize import one_line

SETTINGS: dict[str, tuple[str, type[int] | type[float]]] = {
    "temp": ("temperature", float),
    "topk": ("top_k", int),
    "topp": ("top_p", float),
    "seed": ("seed", int),
}
"""What may be otherwise with one of them: as it is typed, what it is, and of which kind."""
OTHERWISE = {"temperature": 1.0}
"""How a model that is compared with itself unasked differs."""


class Spec(NamedTuple):
    """One that is to be compared."""

    name: str
    """A model's, or a folder."""
    changes: dict[str, Any]

    def side(self, load: Callable[[str], Conversation]) -> Side:
        """Load it; takes its time.

        Raises:
            ChatbotError: if there is no such model, or a setting is out of range.
        """
        return Side(one_line(self.name), load(self.name), self.changes)


def parse_specs(argument: str, known: Sequence[tuple[str, str]]) -> list[Spec]:
    """Who is meant.

    Args:
        argument: Names of models, cells or folders (in quotation marks if there are blanks in them), each followed by
            settings of its own.
        known: Models that have a name, and their cells.

    Raises:
        UsageError: if a setting is unknown, has no number, or belongs to nobody; or a quotation mark has no pair.
    """
    found: list[Spec] = []
    for word in _words(argument):
        if word.partition("=")[0] in SETTINGS or ("=" in word and "/" not in word):
            if not found:
                raise UsageError(one_line(word), expected="a model before it", remedy="try default temp=1")
            found[-1].changes.update(parse_changes(word))
        else:
            found.append(Spec(_named(word, known), {}))
    return found


def parse_changes(argument: str) -> dict[str, Any]:
    """Settings as they are typed: ``temp=1.2 topk=5``.

    Raises:
        UsageError: if one is unknown or has no number.
    """
    changes: dict[str, Any] = {}
    for word in argument.split():
        typed, _, value = word.partition("=")
        if typed not in SETTINGS:
            allowed = ", ".join(f"{each}=NUMBER" for each in SETTINGS)
            raise UsageError(one_line(word), expected=f"some of {allowed}", remedy="try temp=1")
        name, kind = SETTINGS[typed]
        try:
            changes[name] = kind(value)
        except ValueError as error:
            raise UsageError(one_line(word), expected=f"{typed}= and a number", remedy=f"try {typed}=1") from error
    return changes


def contenders(argument: str, first: str, known: Sequence[tuple[str, str]]) -> list[Spec]:
    """Who is to be compared; one alone is compared with the model that is talked to.

    Without any name that model is compared with one of each other cell there is, or with itself, livelier.

    Args:
        argument: See ``parse_specs``.
        first: The model that is talked to.
        known: Models that have a name, and their cells.

    Raises:
        UsageError: see ``parse_specs``.
    """
    found = parse_specs(argument, known)
    if found:
        return found if len(found) > 1 else [Spec(first, {}), *found]
    own = next((cell for name, cell in known if name == first), None)
    cells = {cell: name for name, cell in reversed(known) if name != first and cell != own}
    others = [Spec(name, {}) for name in cells.values()][: MOST - 1]
    return [Spec(first, {}), *(others or [Spec(first, dict(OTHERWISE))])]


def _words(argument: str) -> list[str]:
    try:
        return shlex.split(argument)
    except ValueError as error:
        received = f"{one_line(argument)}: a quotation mark without its pair"
        raise UsageError(received, expected="names", remedy="close it") from error


def _named(word: str, known: Sequence[tuple[str, str]]) -> str:
    """The model that a word means: its own name counts more than that of a cell."""
    if any(name == word for name, _ in known):
        return word
    return next((name for name, cell in known if cell == word.lower()), word)
