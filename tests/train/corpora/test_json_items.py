"""Laws of reading JSON a piece at a time: what json.loads makes of the whole, wherever the pieces are cut."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator
from typing import IO, Any

import numpy as np
import pytest

from train.corpora import json_items as module
from train.corpora.json_items import json_items, json_lines, json_members
from train.corpora.source import Source

Told = list[tuple[int, str]]


def source(content: str | bytes) -> Source:
    data = content.encode() if isinstance(content, str) else content
    return Source("corpus", lambda: io.BytesIO(data))


def items(content: str | bytes) -> tuple[list[tuple[int, Any]], Told]:
    told: Told = []
    return list(json_items(source(content), lambda line, reason: told.append((line, reason)))), told


def members(content: str) -> tuple[list[tuple[int, str, Any]], Told]:
    told: Told = []
    return list(json_members(source(content), lambda line, reason: told.append((line, reason)))), told


def lines(content: str) -> tuple[list[tuple[int, Any]], Told]:
    told: Told = []
    return list(json_lines(source(content), lambda line, reason: told.append((line, reason)))), told


def made_up(rng: np.random.Generator, depth: int = 0) -> Any:
    """A value of any kind; those that a cut can change (numbers, words, escapes) are frequent."""
    texts = ["", "a", "]", "}{", "\\", '"', "\n", "日本", "👍", ",\n  {", "\x07" * 3, "é" * 40]
    scalars = [None, True, False, 0, -12, 123456789, 1.5, -2.5e-30, 6.02e23, *texts]
    kind = rng.integers(4) if depth < 3 else 3
    if kind == 0:
        return [made_up(rng, depth + 1) for _ in range(rng.integers(4))]
    if kind == 1:
        return {str(rng.choice(texts)) + str(n): made_up(rng, depth + 1) for n in range(rng.integers(4))}
    return scalars[rng.integers(len(scalars))]


def written(value: Any, seed: int) -> str:
    return json.dumps(value, ensure_ascii=seed % 2 == 0, indent=[None, 2, "\t", 0][seed % 4])


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64, 1 << 18])
def test_the_items_of_a_list_are_those_of_the_whole_wherever_it_is_cut(
    monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(module, "CHUNK", chunk)
    for seed in range(60):
        rng = np.random.default_rng(seed)
        values = [made_up(rng) for _ in range(rng.integers(6))]
        got, told = items(written(values, seed))
        assert [value for _, value in got] == values
        assert [type(value) for _, value in got] == [type(value) for value in values]
        assert told == []


@pytest.mark.parametrize("chunk", [1, 3, 64])
def test_the_members_of_an_object_are_those_of_the_whole_wherever_it_is_cut(
    monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(module, "CHUNK", chunk)
    for seed in range(60):
        rng = np.random.default_rng(seed)
        value = {f"{made_up(rng, 3)}{n}": made_up(rng) for n in range(rng.integers(6))}
        got, told = members(written(value, seed))
        assert {key: item for _, key, item in got} == value
        assert told == []


@pytest.mark.parametrize("chunk", [1, 5, 64])
@pytest.mark.parametrize("between", ["\n", "\n\n", " ", "", "\r\n", ",\n", "\n\ufeff"])
def test_values_one_after_another_are_items_whatever_is_between(
    monkeypatch: pytest.MonkeyPatch, chunk: int, between: str
) -> None:
    monkeypatch.setattr(module, "CHUNK", chunk)
    for seed in range(8):
        values = [{"a": seed}, {"b": [1, "x\n"]}, {}, {"c": {"d": None}}]
        got, told = items(between.join(written(value, seed) for value in values))
        assert [value for _, value in got] == values
        assert told == []


def test_lists_one_after_another_give_their_items_and_a_list_in_a_list_is_an_item() -> None:
    got, told = items("[1, [2, 3]]\n[[], {}]\n4 5\n")
    assert got == [(1, 1), (1, [2, 3]), (2, []), (2, {}), (3, 4), (3, 5)]
    assert told == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("chunk", [1, 4, 1000])
def test_an_item_has_the_line_where_it_begins(monkeypatch: pytest.MonkeyPatch, chunk: int, end: str) -> None:
    monkeypatch.setattr(module, "CHUNK", chunk)
    content = '\n[\n  {"n": 2,\n   "x": 0},\n\n  {"n":\n6}, {"n": 7}\n]\n\n{"n": 11}'
    got, _ = items("\n" + content.replace("\n", end))
    assert [(line, item["n"]) for line, item in got] == [(4, 2), (7, 6), (8, 7), (11, 11)]


def test_a_member_has_the_line_of_its_name() -> None:
    got, _ = members('{\n"a"\n:\n1,\n\n"b": [\n2]}\n{"a": 3}')
    assert got == [(2, "a", 1), (6, "b", [2]), (8, "a", 3)]


@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_does_no_harm(mark: str) -> None:
    assert items('[{"a": "é"}]'.encode(mark)) == ([(1, {"a": "é"})], [])


@pytest.mark.parametrize("content", ["", " \n\t\n", "[]", "[ ]\n[]", "\ufeff"])
def test_nothing_is_no_item_and_no_error(content: str) -> None:
    assert items(content) == ([], [])
    assert members(content.replace("[", "{").replace("]", "}")) == ([], [])
    assert lines(content.replace("[", "").replace("]", "")) == ([], [])


def test_a_long_item_is_parsed_anew_only_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[int] = []

    class Counting(json.JSONDecoder):
        def raw_decode(self, s: str, idx: int = 0) -> tuple[Any, int]:
            parsed.append(len(s) - idx)
            return super().raw_decode(s, idx)

    monkeypatch.setattr(module, "_DECODER", Counting())
    monkeypatch.setattr(module, "CHUNK", 64)
    content = json.dumps([{"t": ["x" * 90] * 10_000}])
    got, _ = items(content)
    assert len(got[0][1]["t"]) == 10_000
    assert sum(parsed) < 4 * len(content)


class _Endless(io.RawIOBase):
    """Pieces, made as they are read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._rest = self._rest or next(self._pieces, b"")
        taken, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


@pytest.mark.parametrize("kind", ["list", "one line", "lines"])
def test_a_long_file_is_read_in_little_memory(kind: str) -> None:
    item = json.dumps({"t": "x" * 1000}).encode()
    marks = {"list": (b"[\n", b",\n", b"]"), "one line": (b"[", b",", b"]"), "lines": (b"", b"\n", b"")}
    begin, between, end = marks[kind]

    def opened() -> IO[bytes]:
        pieces = (piece for n in range(20_000) for piece in (between if n else begin, item))
        return io.BufferedReader(_Endless(piece for part in (pieces, iter([end])) for piece in part))

    tracemalloc.start()
    try:
        read = json_lines if kind == "lines" else json_items
        count = sum(1 for _ in read(Source("corpus", opened), lambda line, reason: pytest.fail(reason)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 20_000
    assert peak < 5_000_000  # of 20 million
