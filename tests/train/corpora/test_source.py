"""What a source gives: the decoded lines of a file, however it is packed and encoded."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from chatbot.errors import CorpusError
from train.corpora.places import sources
from train.corpora.source import HEAD, Source, encoding_of

LINES = ["Grüße aus Oslo ☂", "", "second\tline", "x" * 5000, "the end"]
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda data: data,
    "gzip": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda data: zstandard.ZstdCompressor().compress(data),
}
every_packer = pytest.mark.parametrize("packed", PACKERS)


def source_of(path: Path) -> Source:
    (only,) = sources(str(path))
    return only


@every_packer
def test_the_lines_are_the_same_however_they_are_packed_and_whatever_the_name_says(packed: str, tmp_path: Path) -> None:
    path = tmp_path / "misleading.zst.txt"
    path.write_bytes(PACKERS[packed]("\n".join(LINES).encode()))
    assert list(source_of(path).lines()) == list(enumerate(LINES, start=1))


@every_packer
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_each_end_of_a_line_counts_once(packed: str, ending: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(PACKERS[packed](("one\u2028still one" + ending + "two" + ending).encode()))
    assert list(source_of(path).lines()) == [(1, "one\u2028still one"), (2, "two")]


def test_parts_packed_one_after_another_are_read_as_one(tmp_path: Path) -> None:
    for name in ("gzip", "bz2", "xz", "zst"):
        path = tmp_path / name
        path.write_bytes(PACKERS[name](b"first\n") + PACKERS[name](b"second\n"))
        assert [line for _, line in source_of(path).lines()] == ["first", "second"]


@pytest.mark.parametrize("packed", [name for name in PACKERS if name not in ("plain",)])
def test_a_file_that_breaks_off_is_named(packed: str, tmp_path: Path) -> None:
    path = tmp_path / "torn"
    whole = PACKERS[packed]("\n".join(f"line {n * n * 7919}" for n in range(3000)).encode())
    path.write_bytes(whole[: len(whole) // 2])
    if packed == "zst":  # a frame that ends early looks like one that is not over
        assert len(list(source_of(path).lines())) < 3000
        return
    with pytest.raises(CorpusError, match="torn: cannot be read"):
        list(source_of(path).lines())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "latin-1"])
def test_the_encoding_is_found(encoding: str, tmp_path: Path) -> None:
    text = "Hallo, wie geht es dir heute? Schöne Grüße aus München, später mehr über das Gespräch.\n" * 5
    path = tmp_path / "a.txt"
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    path.write_bytes(mark + text.encode(encoding))
    assert "".join(line + "\n" for _, line in source_of(path).lines()) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Très bien, déjà vu", "cp1252"),
        ("“Où es-tu ?” – À l’école", "cp1252"),
        ("Привет, как дела? Сегодня хорошая погода, пойдём гулять.", "cp1251"),
        ("お元気ですか。今日はとても良い天気ですね。散歩に行きましょう。", "shift_jis"),
    ],
)
def test_short_texts_of_old_encodings_are_read(text: str, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode(encoding))
    assert list(source_of(path).lines()) == [(1, text)]


def test_a_character_cut_by_the_end_of_the_head_is_no_sign_of_another_encoding() -> None:
    assert encoding_of(("ä" * HEAD).encode()[: HEAD - 1]) == "utf-8"


def test_what_cannot_be_decoded_is_seen_and_the_rest_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * HEAD + b"\nbad \xff byte\ngood\n")
    assert [line for _, line in source_of(path).lines()][1:] == ["bad \ufffd byte", "good"]


def test_a_source_can_be_read_again_and_again(tmp_path: Path) -> None:
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(b"one\ntwo\n"))
    source = source_of(path)
    assert source.filename == "a.txt"
    assert list(source.lines()) == list(source.lines())
    assert source.head() == b"one\ntwo\n"
