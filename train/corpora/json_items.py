"""Reads JSON a piece at a time: one value a line, or the items of lists and objects that are too large to be held.

Texts are never shown: reasons say what is wrong and where.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from train.corpora.reader import OnSkip
from train.corpora.source import Source

LIMIT = 64 << 20
"""Characters that one item may have: a file that is broken must not eat all memory."""
CHUNK = 1 << 18
"""Characters that are read at a time."""

_TAIL = 16
"""A literal, an escape or the end of a number that is cut off is shorter than this."""
_INDENT = 256
"""No line that is written to be read is indented by more."""
_SPACE = re.compile(r"[\s\ufeff]*")  # a mark in the middle is of files that were put together
_DECODER = json.JSONDecoder()
_T = TypeVar("_T")


def json_lines(source: Source, on_skip: OnSkip) -> Iterator[tuple[int, Any]]:
    """(number of the line, its value) of a file of one value a line; one that is none is told, a blank one is not."""
    with source.text() as stream:
        number = 0
        while line := stream.readline(LIMIT):
            number += 1
            if len(line) == LIMIT and not line.endswith("\n"):
                while (rest := stream.readline(LIMIT)) and not rest.endswith("\n"):
                    pass
                on_skip(number, _too_long())
            elif line := line.strip().lstrip("\ufeff"):
                try:
                    value = json.loads(line)
                except (ValueError, RecursionError) as error:
                    on_skip(number, _reason(error, f"column {getattr(error, 'colno', 1)}"))
                else:
                    yield number, value


def json_items(source: Source, on_skip: OnSkip) -> Iterator[tuple[int, Any]]:
    """(line where it begins, item) of each item of a list, or of each of several values, one after another.

    An item that is broken is told, and reading goes on at the next line that begins as its own does, if there is any.
    """
    return _walk(source, on_skip, "[]", "{", _Scanner.value)


def json_members(source: Source, on_skip: OnSkip) -> Iterator[tuple[int, str, Any]]:
    """(line where it begins, key, value) of each member of an object, or of several; broken ones as ``json_items``."""
    for line, (key, value) in _walk(source, on_skip, "{}", '"', _Scanner.member):
        yield line, key, value


def _walk(
    source: Source, on_skip: OnSkip, brackets: str, start: str, take: Callable[[_Scanner], _T]
) -> Iterator[tuple[int, _T]]:
    """What ``take`` takes, again and again, inside of brackets or not.

    Commas are no more than white space here: one too many or too few does not make an item unreadable.
    """
    with source.text() as stream:
        scanner = _Scanner(stream)
        inside = False
        while mark := scanner.peek():
            if mark == brackets[inside]:
                inside = not inside
                scanner.skip()
            elif mark == ",":
                scanner.skip()
            else:
                line, indent = scanner.line, scanner.indent or ""
                try:
                    item = take(scanner)
                except ValueError as error:
                    on_skip(line, str(error))
                    if not scanner.recover(indent + start):
                        return
                else:
                    yield line, item
        if inside:
            on_skip(scanner.line, "not JSON: breaks off before the end")


class _Scanner:
    """A stretch of the text that grows as it is needed, and a place in it."""

    def __init__(self, stream: io.TextIOBase) -> None:
        self._stream = stream
        self._text = ""
        self._at = 0
        self.line = 1
        self.indent: str | None = ""
        """What stands before this place on its line, if that is white space alone."""

    def peek(self) -> str:
        """The next character that is no white space; none at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            assert space is not None
            self._move(space.end())
            if self._at < len(self._text) or not self._grow():
                return self._text[self._at : self._at + 1]

    def skip(self) -> None:
        """Goes over one character."""
        self._move(self._at + 1)

    def value(self) -> Any:
        """The value that begins here; a ValueError says what is wrong with it."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                # Only what ends with the text can be whole with more of it; the rest is broken whatever follows.
                cut = error.msg.startswith("Unterminated") or error.pos > len(self._text) - _TAIL
                if not (cut and self._grow()):
                    line = self.line + self._text.count("\n", self._at, error.pos)
                    raise ValueError(_reason(error, f"line {line}")) from error
            except (ValueError, RecursionError) as error:
                raise ValueError(_reason(error, "")) from error
            else:
                cut = not isinstance(value, (dict, list, str)) and end > len(self._text) - _TAIL
                if not (cut and self._grow()):
                    self._move(end)
                    return value

    def member(self) -> tuple[str, Any]:
        """The name and value that begin here; a ValueError says what is wrong with them."""
        if self.peek() != '"':
            raise ValueError(f"not JSON: Expecting a name in quotes: line {self.line}")
        key = self.value()
        if self.peek() != ":":
            raise ValueError(f"not JSON: Expecting ':' after a name: line {self.line}")
        self.skip()
        self.peek()
        return key, self.value()

    def recover(self, start: str) -> bool:
        """Goes to where the next line begins that starts so, behind its white space; False if none does."""
        mark = f"\n{start}"
        while (found := self._text.find(mark, self._at)) < 0:
            self._move(max(self._at, len(self._text) - len(mark) + 1))
            if not self._grow():
                return False
        self._move(found + len(mark) - 1)
        return True

    def _move(self, to: int) -> None:
        newline = self._text.rfind("\n", self._at, to)
        if newline >= 0:
            self.line += self._text.count("\n", self._at, to)
            self.indent = ""
        if self.indent is not None and to > max(self._at, newline + 1):
            self.indent += self._text[max(self._at, newline + 1) : to]
            if not self.indent.isspace() or len(self.indent) > _INDENT:
                self.indent = None
        self._at = to

    def _grow(self) -> bool:
        """Reads on: as much again as there is, so that a long item is parsed anew only a few times."""
        rest = self._text[self._at :]
        if len(rest) > LIMIT:
            raise ValueError(_too_long())
        more = self._stream.read(min(max(CHUNK, len(rest)), LIMIT + 1 - len(rest)))
        if more:  # else all places in the text stay what they are
            self._text, self._at = rest + more, 0
        return bool(more)


def _reason(error: Exception, where: str) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg}: {where}"
    if isinstance(error, RecursionError):
        return "not a dialogue: nested too deeply"
    return "not JSON: a number of too many digits"


def _too_long() -> str:
    return f"longer than {LIMIT} characters, which no dialogue is"
