"""From what the user names - files, folders, patterns, archives, standard input - to the sources that are in it."""

from __future__ import annotations

import glob
import io
import os
import re
import stat
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from chatbot.errors import CorpusError, UsageError
from chatbot.text.sanitize import one_line
from train.corpora.source import Source, Stream

STANDARD_INPUT = "-"
_ZIP = b"PK\x03\x04"
_WEIGHT = re.compile(r"^(?P<path>.+):(?P<weight>\d+(\.\d*)?|\.\d+)$")
_SPOOL = 1 << 24
"""Bytes of standard input that are kept in memory; more goes to a temporary file."""


@dataclass(frozen=True)
class Place:
    """One corpus as named on a command line: ``path`` or ``path:weight``."""

    path: str
    weight: float = 1.0
    """How often each of its dialogues is seen in a pass: 2 is twice, 0.3 is three in ten of them once."""


def parse_place(text: str) -> Place:
    """Of ``path:0.3``; a file of just that name is taken as it is called.

    Raises:
        UsageError: if the weight is not above 0.
    """
    match = _WEIGHT.match(text)
    if match is None or os.path.exists(text):
        return Place(text)
    weight = float(match["weight"])
    if weight <= 0:
        raise UsageError(
            f"{one_line(text)}: a weight of {match['weight']}",
            expected="a number above 0 after the last colon",
            remedy="change the weight, or leave the corpus out",
        )
    return Place(match["path"], weight)


def sources(path: str) -> Iterator[Source]:
    """The sources of a file, a folder (all that is in it, at any depth), a pattern (``**`` too), an archive, or ``-``.

    Hidden files and empty ones are passed over where no name was given.  The order is that of the names.

    Raises:
        CorpusError: if there is nothing there, or an archive cannot be trusted or read.
    """
    if path == STANDARD_INPUT:
        yield _standard_input()
        return
    if os.path.isdir(path):
        found = [name for name in _below(path) if os.path.getsize(name)]
    elif os.path.exists(path) or not glob.has_magic(path):
        found = [path]
    else:
        found = sorted(
            name for name in glob.glob(path, recursive=True) if os.path.isfile(name) and os.path.getsize(name)
        )
    if not found:
        raise CorpusError(
            f"nothing in {one_line(path)}",
            expected="a file, a folder or a pattern that holds dialogues",
            remedy="check the path (quote a pattern: 'chats/**/*.txt')",
        )
    for name in found:
        yield from _of_file(name)


def _below(folder: str) -> Iterator[str]:
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (os.path.join(here, name) for name in sorted(files) if not name.startswith("."))


def _of_file(name: str) -> Iterator[Source]:
    try:
        with open(name, "rb") as file:
            magic = file.read(len(_ZIP)) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else b""
        if magic == _ZIP:
            yield from _of_archive(name)
            return
    except OSError as error:
        raise CorpusError(
            f"{one_line(name)} cannot be read ({error.strerror})",
            expected="a readable file",
            remedy="check the path",
        ) from error
    yield _file(Path(name))


def _file(path: Path) -> Source:
    def sibling(name: str) -> Source | None:
        beside = path.with_name(name)
        return _file(beside) if beside.is_file() else None

    return Source(str(path), lambda: path.open("rb"), sibling)


def _of_archive(name: str) -> Iterator[Source]:
    """The files of a ZIP archive.  Nothing is unpacked, but a path that leads outside says what it was made for."""
    try:
        with zipfile.ZipFile(name) as archive:
            members = {info.filename: info for info in archive.infolist() if not info.is_dir() and info.file_size}
            broken = [info for info in members.values() if info.flag_bits & 1]
    except zipfile.BadZipFile as error:
        raise CorpusError(
            f"{one_line(name)} cannot be read ({one_line(str(error))})",
            expected="a ZIP archive that is whole",
            remedy="copy the file again",
        ) from error
    for member in members:
        if not _is_inside(member):
            raise CorpusError(
                f"{one_line(name)} holds a file called {one_line(member)!r}",
                expected="paths inside of the archive",
                remedy="do not use this archive",
            )
    if broken:
        raise CorpusError(
            f"{one_line(name)}: {one_line(broken[0].filename)} is encrypted",
            expected="an archive without a password",
            remedy="unpack it yourself",
        )

    def source(member: str) -> Source:
        def sibling(other: str) -> Source | None:
            beside = str(PurePosixPath(member).with_name(other))
            return source(beside) if beside in members else None

        return Source(f"{name}/{member}", lambda: cast(Stream, _Member(name, member)), sibling)

    for member in sorted(members):
        if not any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(member).parts):
            yield source(member)


def _is_inside(member: str) -> bool:
    parts = PurePosixPath(member.replace("\\", "/")).parts
    return bool(parts) and ".." not in parts and not parts[0].startswith("/") and ":" not in parts[0]


class _Member(io.RawIOBase):
    """A file of an archive, whose archive is closed with it."""

    def __init__(self, archive: str, member: str) -> None:
        self._archive = zipfile.ZipFile(archive)
        try:
            self._file: IO[bytes] = self._archive.open(member)
        except BaseException:
            self._archive.close()
            raise

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes.

        Raises:
            OSError: if the archive is damaged.
        """
        try:
            return self._file.read(size)
        except (zipfile.BadZipFile, NotImplementedError) as error:
            raise OSError(str(error)) from error

    def close(self) -> None:
        """Close the archive too."""
        if not self.closed:
            self._file.close()
            self._archive.close()
        super().close()


_put_by: list[tuple[Any, Source]] = []
"""Standard input, once it was read: it can be read only once, and is asked for again."""


def _standard_input() -> Source:
    """All of it, put by, since readers look at a source more than once."""
    if _put_by and _put_by[0][0] is sys.stdin:
        return _put_by[0][1]
    spool = tempfile.SpooledTemporaryFile(_SPOOL)  # noqa: SIM115 - lives as long as the source
    stream = sys.stdin.buffer
    while chunk := stream.read(1 << 20):
        spool.write(chunk)

    def reopened() -> Stream:
        spool.seek(0)
        return cast(Stream, _Kept(spool))

    _put_by[:] = [(sys.stdin, Source("standard input", reopened))]
    return _put_by[0][1]


class _Kept(io.RawIOBase):
    """A view of a file that closing leaves open."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes."""
        return self._file.read(size)
