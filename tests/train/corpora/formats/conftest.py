"""What the tests of readers share: reading bytes as a reader does, and a small file in each JSON format."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from train.corpora.dialogue import Conversation
from train.corpora.reader import Head, Reader, readers
from train.corpora.source import Source

JSON_SAMPLES = Path(__file__).parent / "samples"
Told = list[tuple[int, str]]


@pytest.fixture(scope="session")
def json_samples() -> dict[str, bytes]:
    """The sample of each JSON format, by the name of its reader."""
    return {path.stem: path.read_bytes() for path in sorted(JSON_SAMPLES.glob("*.json*"))}


@pytest.fixture(scope="session")
def json_reader() -> Callable[[str], Reader]:
    """A reader by its name."""
    return lambda name: readers()[name]


@pytest.fixture(scope="session")
def json_read() -> Callable[[str, bytes], tuple[list[Conversation], Told]]:
    """What the reader of a name makes of a content: the conversations, and what it skips."""

    def read(name: str, content: bytes) -> tuple[list[Conversation], Told]:
        told: Told = []
        source = Source("corpus", lambda: io.BytesIO(content))
        return list(readers()[name].read(source, lambda line, reason: told.append((line, reason)))), told

    return read


@pytest.fixture(scope="session")
def json_head() -> Callable[[bytes], Head]:
    """The beginning of a content, under a name that says nothing."""
    return lambda content: Head.of(Source("corpus", lambda: io.BytesIO(content)))
