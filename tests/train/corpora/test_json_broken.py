"""Laws of reading JSON that is broken, cut off or without end: what is whole is read, the rest is told by its line."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from train.corpora import json_items as module
from train.corpora.json_items import json_items, json_lines, json_members
from train.corpora.reader import OnSkip
from train.corpora.source import Source

Told = list[tuple[int, str]]
DEEP = "[" * 100_000


def reading(how: Callable[[Source, OnSkip], Iterator[Any]], content: str) -> tuple[list[Any], Told]:
    told: Told = []
    source = Source("corpus", lambda: io.BytesIO(content.encode()))
    return list(how(source, lambda line, reason: told.append((line, reason)))), told


def items(content: str) -> tuple[list[tuple[int, Any]], Told]:
    return reading(json_items, content)


def members(content: str) -> tuple[list[tuple[int, str, Any]], Told]:
    return reading(json_members, content)


def lines(content: str) -> tuple[list[tuple[int, Any]], Told]:
    return reading(json_lines, content)


BROKEN = {
    "no value": '{"n": }',
    "word": '{"n": nil}',
    "open": '{"n": [1, 2',
    "quote": '{"n": "x}',
    "single quotes": "{'n': 1}",
    "escape": r'{"n": "\x"}',
    "colon": '{"n" 2}',
    "not JSON at all": "hello",
    "too deep": '{"n": ' + DEEP + "}",
    "too many digits": '{"n": ' + "1" * 10_000 + "}",
}


@pytest.mark.parametrize("chunk", [1, 50, 1 << 18])
@pytest.mark.parametrize("bad", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("indent", ["", "  ", "\t"])
def test_a_broken_item_costs_no_item_that_begins_a_line(
    monkeypatch: pytest.MonkeyPatch, indent: str, bad: str, chunk: int
) -> None:
    monkeypatch.setattr(module, "CHUNK", chunk)
    rows = [f'{indent}{{"n": 1}}', indent + bad, f'{indent}{{"n": 3}}', f'{indent}{{"n": 4}}']
    for got, told in (items("[\n" + ",\n".join(rows) + "\n]\n"), items("\n" + "\n".join(rows))):
        assert got == [(2, {"n": 1}), (4, {"n": 3}), (5, {"n": 4})]
        ((line, reason),) = told
        assert line == 3
        assert reason.startswith(("not JSON: ", "not a dialogue: nested too deeply"))
        assert reason.isprintable()


def test_objects_inside_of_a_broken_item_are_not_taken_for_items() -> None:
    values = [{"turns": [{"text": "a"}, {"text": "b"}]}] * 3
    text = json.dumps(values, indent=2).split("\n")
    text[4] = text[4].replace(":", "")
    got, told = items("\n".join(text))
    assert [value for _, value in got] == values[1:]
    assert [line for line, _ in told] == [2]


def test_after_a_broken_item_without_a_line_of_its_own_reading_stops() -> None:
    got, told = items('[{"n": 1}, {"n": }, {"n": 3}]')
    assert got == [(1, {"n": 1})]
    assert [line for line, _ in told] == [1]


def test_a_broken_member_costs_no_other() -> None:
    got, told = members(
        '{\n  "a": {"n": 1},\n  "b": {"n": },\n  "c" {},\n  "d": 1,\n  e: 2,\n  "f": {\n    "n": 2\n  }\n}'
    )
    assert got == [(2, "a", {"n": 1}), (5, "d", 1), (7, "f", {"n": 2})]
    assert [line for line, _ in told] == [3, 4, 6]


def test_members_of_what_is_no_object_are_told_once() -> None:
    for content in ('[{"a": 1}, {"b": 2}]', "null", "hello", '["a"]'):
        got, ((line, reason),) = members(content)
        assert got == []
        assert line == 1
        assert "not JSON" in reason


@pytest.mark.parametrize("chunk", [1, 1 << 18])
def test_a_file_that_breaks_off_tells_the_item_that_is_cut(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(module, "CHUNK", chunk)
    whole = json.dumps([{"n": 1, "t": "a👍"}, {"n": 2, "t": "b"}], indent=1)
    second = whole.rindex("{")
    end = whole.rindex("}") + 1
    for cut in range(second + 1, end):
        got, told = items(whole[:cut])
        assert [value["n"] for _, value in got] == [1]
        assert [line for line, _ in told] == [6]
    for cut in range(end, len(whole)):
        got, told = items(whole[:cut])
        assert [value["n"] for _, value in got] == [1, 2]
        assert [reason for _, reason in told] == ["not JSON: breaks off before the end"]


def test_an_item_that_is_too_long_is_told_and_the_next_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIMIT", 1000)
    monkeypatch.setattr(module, "CHUNK", 64)
    for long in ('{"t": "' + "x" * 5000 + '"}', '{"t": "' + "x" * 5000, '{"t": [' + "1, " * 2000 + "1]}"):
        for read, content in (
            (items, f'{{"n": 1}}\n{long}\n{{"n": 3}}\n'),
            (items, f'[\n{{"n": 1}},\n{long},\n{{"n": 3}}\n]'),
            (lines, f'{{"n": 1}}\n{long}\n{{"n": 3}}\n'),
        ):
            got, told = read(content)
            assert [value for _, value in got] == [{"n": 1}, {"n": 3}]
            ((line, reason),) = told
            assert line == got[0][0] + 1
            assert reason == "longer than 1000 characters, which no dialogue is"


def test_each_line_is_a_value_and_a_broken_one_is_told_by_its_number() -> None:
    content = f'{{"a": 1}}\n\n \t\r\n[2]\nnot json\n{{"a": \n{DEEP}\n{"1" * 10_000}\n"x\u2028y"\n\ufeffnull\n3'
    got, told = lines(content)
    assert got == [(1, {"a": 1}), (4, [2]), (9, "x\u2028y"), (10, None), (11, 3)]
    assert [line for line, _ in told] == [5, 6, 7, 8]
    assert all(reason.isprintable() for _, reason in told)
    assert [reason.split(":")[0] for _, reason in told] == ["not JSON", "not JSON", "not a dialogue", "not JSON"]
