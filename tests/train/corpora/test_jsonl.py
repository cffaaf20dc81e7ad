"""Laws of reading our own format: good lines are read, bad ones are named, and a torn file is an error."""

from __future__ import annotations

import gc
import gzip
import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from chatbot.errors import CorpusError
from chatbot.text.template import Turn
from train.corpora import Dialogue, Skipped, read_corpora, read_jsonl

GOOD = b'{"turns": [{"speaker": "a", "text": "Hi"}, {"speaker": "b", "text": "Hello!"}]}\n'
READ = Dialogue((Turn("user", "Hi"), Turn("assistant", "Hello!")))


def line(*turns: Any) -> bytes:
    return json.dumps({"turns": turns}).encode() + b"\n"


def read(path: Path, content: bytes) -> tuple[list[Dialogue], list[Skipped]]:
    path.write_bytes(content)
    skipped: list[Skipped] = []
    return list(read_jsonl(path, skipped.append)), skipped


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("name", ["chat.jsonl", "chat.jsonl.gz", "chat"])
def test_dialogues_come_in_order_whatever_the_file_is_called(tmp_path: Path, name: str, pack: Any) -> None:
    lines = [line({"speaker": "x", "text": f"{n}"}, {"speaker": "y", "text": "é👍"}) for n in range(50)]
    got, skipped = read(tmp_path / name, pack(b"".join(lines)))
    assert [dialogue.turns[0].text for dialogue in got] == [str(n) for n in range(50)]
    assert {dialogue.turns[1] for dialogue in got} == {Turn("assistant", "é👍")}
    assert skipped == []


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"not json\n", "not JSON"),
        (b'{"turns": [\n', "not JSON"),
        (b"\xff\xfe\x00\n", "not UTF-8"),
        (b'{"turns": [{"speaker": "a", "text": "caf\xe9"}]}\n', "not UTF-8"),
        (b"[" * 100_000 + b"\n", "nested too deeply"),
        (b"1" * 10_000 + b"\n", "not JSON"),
        (b"[]\n", 'no "turns"'),
        (b"null\n", 'no "turns"'),
        (b"{}\n", 'no "turns"'),
        (b'{"turns": {}}\n', 'no "turns"'),
        (b'{"turns": "a, b"}\n', 'no "turns"'),
        (line(), "0 turn(s)"),
        (line({"speaker": "a", "text": "alone"}), "1 turn(s)"),
        (line({"speaker": "a", "text": "Hi"}, {"speaker": "b"}), 'turn 2 has no "text"'),
        (line({"speaker": "a", "text": 3}, {"speaker": "b", "text": "x"}), 'turn 1 has no "text"'),
        (line("Hi", "Hello"), 'turn 1 has no "text"'),
        (line({"text": "Hi"}, {"speaker": "b", "text": "x"}), 'turn 1 has no "speaker"'),
        (line({"speaker": "a", "text": "Hi"}, {"speaker": None, "text": "x"}), 'turn 2 has no "speaker"'),
        (line({"speaker": True, "text": "Hi"}, {"speaker": "b", "text": "x"}), 'turn 1 has no "speaker"'),
        (line({"speaker": [], "text": "Hi"}, {"speaker": "b", "text": "x"}), 'turn 1 has no "speaker"'),
    ],
)
def test_a_broken_line_is_named_with_its_reason_and_reading_goes_on(tmp_path: Path, bad: bytes, reason: str) -> None:
    path = tmp_path / "chat.jsonl"
    got, skipped = read(path, GOOD + b"\n" + bad + GOOD)
    assert got == [READ, READ]
    (skip,) = skipped
    assert skip.where == f"{path}:3"
    assert reason in skip.reason
    assert skip.reason.isprintable()


def test_a_bad_line_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    _, skipped = read(tmp_path / "chat.jsonl", b'{"\x1b[31m\x07": \n' + GOOD)
    assert skipped[0].reason.isprintable()


