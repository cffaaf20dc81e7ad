"""Which reader a source gets, and what is said of a source that none reads."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from chatbot.errors import CorpusError, UsageError
from train.corpora.detect import detect, reader_named
from train.corpora.places import sources

OURS = b'{"turns": [{"speaker": "a", "text": "Hi"}, {"speaker": "b", "text": "Hello"}]}\n'


def found(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    (source,) = sources(str(path))
    return detect(source).name


@pytest.mark.parametrize("name", ["a.jsonl", "a.txt", "a.csv", "noname", "a.json.gz"])
def test_content_counts_and_not_the_name(name: str, tmp_path: Path) -> None:
    assert found(tmp_path / name, OURS) == "jsonl"
    assert found(tmp_path / name, gzip.compress(OURS)) == "jsonl"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is empty"),
        (b" \n\n\t\n", "is empty"),
        (bytes(range(32)) * 40, "is no text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "is no text"),
    ],
)
def test_what_no_reader_knows_is_named_with_the_formats_there_are(data: bytes, why: str, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=rf"a\.bin {why}; expected .*jsonl.*--format"):
        found(tmp_path / "a.bin", data)


@pytest.mark.parametrize(("name", "hint"), [("shargpt", "'sharegpt'"), ("xyzzy", "leave --format out")])
def test_an_unknown_name_is_answered_with_a_hint(name: str, hint: str) -> None:
    with pytest.raises(UsageError, match=hint):
        reader_named(name)
