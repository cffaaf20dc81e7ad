"""Laws of `chatbot reply --jsonl`: each record is a conversation of its own, and a broken one stops no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chatbot.config import SamplingConfig
from chatbot.conversation import Conversation
from chatbot.text.sanitize import one_line

Run = Callable[..., Any]
LIVELY = ["--seed", "7", "--temperature", "1.5", "--top-k", "0", "--top-p", "1", "--min-length", "4"]
SAMPLING = SamplingConfig(seed=7, temperature=1.5, top_k=0, top_p=1.0, min_length=4)
TURNS = ["Hello, I am Martha.", "My old bicycle squeaks.", "Who am I?"]


@pytest.fixture
def answer(chatbot: Run, bundle_dir: Path) -> Run:
    """`chatbot reply --jsonl` with the tiny model: records or raw lines in; how it ended, and the records out."""

    def run(lines: list[Any], *words: str) -> tuple[Any, list[Any]]:
        raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
        done = chatbot("reply", "--jsonl", "--model", bundle_dir, *LIVELY, *words, stdin=b"\n".join(raw))
        return done, [json.loads(line) for line in done.lines]

    return run


def test_records_are_answered_in_order_each_in_a_fresh_conversation(answer: Run, bundle_dir: Path) -> None:
    records = [{"id": 1, "turns": TURNS}, {"id": 2, "turns": TURNS[1:]}, {"id": 3, "turns": TURNS}]
    done, answers = answer(records)
    assert (done.code, done.err) == (0, "")
    expected = []
    for record in records:
        conversation = Conversation.load(bundle_dir, sampling=SAMPLING)
        replies = [one_line(conversation.say(turn)) for turn in record["turns"]]
        expected.append({"id": record["id"], "replies": replies})
    assert answers == expected
    assert answers[0]["replies"] == answers[2]["replies"]
    assert answers[0]["replies"][1:] != answers[1]["replies"]


def test_an_id_of_any_kind_comes_back_as_it_was(answer: Run) -> None:
    ids = [7, -1.5, "seven", "é🙂\n", None, True, [1, [2]], {"a": {"b": None}}, 10**30]
    done, answers = answer([{"id": each, "turns": ["Hi"]} for each in ids])
    assert done.code == 0
    assert [record["id"] for record in answers] == ids
    assert list(map(type, (record["id"] for record in answers))) == list(map(type, ids))


def test_without_an_id_it_is_null_and_without_turns_there_are_no_replies(answer: Run) -> None:
    done, answers = answer([{"turns": ["Hi"]}, {"id": 2, "turns": []}])
    assert done.code == 0
    assert answers[0]["id"] is None
    assert answers[1] == {"id": 2, "replies": []}


BROKEN: dict[str, bytes] = {
    "text": b"Hello",
    "cut": b'{"id": 1, "turns": ["Hi"',
    "list": b'["Hi"]',
    "number": b"3",
    "null": b"null",
    "no turns": b'{"id": 1}',
    "one text": b'{"turns": "Hi"}',
    "numbers": b'{"turns": ["Hi", 1]}',
    "objects": b'{"turns": [{"speaker": "a", "text": "Hi"}]}',
    "deep": b"[" * 200_000,
    "digits": b'{"id": ' + b"1" * 5000 + b', "turns": []}',
}


@pytest.mark.parametrize("line", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_line_is_named_and_the_others_are_answered(answer: Run, line: bytes) -> None:
    done, answers = answer([{"id": "before", "turns": ["Hi"]}, line, {"id": "after", "turns": ["Hi"]}])
    assert done.code == 1
    assert [record["id"] for record in answers] == ["before", "after"]
    assert done.err.count("\n") == 1
    assert "line 2: " in done.err
    assert '"turns"' in done.err
    assert "Traceback" not in done.err


def test_blank_lines_between_records_are_passed_over(answer: Run) -> None:
    done, answers = answer([b"", {"id": 1, "turns": ["Hi"]}, b"  \r", {"id": 2, "turns": ["Hi"]}, b""])
    assert (done.code, done.err) == (0, "")
    assert [record["id"] for record in answers] == [1, 2]


def test_an_empty_turn_gets_an_empty_reply_and_a_note(answer: Run) -> None:
    done, answers = answer([{"id": 1, "turns": ["Hi"]}, {"id": 2, "turns": ["Hi", " ", "Hi"]}])
    assert done.code == 0
    first, second, third = answers[1]["replies"]
    assert first
    assert second == ""
    assert third
    assert done.err.count("\n") == 1
    assert "line 2, turn 2: an empty turn" in done.err


def test_a_broken_byte_in_a_record_is_named_and_the_record_is_answered(answer: Run) -> None:
    done, answers = answer([b'{"id": "caf\xe9", "turns": ["Hi"]}'])
    assert done.code == 0
    assert answers[0]["id"] == "caf\ufffd"
    assert "line 1: byte 12 is not UTF-8" in done.err


def test_with_the_memory_wiped_the_last_reply_is_that_of_a_fresh_conversation(answer: Run) -> None:
    records = [{"id": number, "turns": [TURNS[0], f"I like the number {number}.", TURNS[2]]} for number in range(5)]
    alone = [{"id": record["id"], "turns": record["turns"][-1:]} for record in records]
    greedy = ("--temperature", "0")
    _, whole = answer(records, *greedy)
    done, wiped = answer(records, "--wipe-before-last", *greedy)
    _, fresh = answer(alone, *greedy)
    assert done.code == 0
    assert [record["replies"][-1] for record in wiped] == [record["replies"][0] for record in fresh]
    assert [record["replies"][:-1] for record in wiped] == [record["replies"][:-1] for record in whole]
    assert [record["replies"][-1] for record in whole] != [record["replies"][-1] for record in wiped]


def test_a_single_turn_is_not_touched_by_wiping(answer: Run) -> None:
    records = [{"id": 1, "turns": ["Hi"]}, {"id": 2, "turns": []}]
    assert answer(records, "--wipe-before-last")[1] == answer(records)[1]


def test_wiping_without_records_is_a_mistake_of_usage(chatbot: Run) -> None:
    done = chatbot("reply", "--wipe-before-last", stdin=b"Hi\n")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "--jsonl" in done.err
