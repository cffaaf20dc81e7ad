"""Files fetched once and trusted as they came the first time; whole or not at all, for their owner alone to read.

No proof of who made a file is looked for beyond HTTPS: its SHA-256 is written down beside it when it first comes, and
another content under the same address is refused from then on.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO
from urllib.parse import urlsplit

from chatbot.errors import CorpusError
from chatbot.text.sanitize import one_line

INSTEAD = "give the dialogues yourself with --public FILE.jsonl.gz"
"""What can be done where nothing can be fetched."""
_CHUNK = 1 << 18


@dataclass(frozen=True)
class Downloads:
    """Fetches files into a folder."""

    folder: Path
    say: Callable[[str], None]
    """Told what is fetched, and what came."""
    local: bool = False
    """Whether ``file:`` and ``http://127.0.0.1`` will do too: for tests."""
    limit: int = 300_000_000
    """Bytes that a file may have."""
    timeout: float = 60.0
    """Seconds in which a server must say something."""

    def get(self, url: str) -> Path:
        """The file at an address; it is fetched only where it is not in the folder yet.

        Raises:
            CorpusError: if it cannot be fetched, is too large, or is not what it was the first time.
        """
        _check(url, self.local)
        # The address is part of the name: files of the same name lie at several, and a new commit is a new file.
        place, _, name = urlsplit(url).path.rpartition("/")
        path = self.folder / f"{hashlib.sha256(url.encode()).hexdigest()[:12]}-{name or place.strip('/')}"
        try:
            return self._got(url, path)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _failed(url, one_line(str(error)) or type(error).__name__) from error

    def _got(self, url: str, path: Path) -> Path:
        record = path.with_name(f"{path.name}.sha256")
        known = record.read_text(encoding="ascii", errors="replace").split() if record.exists() else []
        if known and path.exists():
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            _compare(f"{one_line(str(path))} was changed", digest, known, path, record)
            return path
        self.say(f"fetching {url}")
        with self._beside(path) as (part, name):
            size, digest = self._fetch(url, part)
            if known:
                _compare(f"{url} holds another file", digest, known, path, record)
            part.close()
            # First the record: a file without one would be trusted by nobody.
            record.write_text(f"{digest}  {path.name}\n", encoding="ascii")
            os.replace(name, path)
        self.say(f"{size / 1e6:.1f} MB, SHA-256 {digest}{'' if known else ' (noted: it must not change)'}")
        return path

    @contextlib.contextmanager
    def _beside(self, path: Path) -> Iterator[tuple[BinaryIO, str]]:
        """A new file to write to that is gone afterwards, unless it was given another name."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=f"{path.name}.", suffix=".part")  # mode 0600
        try:
            with os.fdopen(handle, "wb") as part:
                yield part, name
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)

    def _fetch(self, url: str, part: BinaryIO) -> tuple[int, str]:
        """(bytes, SHA-256) of what was written."""
        digest, size = hashlib.sha256(), 0
        opener = urllib.request.build_opener(_Redirects(self.local))
        with opener.open(url, timeout=self.timeout) as answer:
            promised = answer.headers.get("Content-Length")
            self._fits(url, int(promised or 0))
            while chunk := answer.read(_CHUNK):
                size += len(chunk)
                self._fits(url, size)
                digest.update(chunk)
                part.write(chunk)
        if promised is not None and size != int(promised):  # a connection that is lost looks like an end to ``read``
            raise _failed(url, f"it broke off after {size} of {promised} bytes")
        return size, digest.hexdigest()

    def _fits(self, url: str, size: int) -> None:
        if size > self.limit:
            raise CorpusError(
                f"{url} has {size} bytes or more", expected=f"at most {self.limit}", remedy=f"do not use it: {INSTEAD}"
            )


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows only to where one may fetch from in the first place."""

    def __init__(self, local: bool) -> None:
        self._local = local

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> Any:
        """The request to make instead.

        Raises:
            CorpusError: if it leads to where nothing is fetched from.
        """
        _check(newurl, self._local)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _check(url: str, local: bool) -> None:
    parts = urlsplit(url)
    here = parts.scheme == "file" or (parts.scheme == "http" and parts.hostname == "127.0.0.1")
    if not (parts.scheme == "https" and parts.hostname) and not (local and here):
        raise CorpusError(f"the address {one_line(url)}", expected="https://…", remedy=INSTEAD)


def _compare(what: str, found: str, known: list[str], path: Path, record: Path) -> None:
    if known[:1] != [found]:
        raise CorpusError(
            f"{what}: SHA-256 {found}",
            expected=f"{one_line(' '.join(known[:1]))} as when it first came",
            remedy=f"{INSTEAD}; to trust the new one, remove {one_line(str(path))} and {one_line(str(record))}",
        )


def _failed(url: str, why: str) -> CorpusError:
    return CorpusError(
        f"{url} cannot be fetched ({why})",
        expected="a network that reaches it, and room for it in your cache",
        remedy=f"try again, or {INSTEAD}",
    )
