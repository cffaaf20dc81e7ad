"""Where a corpus's bytes come from: a file, a member of an archive or standard input, decompressed on the way.

Nothing is unpacked to disk and nothing is held in memory as a whole.
"""

from __future__ import annotations

import codecs
import contextlib
import gzip
import io
import lzma
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from chatbot.errors import CorpusError
from chatbot.text.sanitize import one_line

Stream = IO[bytes]
"""Bytes that can be read once, from the beginning to the end."""

HEAD = 65536
"""Bytes that a reader may look at to tell whether a source is in its format."""
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def _no_siblings(name: str) -> Source | None:
    return None


@dataclass(frozen=True)
class Source:
    """One file of a corpus, as readers see it."""

    name: str
    """What messages call it: "chats/anna.txt", "chats.zip/anna.txt", "standard input"."""
    opener: Callable[[], Stream]
    """Opens it anew from its beginning, still compressed."""
    sibling: Callable[[str], Source | None] = field(default=_no_siblings, compare=False)
    """The source of another name beside this one (the other file of a corpus of two), or None."""

    @property
    def filename(self) -> str:
        """The last part of its name, without the ending of a compression, in lower case."""
        last = self.name.replace("\\", "/").rpartition("/")[2].lower()
        for ending in (".gz", ".bz2", ".xz", ".zst"):
            last = last.removesuffix(ending)
        return last

    @contextlib.contextmanager
    def open(self) -> Iterator[Stream]:
        """The decompressed bytes, from the beginning.

        Raises:
            CorpusError: where it cannot be opened or read, or breaks off in the middle of its compression.
        """
        try:
            with contextlib.ExitStack() as stack:
                raw = stack.enter_context(self.opener())
                yield stack.enter_context(decompressed(raw))
        except (OSError, EOFError, zlib.error, lzma.LZMAError, _zstd_error()) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise CorpusError(
                f"{self.name}: cannot be read ({one_line(reason)})",
                expected="a readable file, plain or compressed (.gz, .bz2, .xz, .zst, .zip)",
                remedy="check the path, or copy the file again",
            ) from error

    def head(self) -> bytes:
        """The first ``HEAD`` bytes, or all there are."""
        with self.open() as file:
            return file.read(HEAD) or b""

    def encoding(self) -> str:
        """By the mark at its beginning; else UTF-8 if the head is, or whatever it looks like."""
        return encoding_of(self.head())

    def lines(self, encoding: str | None = None) -> Iterator[tuple[int, str]]:
        """(number from 1, line without its end), decoded; what cannot be decoded becomes U+FFFD.

        Only LF, CR LF and CR end a line: U+2028 and the like may stand inside of one.
        """
        with self.text(encoding) as text:
            for number, line in enumerate(text, start=1):
                yield number, line.rstrip("\n")

    @contextlib.contextmanager
    def text(self, encoding: str | None = None) -> Iterator[io.TextIOWrapper]:
        """The decoded text as a stream; every end of a line is LF."""
        with self.open() as file:
            yield io.TextIOWrapper(
                io.BufferedReader(_Readable(file)), encoding=encoding or self.encoding(), errors="replace"
            )


class _Readable(io.RawIOBase):
    """What ``TextIOWrapper`` wants of a stream, of anything that has ``read``."""

    def __init__(self, file: Stream) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer)) or b""
        buffer[: len(data)] = data
        return len(data)


def encoding_of(head: bytes) -> str:
    """The encoding of a text that begins so."""
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # a character that is cut at the end is no error
    except UnicodeDecodeError:
        return _guessed(head)
    return "utf-8"


def _guessed(head: bytes) -> str:
    """Whatever it looks like; of Latin letters, which the guess often takes for another country's, Windows-1252."""
    import charset_normalizer

    best = charset_normalizer.from_bytes(head).best()
    if best is None:
        return "cp1252"
    letters = [c for c in head.decode(best.encoding, "replace") if c.isalpha() and not c.isascii()]
    latin = sum(unicodedata.name(c, "").startswith("LATIN") for c in letters)
    return "cp1252" if 2 * latin >= len(letters) else best.encoding


def decompressed(file: Stream) -> Stream:
    """A stream of what is inside, told by its first bytes, whatever the name says; a plain file as it is."""
    buffered: Any = file if hasattr(file, "peek") else io.BufferedReader(_Readable(file))
    magic = buffered.peek(6)[:6]
    if magic.startswith(b"\x1f\x8b"):
        return gzip.open(buffered, "rb")
    if magic.startswith(b"BZh"):
        import bz2

        return bz2.open(buffered, "rb")
    if magic.startswith(b"\xfd7zXZ\x00"):
        return lzma.open(buffered, "rb")
    if magic.startswith(b"\x28\xb5\x2f\xfd"):
        import zstandard

        return zstandard.ZstdDecompressor().stream_reader(buffered, read_across_frames=True)
    return buffered


def _zstd_error() -> type[Exception]:
    """The error of a package that is imported only where it is needed."""
    import sys

    module = sys.modules.get("zstandard")
    return module.ZstdError if module else OSError
