"""The readers there are: ours, those of other packages, and what a head tells."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chatbot.errors import CorpusError
from train.corpora import formats
from train.corpora.detect import detect, reader_named
from train.corpora.dialogue import Conversation, Utterance
from train.corpora.places import sources
from train.corpora.reader import ENTRY_POINTS, Head, Reader, readers
from train.corpora.source import HEAD


class Shouted(Reader):
    name = "shouted"
    expects = "lines in capitals"

    def recognises(self, head: Head) -> float:
        return 1.0 if head.lines and all(line.isupper() for line in head.lines) else 0.0

    def read(self, source: Any, on_skip: Any) -> Iterator[Conversation]:
        yield Conversation(tuple(Utterance("ab"[n % 2], line) for n, line in source.lines()), 1)


class Point:
    """An entry point that loads what it is given, or raises it."""

    def __init__(self, loads: Any) -> None:
        self.name, self.value, self._loads = "theirs", "theirs.module:Reader", loads

    def load(self) -> Any:
        if isinstance(self._loads, Exception):
            raise self._loads
        return self._loads


def offer(monkeypatch: pytest.MonkeyPatch, loads: Any) -> None:
    points = {ENTRY_POINTS: [Point(loads)]}
    monkeypatch.setattr("train.corpora.reader.entry_points", lambda group: points[group])


def test_every_file_of_formats_is_a_reader_of_its_name() -> None:
    names = {module.name for module in pkgutil.iter_modules(formats.__path__)}
    assert set(readers()) == names
    for name, reader in readers().items():
        assert reader.name == name
        assert reader.expects
        assert type(reader).__module__ == importlib.import_module(f"train.corpora.formats.{name}").__name__


def test_a_package_can_offer_a_reader(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    offer(monkeypatch, Shouted)
    (tmp_path / "a.txt").write_text("HELLO\nHI\n")
    (source,) = sources(str(tmp_path / "a.txt"))
    assert detect(source).name == "shouted"
    assert isinstance(reader_named("shouted"), Shouted)


def test_a_package_does_not_change_what_a_name_of_ours_means(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, type("Other", (Shouted,), {"name": "jsonl"}))
    assert not isinstance(readers()["jsonl"], Shouted)


@pytest.mark.parametrize("loads", [ImportError("no module"), object, lambda: None])
def test_a_reader_that_cannot_be_used_is_named(loads: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, loads)
    with pytest.raises(CorpusError, match=r"'theirs': theirs\.module:Reader"):
        readers()


def head(text: str) -> Head:
    return Head("a.txt", text, len(text) < HEAD)


def test_the_last_line_of_a_head_that_is_not_all_may_be_cut_and_is_left_out() -> None:
    assert Head("a", "one\r\n\r\ntwo\rthr", False).lines == ["one", "two"]
    assert Head("a", "one\n\ntwo\nthr", True).lines == ["one", "two", "thr"]
    assert Head("a", "x" * 9, False).lines == ["x" * 9], "one line alone is all there is to see"


@pytest.mark.parametrize(
    ("text", "lines", "document"),
    [
        ('{"a": 1}\n{"a": 2}', True, False),
        ('{\n"a": 1\n}', False, True),
        ('[{"a": 1}]', False, True),
        ("  [\n", False, True),
        ("plain", False, False),
        ("", False, False),
        ("[1]\n[2]", False, True),
    ],
)
def test_json_lines_are_told_from_a_document(text: str, lines: bool, document: bool) -> None:
    assert (head(text).is_json_lines, head(text).is_json_document) == (lines, document)


def test_keys_are_seen_as_keys_alone() -> None:
    assert head('{"role" : "user", "x": 1}').has_keys("role", "x")
    assert not head('{"x": "role"}').has_keys("role")
    assert not head('{"a.b": 1}').has_keys("a_b", "a.b")
