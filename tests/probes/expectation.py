"""What a reply must hold, and whether it does.

An item is a regular expression, a plain phrase being one too; it is looked for in any case and between word bounds.
"@name" stands for a whole group of `phrases.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from chatbot.text.sanitize import one_line

Groups = Mapping[str, Sequence[str]]
PHRASES = Path(__file__).with_name("phrases.toml")


def read_groups(path: Path = PHRASES) -> dict[str, list[str]]:
    """The groups of expressions by name."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Item:
    """One thing that may stand in a reply."""

    written: str
    """As it stands in the script."""
    pattern: re.Pattern[str]

    @classmethod
    def of(cls, written: str, groups: Groups) -> Self:
        """The item that a script names.

        Raises:
            ValueError: if it is no regular expression, or there is no such group.
        """
        choices: Sequence[str] = [written]
        if written.startswith("@"):
            if written[1:] not in groups:
                raise ValueError(f"no group is called {written!r}; there are {', '.join(groups)}")
            choices = groups[written[1:]]
        try:
            return cls(written, re.compile(rf"(?<!\w)(?:{'|'.join(choices)})(?!\w)", re.IGNORECASE))
        except re.error as error:
            raise ValueError(f"{written!r} is no regular expression ({error})") from error

    def stands_in(self, text: str) -> bool:
        """Whether it is found; typographic apostrophes count as plain ones."""
        return self.pattern.search(one_line(text).replace("’", "'")) is not None


@dataclass(frozen=True)
class Expectation:
    """What the last reply of a script must hold and what it must not."""

    any: tuple[Item, ...]
    """Of these at least ``least``."""
    all: tuple[Item, ...] = ()
    none: tuple[Item, ...] = ()
    least: int = 1

    def complaint(self, reply: str) -> str:
        """What is wrong with a reply; "" if nothing is."""
        if unwanted := [item.written for item in self.none if item.stands_in(reply)]:
            return f"holds {_listed(unwanted)}"
        if missing := [item.written for item in self.all if not item.stands_in(reply)]:
            return f"lacks {_listed(missing)}"
        found = sum(item.stands_in(reply) for item in self.any)
        if self.any and found < self.least:
            return f"holds {found} of {_listed([item.written for item in self.any])}, expected {self.least} or more"
        return ""


def _listed(items: Sequence[str]) -> str:
    return ", ".join(f"/{item}/" for item in items)
