"""Who is compared, as it is typed: ``lstm gru``, or ``default default temp=1.2``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from chatbot.errors import UsageError
from chatbot.text.sanitize import one_line
from chatbot.ui.sources import Known, Sources

if TYPE_CHECKING:
    from chatbot.conversation.side import Side

SETTINGS = {"temp": "temperature", "topk": "top_k", "topp": "top_p"}
"""What may be otherwise with one of them: as it is typed, and what it is."""
_INSTEAD = 4
"""At most so many are compared unasked."""


class Spec(NamedTuple):
    """One that is to be compared."""

    name: str
    """A model's, or a folder."""
    changes: dict[str, Any]


def parse_specs(argument: str, first: str, known: Sequence[Known]) -> list[Spec]:
    """Who is meant; without an argument the model one talks to beside one of each other cell, or beside itself.

    Args:
        argument: Names of models, cells or folders, each followed by settings of its own.
        first: The model that is talked to.
        known: Those that have a name.

    Raises:
        UsageError: if a setting is unknown, has no number, or belongs to nobody.
    """
    words = argument.split()
    if not words:
        return _unasked(first, known)
    found: list[Spec] = []
    for word in words:
        name, sign, value = word.partition("=")
        if not sign:
            found.append(Spec(_named(word, known), {}))
        elif not found or name not in SETTINGS:
            allowed = ", ".join(f"{each}=NUMBER" for each in SETTINGS)
            raise UsageError(one_line(word), expected=f"a model, and after it {allowed}", remedy="try default temp=1")
        else:
            found[-1].changes[SETTINGS[name]] = _number(name, value)
    return found if len(found) > 1 else [Spec(first, {}), *found]


def _named(word: str, known: Sequence[Known]) -> str:
    """The model that a word means: its own name counts more than that of a cell."""
    if any(each.name == word for each in known):
        return word
    return next((each.name for each in known if each.cell == word.lower()), word)


def _unasked(first: str, known: Sequence[Known]) -> list[Spec]:
    cells = {each.cell: each.name for each in reversed(known) if each.name != first}
    others = [Spec(name, {}) for name in cells.values()][: _INSTEAD - 1]
    return [Spec(first, {}), *others] if others else [Spec(first, {}), Spec(first, {"temperature": 1.0})]


def _number(name: str, value: str) -> float | int:
    try:
        return int(value) if name == "topk" else float(value)
    except ValueError as error:
        raise UsageError(f"{name}={one_line(value)}", expected="a number", remedy=f"try {name}=1") from error


def side_of(spec: Spec, sources: Sources, first: str) -> Side:
    """Load it; takes its time.

    Raises:
        ChatbotError: if there is no such model, or a setting is out of range.
    """
    from chatbot.conversation.side import Side

    conversation = sources.load() if spec.name == first else sources.switch(spec.name)
    return Side(one_line(spec.name), conversation, spec.changes)
