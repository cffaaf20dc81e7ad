"""From what is named on a command line to sources."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from chatbot.errors import CorpusError, UsageError
from train.corpora.places import Place, parse_place, sources


def names(path: Any) -> list[str]:
    return [source.name for source in sources(str(path))]


def first_line(path: Any) -> list[str]:
    return [next(source.lines())[1] for source in sources(str(path))]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("b.txt", "a.txt", "deep/er/c.jsonl", ".hidden", ".git/x.txt", "empty.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("" if name == "empty.txt" else name)
    return tmp_path


def test_a_folder_is_everything_in_it_but_what_is_hidden_or_empty(tree: Path) -> None:
    assert first_line(tree) == ["a.txt", "b.txt", "deep/er/c.jsonl"]


def test_a_pattern_is_what_it_matches(tree: Path) -> None:
    assert first_line(tree / "*.txt")[:2] == ["a.txt", "b.txt"]
    assert first_line(tree / "**" / "*.jsonl") == ["deep/er/c.jsonl"]


@pytest.mark.parametrize("path", ["none.txt", "*.none", "deep/none"])
def test_nothing_there_is_said_with_the_path(tree: Path, path: str) -> None:
    with pytest.raises(CorpusError, match=path.replace("*", r"\*")):
        names(tree / path)


def test_a_name_with_brackets_is_a_file_before_it_is_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "chat [1].txt").write_text("here")
    assert first_line(tmp_path / "chat [1].txt") == ["here"]


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("a.jsonl", Place("a.jsonl")),
        ("a.jsonl:0.3", Place("a.jsonl", 0.3)),
        ("a:b.jsonl:2", Place("a:b.jsonl", 2.0)),
        ("a.jsonl:.5", Place("a.jsonl", 0.5)),
        ("a.jsonl:", Place("a.jsonl:")),
        ("C:\\chats\\a.txt", Place("C:\\chats\\a.txt")),
        ("tfds:quac", Place("tfds:quac")),
    ],
)
def test_a_weight_stands_after_the_last_colon(text: str, want: Place) -> None:
    assert parse_place(text) == want


def test_a_file_that_is_called_so_has_no_weight(tmp_path: Path) -> None:
    path = tmp_path / "at 10:30"
    path.write_text("x")
    assert parse_place(str(path)) == Place(str(path))


@pytest.mark.parametrize("weight", ["0", "0.0"])
def test_a_weight_of_nothing_is_a_mistake(weight: str) -> None:
    with pytest.raises(UsageError, match="above 0"):
        parse_place(f"a.jsonl:{weight}")


def zipped(path: Path, members: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


def test_an_archive_is_its_files_in_order_and_finds_their_neighbours(tmp_path: Path) -> None:
    members = {"x/b.txt": "B", "x/a.txt": "A", "y/a.txt": "other", "__MACOSX/x/._a.txt": "junk", "x/.DS_Store": "junk"}
    archive = zipped(tmp_path / "chats.zip", members)
    assert first_line(archive) == ["A", "B", "other"]
    a = next(iter(sources(str(archive))))
    assert a.name == f"{archive}/x/a.txt"
    beside = a.sibling("b.txt")
    assert beside is not None
    assert list(beside.lines()) == [(1, "B")]
    assert a.sibling("none.txt") is None


@pytest.mark.parametrize("member", ["../evil.txt", "/etc/evil.txt", "a/../../evil.txt", "C:/evil.txt", "..\\evil.txt"])
def test_an_archive_whose_paths_lead_outside_is_refused(member: str, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="paths inside of the archive"):
        names(zipped(tmp_path / "evil.zip", {"good.txt": "x", member: "x"}))


def test_a_torn_archive_is_named(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "torn.zip", {"a.txt": "a" * 1000})
    archive.write_bytes(archive.read_bytes()[:60])
    with pytest.raises(CorpusError, match=r"torn\.zip"):
        names(archive)


def test_a_damaged_file_in_an_archive_is_named(tmp_path: Path) -> None:
    archive = tmp_path / "bad.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as file:
        file.writestr("a.txt", "hello " * 100)
    archive.write_bytes(archive.read_bytes().replace(b"hello", b"jello", 1))
    (source,) = sources(str(archive))
    with pytest.raises(CorpusError, match=r"bad\.zip/a\.txt"):
        list(source.lines())


def test_standard_input_can_be_read_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"one\ntwo\n")))
    (source,) = sources("-")
    assert list(source.lines()) == list(source.lines()) == [(1, "one"), (2, "two")]
    (again,) = sources("-")
    assert list(again.lines()) == [(1, "one"), (2, "two")]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"three\n")))
    (other,) = sources("-")
    assert list(other.lines()) == [(1, "three")]


def test_the_file_beside_a_file_is_found(tree: Path) -> None:
    (a,) = sources(str(tree / "a.txt"))
    beside = a.sibling("b.txt")
    assert beside is not None
    assert next(beside.lines())[1] == "b.txt"
    assert a.sibling("c.txt") is None
