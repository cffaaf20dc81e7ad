"""Templates: ``[a|b|]`` chooses one alternative, which may be empty or hold others, and ``{name}`` is a slot.

A template is first chosen from, which leaves a text with slots, and filled afterwards: which slots a text has decides
what it can be used for.
"""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Mapping
from typing import NamedTuple

from chatbot.errors import CorpusError

SLOT = re.compile(r"\{([a-z_]+(?:\.[a-z]+)?)\}")
_TOKEN = re.compile(r"[\[\]|]|[^\[\]|]+")
_BLANKS = re.compile(r"\s+")
_BEFORE_SIGN = re.compile(r" +([,.!?;:])")


class Choice(NamedTuple):
    """One of several sequences of texts and choices."""

    options: tuple[tuple[str | Choice, ...], ...]


@functools.cache
def parse(template: str) -> Choice:
    """The choices that a template leaves open.

    Raises:
        CorpusError: if its brackets do not match.
    """
    stack: list[list[list[str | Choice]]] = [[[]]]
    for part in _TOKEN.findall(template):
        if part == "[":
            stack.append([[]])
        elif part == "|" and len(stack) > 1:
            stack[-1].append([])
        elif part == "]":
            if len(stack) == 1:
                raise _unmatched(template)
            closed = Choice(tuple(map(tuple, stack.pop())))
            stack[-1][-1].append(closed)
        else:
            stack[-1][-1].append(part)
    if len(stack) > 1:
        raise _unmatched(template)
    return Choice(tuple(map(tuple, stack[0])))


def choose(template: str, rng: random.Random) -> str:
    """A text with slots: one way through the choices of a template."""
    parts: list[str] = []
    _walk(parse(template), rng, parts)
    return tidy("".join(parts))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its slots filled."""
    return tidy(SLOT.sub(lambda match: values[match[1]], text))


def slots(text: str) -> set[str]:
    """The slots of a text or of all ways through a template."""
    return set(SLOT.findall(text))


def tidy(text: str) -> str:
    """Blanks folded, none before a sign."""
    return _BEFORE_SIGN.sub(r"\1", _BLANKS.sub(" ", text)).strip()


def sentence(text: str) -> str:
    """The text with a capital at its start and after each end of a sentence."""
    return re.sub(r"(^|[.!?]\s+)([a-z])", lambda match: match[1] + match[2].upper(), text)


def _walk(choice: Choice, rng: random.Random, parts: list[str]) -> None:
    options = choice.options
    for part in options[0] if len(options) == 1 else options[int(rng.random() * len(options))]:
        if isinstance(part, str):
            parts.append(part)
        else:
            _walk(part, rng, parts)


def _unmatched(template: str) -> CorpusError:
    return CorpusError(
        f"the template {template!r} has brackets that do not match",
        expected="each [ closed by a ]",
        remedy="correct it in train/authored",
    )
