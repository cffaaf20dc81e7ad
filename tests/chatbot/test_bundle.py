"""Laws of bundles: whole or not there, every byte checked, and never anything but a BundleError."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chatbot import bundle as bundles
from chatbot.bundle import FILES, FORMAT, GRAPH, MANIFEST, TOKENIZER, WEIGHTS, Bundle, read_bundle, write_bundle
from chatbot.config import ModelConfig, SamplingConfig
from chatbot.errors import BundleError


def made_up(tag: bytes = b"first", **changes: Any) -> Bundle:
    """A bundle whose files are noise: nothing here looks into them."""
    values: dict[str, Any] = {
        "model": ModelConfig(cell="gru", units=3),
        "sampling": SamplingConfig(seed=5),
        "files": {name: tag + bytes(range(256)) * (number + 1) for number, name in enumerate(FILES)},
        "metadata": {"corpora": ["día"], "validation": {"words": 3}},
        "name": "mine",
    }
    return Bundle(**{**values, **changes})


def snapshot(directory: Path) -> dict[str, bytes]:
    return {str(p.relative_to(directory)): p.read_bytes() for p in directory.rglob("*") if p.is_file()}


@pytest.fixture
def written(tmp_path: Path) -> Path:
    write_bundle(tmp_path / "mine", made_up())
    return tmp_path / "mine"


def change(directory: Path, key: str, value: Any) -> None:
    manifest = json.loads((directory / MANIFEST).read_bytes())
    owner, _, last = key.rpartition("/")
    target = manifest
    for part in filter(None, owner.split("/")):
        target = target[part]
    target.pop(last) if value is KeyError else target.__setitem__(last, value)
    (directory / MANIFEST).write_text(json.dumps(manifest))


def test_what_is_written_is_read_back_equal(written: Path) -> None:
    assert read_bundle(written) == made_up()
    assert read_bundle(written).size_bytes == sum(len(content) for content in made_up().files.values())
    assert sorted(os.listdir(written)) == sorted((*FILES, MANIFEST))


def test_nothing_is_left_beside_the_bundle_and_parents_are_made(tmp_path: Path) -> None:
    write_bundle(tmp_path / "a" / "b" / "mine", made_up())
    assert os.listdir(tmp_path / "a" / "b") == ["mine"]


def test_a_new_bundle_replaces_the_old_one_wholly(written: Path) -> None:
    (written / "stray").write_text("of the old one")
    write_bundle(written, made_up(b"second"))
    assert read_bundle(written) == made_up(b"second")
    assert sorted(os.listdir(written)) == sorted((*FILES, MANIFEST))
    assert os.listdir(written.parent) == ["mine"]


def test_an_empty_directory_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    write_bundle(tmp_path / "mine", made_up())
    assert read_bundle(tmp_path / "mine") == made_up()


def test_a_directory_with_something_else_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("Dear Ann")
    with pytest.raises(BundleError, match="letters"):
        write_bundle(tmp_path / "letters", made_up())
    assert snapshot(tmp_path) == {"letters/dear.txt": b"Dear Ann"}


def test_a_file_in_the_place_of_the_directory_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("Dear Ann")
    with pytest.raises(BundleError, match="mine"):
        write_bundle(tmp_path / "mine", made_up())
    assert snapshot(tmp_path) == {"mine": b"Dear Ann"}


@pytest.mark.parametrize("number", range(len(FILES) + 1))
def test_a_disk_that_fills_up_at_any_file_keeps_the_old_bundle(
    written: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    calls = iter(range(99))
    whole = bundles._write_through

    def full(path: Path, content: bytes) -> None:
        if next(calls) == number:
            raise OSError(28, "No space left on device")
        whole(path, content)

    monkeypatch.setattr(bundles, "_write_through", full)
    with pytest.raises(BundleError, match="No space left"):
        write_bundle(written, made_up(b"second"))
    assert read_bundle(written) == made_up()
    assert os.listdir(written.parent) == ["mine"]


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), KeyboardInterrupt()], ids=["disk", "Ctrl-C"])
@pytest.mark.parametrize("number", [0, 1])
def test_a_failing_rename_keeps_the_old_bundle(
    written: Path, monkeypatch: pytest.MonkeyPatch, number: int, error: BaseException
) -> None:
    calls = iter(range(99))
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if next(calls) == number:
            raise error
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises((BundleError, KeyboardInterrupt)):
        write_bundle(written, made_up(b"second"))
    assert read_bundle(written) == made_up()
    assert os.listdir(written.parent) == ["mine"]


def test_a_place_that_cannot_hold_a_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BundleError, match="file"):
        write_bundle(tmp_path / "file" / "mine", made_up())


def test_metadata_of_any_text_can_be_written(tmp_path: Path) -> None:
    metadata = {"corpora": ["\udcff.jsonl", "日本 \x1b[0m"]}  # a file name that is not UTF-8 comes as surrogates
    write_bundle(tmp_path / "mine", made_up(metadata=metadata))
    read_bundle(tmp_path / "mine")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "harm",
    [
        Path.unlink,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(path.read_bytes() + b"\0"),
        lambda path: path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:]),
        lambda path: path.write_bytes(path.read_bytes()[:-1] + bytes([path.read_bytes()[-1] ^ 0x80])),
        lambda path: (path.unlink(), path.mkdir()),
    ],
    ids=["missing", "empty", "torn", "longer", "first bit", "last bit", "directory"],
)
def test_a_file_that_is_not_what_was_written_is_refused_by_name(
    written: Path, name: str, harm: Callable[[Path], Any]
) -> None:
    harm(written / name)
    with pytest.raises(BundleError, match=name.replace(".", r"\.")):
        read_bundle(written)


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"not JSON", b"[]", b"null", b"3", b'"text"', b"\xff\xfe\x00", b"{}", b"\xef\xbb\xbf{}"),
        *(b"[" * 100_000, b"1" * 10_000, b'{"format": NaN}', b'{"format": "\x1b[31m"}'),
    ],
    ids=lambda content: repr(content[:12]),
)
def test_a_manifest_that_is_none_is_refused_by_name(written: Path, content: bytes) -> None:
    (written / MANIFEST).write_bytes(content)
    with pytest.raises(BundleError, match=r"bundle\.json") as caught:
        read_bundle(written)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *((key, KeyError) for key in ("format", "model", "sampling", "metadata", "files")),
        *((f"files/{name}", KeyError) for name in FILES),
        *((key, value) for key in ("model", "sampling", "metadata", "files") for value in (None, 7, "text", [1])),
        *((f"files/{GRAPH}", value) for value in (None, [], "text", {})),
        (f"files/{WEIGHTS}/sha256", None),
        (f"files/{TOKENIZER}/bytes", "512"),
        ("format", FORMAT + 1),
        ("format", 0),
        ("format", str(FORMAT)),
        ("model/unitz", 4),
        ("model/units", 0),
        ("model/units", "16"),
        ("model/units", 1.5),
        ("sampling/temperature", 10**400),
        ("sampling/top_p", float("nan")),
    ],
    ids=lambda part: str(part)[:24],
)
def test_a_manifest_that_lacks_or_adds_something_is_refused_by_name(written: Path, key: str, value: Any) -> None:
    change(written, key, value)
    named = key.split("/")[1] if key.startswith("files/") and value is not KeyError else MANIFEST
    with pytest.raises(BundleError, match=named.replace(".", r"\.")):
        read_bundle(written)


def test_another_format_is_told_apart_from_damage(written: Path) -> None:
    change(written, "format", FORMAT + 1)
    with pytest.raises(BundleError) as caught:
        read_bundle(written)
    assert str(FORMAT + 1) in caught.value.received
    assert str(FORMAT) in caught.value.expected


def test_no_bundle_at_all_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    for name in ("nowhere", "empty", "file"):
        with pytest.raises(BundleError, match=name):
            read_bundle(tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_named(written: Path) -> None:
    (written / GRAPH).chmod(0)
    with pytest.raises(BundleError, match=r"graph\.tflite"):
        read_bundle(written)
