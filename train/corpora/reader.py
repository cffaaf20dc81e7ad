"""What a reader of a format is, and the readers there are.

A new format is one class: a sub-class of ``Reader`` in a file of ``train/corpora/formats``, or in another package that
offers it in the entry-point group ``chatbot.corpora``.
"""

from __future__ import annotations

import abc
import functools
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any, ClassVar

from chatbot.errors import CorpusError
from train.corpora.dialogue import Conversation
from train.corpora.source import HEAD, Source, encoding_of

ENTRY_POINTS = "chatbot.corpora"
"""The group of entry points by which an installed package offers readers."""

OnSkip = Callable[[int, str], None]
"""Told of every record that cannot be used: the number of its line (from 1), and why, in a few words."""


@dataclass(frozen=True)
class Head:
    """The beginning of a source, by which its format is told."""

    filename: str
    """Without folders and without the ending of a compression, in lower case."""
    text: str
    """The first ``HEAD`` bytes, decoded."""
    whole: bool
    """Whether that is all of it."""

    @classmethod
    def of(cls, source: Source) -> Head:
        """Look at a source."""
        head = source.head()
        return cls(source.filename, head.decode(encoding_of(head), "replace").lstrip("\ufeff"), len(head) < HEAD)

    @functools.cached_property
    def lines(self) -> list[str]:
        """The lines that are whole and not empty."""
        lines = re.split(r"\r\n|\n|\r", self.text)
        return [line for line in (lines if self.whole else lines[:-1] or lines) if line.strip()]

    def has_keys(self, *names: str) -> bool:
        """Whether the text holds all of these as keys of JSON objects."""
        return all(re.search(rf'"{re.escape(name)}"\s*:', self.text) for name in names)

    @property
    def is_json_document(self) -> bool:
        """Whether it begins as one JSON value over several lines or as a list, not as one object a line."""
        start = self.text.lstrip()[:1]
        return start == "[" or (start == "{" and not self.is_json_lines)

    @functools.cached_property
    def is_json_lines(self) -> bool:
        """Whether its first line is a whole JSON object."""
        import json

        try:
            return isinstance(json.loads(self.lines[0]), dict) if self.lines else False
        except (ValueError, RecursionError):
            return False


class Reader(abc.ABC):
    """Reads one format."""

    name: ClassVar[str]
    """As ``--format`` takes it, and ``chatbot corpus`` reports it: "openai"."""
    expects: ClassVar[str]
    """What a file in it looks like, in a few words, for messages."""

    @abc.abstractmethod
    def recognises(self, head: Head) -> float:
        """How sure it is that this is its format: 0 not at all, 1 without a doubt.

        By content first; a name may tip the scales.  A format whose every file is also a file of a more general one
        (any text is a transcript of one turn a line) stays low.
        """

    @abc.abstractmethod
    def read(self, source: Source, on_skip: OnSkip) -> Iterator[Conversation]:
        """The conversations, one at a time, in constant memory where the format allows it.

        A record that cannot be used is told to ``on_skip``, and reading goes on after it.  Texts are handed on as they
        are, but for the marks of the format.
        """


def readers() -> dict[str, Reader]:
    """All readers by name: ours, then those that installed packages offer; no name of ours changes its meaning.

    Raises:
        CorpusError: if the reader of a package cannot be loaded.
    """
    found = dict(_ours())
    for point in entry_points(group=ENTRY_POINTS):
        try:
            kind = point.load()
            reader = kind()
            assert isinstance(reader, Reader)
        except Exception as error:
            raise CorpusError(
                f"reader {point.name!r}: {point.value} cannot be used ({type(error).__name__}: {error})",
                expected="a sub-class of train.corpora.reader.Reader that needs no arguments",
                remedy="update or remove that package",
            ) from error
        found.setdefault(reader.name, reader)
    return found


@functools.cache
def _ours() -> dict[str, Reader]:
    from train.corpora import formats

    for module in pkgutil.iter_modules(formats.__path__):
        importlib.import_module(f"{formats.__name__}.{module.name}")
    kinds = [kind for kind in _below(Reader) if kind.__module__.startswith(f"{formats.__name__}.")]
    return {kind.name: kind() for kind in sorted(kinds, key=lambda kind: kind.name)}


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    for below in kind.__subclasses__():
        if not getattr(below, "__abstractmethods__", None):
            yield below
        yield from _below(below)