def test_the_last_line_needs_no_end_and_blank_lines_are_none(tmp_path: Path) -> None:
    got, skipped = read(tmp_path / "chat.jsonl", b"\n  \n" + GOOD + b"\r\n\t\n" + GOOD.strip())
    assert got == [READ, READ]
    assert skipped == []


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    got, skipped = read(tmp_path / "chat.jsonl", b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n") * 2)
    assert got == [READ, READ]
    assert skipped == []


def test_a_line_separator_inside_a_text_is_no_end_of_line(tmp_path: Path) -> None:
    content = '{"turns": [{"speaker": 1, "text": "a\u2028b\x85c"}, {"speaker": 2, "text": "d"}]}\n'
    got, skipped = read(tmp_path / "chat.jsonl", content.encode())
    assert got == [Dialogue((Turn("user", "a\u2028b\x85c"), Turn("assistant", "d")))]
    assert skipped == []


def test_speakers_may_be_numbers(tmp_path: Path) -> None:
    turns = [{"speaker": speaker, "text": "x"} for speaker in (0, 1, 0, "0")]
    (dialogue,), _ = read(tmp_path / "chat.jsonl", line(*turns))
    assert [turn.role for turn in dialogue.turns] == ["user", "assistant", "user", "user"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_an_empty_file_holds_no_dialogue(tmp_path: Path, pack: Any) -> None:
    assert read(tmp_path / "chat.jsonl", pack(b"")) == ([], [])
    with pytest.raises(CorpusError, match=r"no dialogue in .*chat\.jsonl \(0 line"):
        read_corpora([tmp_path / "chat.jsonl"], lambda skip: None)


@pytest.mark.parametrize("keep", [3, 0.5, 0.99])
def test_a_torn_compressed_file_is_an_error_that_names_it(tmp_path: Path, keep: float) -> None:
    packed = gzip.compress(
        b"".join(line({"speaker": n, "text": str(n)}, {"speaker": "b", "text": "x"}) for n in range(999))
    )
    torn = packed[: int(keep * len(packed)) if keep < 1 else int(keep)]
    with pytest.raises(CorpusError, match=r"chat\.jsonl.* cannot be read"):
        read(tmp_path / "chat.jsonl", torn)


def test_a_compressed_file_with_a_flipped_bit_is_an_error_that_says_where(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(GOOD * 2000))
    packed[-6] ^= 1  # of the checksum: all lines were read by then
    with pytest.raises(CorpusError, match="after line 2000"):
        read(tmp_path / "chat.jsonl", bytes(packed))


def test_a_missing_file_and_a_directory_are_errors_that_name_them(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.jsonl", tmp_path):
        with pytest.raises(CorpusError, match="cannot be read") as caught:
            list(read_jsonl(path, lambda skip: None))
        assert str(path) in caught.value.received


def test_dialogues_are_read_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "chat.jsonl"
    path.write_bytes(GOOD + b"broken\n" + GOOD)
    skipped: list[Skipped] = []
    reading = read_jsonl(path, skipped.append)
    assert next(reading) == READ
    assert skipped == []
    assert next(reading) == READ
    assert len(skipped) == 1


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_the_file_is_closed_afterwards(tmp_path: Path, pack: Any) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        read(tmp_path / "chat.jsonl", pack(GOOD))
        gc.collect()
    assert [str(warning.message) for warning in caught if warning.category is ResourceWarning] == []


def test_several_files_are_read_one_after_another_and_bad_lines_are_counted(tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").write_bytes(b"x\n" + GOOD)
    (tmp_path / "two.jsonl").write_bytes(GOOD + b"y\n")
    skipped: list[Skipped] = []
    assert read_corpora([tmp_path / "one.jsonl", tmp_path / "two.jsonl"], skipped.append) == [READ, READ]
    assert [Path(skip.where).name for skip in skipped] == ["one.jsonl:1", "two.jsonl:2"]
    (tmp_path / "three.jsonl").write_bytes(b"x\ny\n")
    with pytest.raises(CorpusError, match=r"three\.jsonl \(2 line\(s\) skipped\)"):
        read_corpora([tmp_path / "three.jsonl"], skipped.append)
