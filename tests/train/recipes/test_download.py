"""Laws of fetching files: whole or not at all, from where one may, and the same for ever."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path
from typing import Any

import pytest

from chatbot.errors import CorpusError
from train.recipes.download import Downloads


@pytest.fixture
def downloads(tmp_path: Path, said: list[str]) -> Downloads:
    return Downloads(tmp_path / "fetched", said.append, local=True, limit=100_000)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_is_fetched_is_whole_and_private_and_its_hash_stands_beside(
    world: Any, downloads: Downloads, said: list[str]
) -> None:
    content = bytes(range(256)) * 300
    world.answers["/some/train.json"] = content
    path = downloads.get(f"{world.address}/some/train.json")
    assert path.read_bytes() == content
    assert mode(path) == 0o600
    digest = hashlib.sha256(content).hexdigest()
    assert path.with_name(f"{path.name}.sha256").read_text().split() == [digest, path.name]
    assert any(digest in line for line in said)
    assert sorted(each.name for each in path.parent.iterdir()) == [path.name, f"{path.name}.sha256"]


def test_what_is_there_is_not_fetched_again(world: Any, downloads: Downloads) -> None:
    world.answers["/a"] = b"content"
    assert downloads.get(f"{world.address}/a") == downloads.get(f"{world.address}/a")
    assert world.asked == ["/a"]


def test_files_of_one_name_at_two_addresses_are_two_files(world: Any, downloads: Downloads) -> None:
    world.answers.update({"/1/train.json": b"one", "/2/train.json": b"two"})
    paths = [downloads.get(f"{world.address}/{number}/train.json") for number in (1, 2)]
    assert [path.read_bytes() for path in paths] == [b"one", b"two"]


def test_a_file_of_this_machine_is_read_where_that_is_allowed(tmp_path: Path, downloads: Downloads) -> None:
    (tmp_path / "here").write_bytes(b"content")
    assert downloads.get((tmp_path / "here").as_uri()).read_bytes() == b"content"


@pytest.mark.parametrize(
    "url",
    ["http://example.com/a", "file:///etc/hostname", "http://127.0.0.1/a", "ftp://example.com/a", "https:///a", "a"],
)
def test_nothing_but_https_is_asked(tmp_path: Path, url: str) -> None:
    with pytest.raises(CorpusError, match=r"expected https://.*--public FILE\.jsonl\.gz"):
        Downloads(tmp_path, print).get(url)


@pytest.mark.parametrize("url", ["http://example.com/a", "http://127.0.0.1.example.com/", "ftp://127.0.0.1/a"])
def test_nobody_is_led_to_where_one_may_not_ask(world: Any, downloads: Downloads, url: str) -> None:
    world.answers["/a"] = (302, {"Location": url, "Content-Length": 0}, b"")
    with pytest.raises(CorpusError, match=f"the address {url}; expected https"):
        downloads.get(f"{world.address}/a")


def test_a_redirection_on_the_same_terms_is_followed(world: Any, downloads: Downloads) -> None:
    world.answers.update({"/a": (302, {"Location": "/b", "Content-Length": 0}, b""), "/b": b"content"})
    assert downloads.get(f"{world.address}/a").read_bytes() == b"content"


def test_what_breaks_off_leaves_nothing_and_can_be_begun_again(world: Any, downloads: Downloads) -> None:
    world.answers["/a"] = (200, {"Content-Length": 1000}, b"half")
    with pytest.raises(CorpusError, match=r"cannot be fetched .*--public FILE\.jsonl\.gz"):
        downloads.get(f"{world.address}/a")
    assert list(downloads.folder.iterdir()) == []
    world.answers["/a"] = b"whole"
    assert downloads.get(f"{world.address}/a").read_bytes() == b"whole"


def test_a_missing_file_is_named(world: Any, downloads: Downloads) -> None:
    with pytest.raises(CorpusError, match=r"/nowhere cannot be fetched \(.*404"):
        downloads.get(f"{world.address}/nowhere")


@pytest.mark.parametrize(("headers", "body"), [({"Content-Length": 200_000}, b""), ({}, b"x" * 200_000)])
def test_too_large_a_file_is_refused_whether_it_says_so_or_not(
    world: Any, downloads: Downloads, headers: dict[str, int], body: bytes
) -> None:
    world.answers["/a"] = (200, headers, body)
    with pytest.raises(CorpusError, match="at most 100000"):
        downloads.get(f"{world.address}/a")
    assert list(downloads.folder.iterdir()) == []


def test_another_content_under_the_same_address_is_refused(world: Any, downloads: Downloads) -> None:
    world.answers["/a"] = b"first"
    path = downloads.get(f"{world.address}/a")
    path.unlink()
    world.answers["/a"] = b"second"
    old, new = (hashlib.sha256(content).hexdigest() for content in (b"first", b"second"))
    with pytest.raises(CorpusError, match=f"{new}; expected {old}.*--public"):
        downloads.get(f"{world.address}/a")
    assert not path.exists()
    world.answers["/a"] = b"first"
    assert downloads.get(f"{world.address}/a").read_bytes() == b"first"


def test_a_file_that_was_changed_here_is_refused(world: Any, downloads: Downloads) -> None:
    world.answers["/a"] = b"first"
    path = downloads.get(f"{world.address}/a")
    path.write_bytes(b"spoilt")
    with pytest.raises(CorpusError, match="was changed"):
        downloads.get(f"{world.address}/a")
