"""Where in a text its pieces stand.

A tokenizer reads a text folded to one line and normalised (NFKC), so a piece may differ from the letters that it was
made of; what cannot be found again has no place, and the pieces after it have theirs all the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chatbot.text.sanitize import one_line

_BYTE = re.compile(r"<0x([0-9A-F]{2})>")
_WORD = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]+")
_NEAR = 8
"""How many letters may be missing between one that is found and the next."""


class Span(NamedTuple):
    """``text[start:end]``."""

    start: int
    end: int


def spans(pieces: Sequence[str], text: str) -> list[Span | None]:
    """For each piece of a text, as SentencePiece writes them, its place in it; None where it is not found.

    The bytes of one character all have its place.
    """
    letters = [(letter, place) for place, whole in enumerate(text) for letter in unicodedata.normalize("NFKC", whole)]
    found: list[Span | None] = []
    at = 0
    for count, shown in _shown(pieces):
        places = []
        for letter in shown:
            if letter.isspace():
                continue
            near = (number for number in range(at, min(at + _NEAR, len(letters))) if letters[number][0] == letter)
            number = next(near, None)
            if number is not None:
                places.append(letters[number][1])
                at = number + 1
        found += [Span(places[0], places[-1] + 1) if places else None] * count
    return found


def words(text: str) -> list[Span]:
    """The words of a text, and what stands between them but blanks."""
    return [Span(*match.span()) for match in _WORD.finditer(text)]


def seen(piece: str) -> str:
    """A piece safe to show: ``·`` stands for the blank before a word."""
    return one_line(piece.replace("▁", "·"))


def _shown(pieces: Sequence[str]) -> Iterator[tuple[int, str]]:
    """How many pieces make a text together, and that text: bytes up to a whole character, else one piece."""
    held = b""
    for piece in pieces:
        byte = _BYTE.fullmatch(piece)
        if byte is None:
            if held:
                yield len(held), ""
                held = b""
            yield 1, piece.replace("▁", " ")
            continue
        held += bytes([int(byte[1], 16)])
        try:
            whole = held.decode()
        except UnicodeDecodeError:
            continue
        yield len(held), whole
        held = b""
    if held:
        yield len(held), ""
