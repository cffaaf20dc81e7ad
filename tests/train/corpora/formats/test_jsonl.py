"""Laws of reading our own format: good lines are read, and bad ones are named."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from train.corpora.dialogue import Conversation, Utterance
from train.corpora.reader import Head, Reader

Read = Callable[[str, bytes], tuple[list[Conversation], list[tuple[int, str]]]]
GOOD = b'{"turns": [{"speaker": "a", "text": "Hi"}, {"speaker": "b", "text": "Hello!"}]}\n'
READ = (Utterance("a", "Hi"), Utterance("b", "Hello!"))


def line(*turns: Any) -> bytes:
    return json.dumps({"turns": turns}).encode() + b"\n"


def test_the_sample_is_read(json_read: Read, json_samples: dict[str, bytes]) -> None:
    assert json_read("jsonl", json_samples["jsonl"]) == (
        [
            Conversation(
                (Utterance("a", "Is the café open?"), Utterance("b", "Till nine 👍"), Utterance("a", "Great.")), 1
            ),
            Conversation((Utterance("b", "Morning!"), Utterance("a", "Hello.")), 2),
        ],
        [],
    )


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"not json\n", "not JSON"),
        (b'{"turns": [\n', "not JSON"),
        (b"[" * 100_000 + b"\n", "nested too deeply"),
        (b"1" * 10_000 + b"\n", "not JSON"),
        (b"[]\n", 'no "turns"'),
        (b"null\n", 'no "turns"'),
        (b"{}\n", 'no "turns"'),
        (b'{"turns": {}}\n', 'no "turns"'),
        (b'{"turns": "a, b"}\n', "found a string as turns"),
        (line(), "0 turn(s): expected at least 2, so that there is a reply to learn"),
        (line({"speaker": "a", "text": "alone"}), "1 turn(s)"),
        (line({"speaker": "a", "text": "Hi"}, {"speaker": "b", "text": " "}), "1 turn(s)"),
        (line({"speaker": "a", "text": "Hi"}, {"speaker": "b"}), 'turn 2 has no "text" string'),
        (line({"speaker": "a", "text": 3}, {"speaker": "b", "text": "x"}), 'turn 1 has no "text" string'),
        (line("Hi", "Hello"), 'turn 1 has no "text" string'),
        (line({"text": "Hi"}, {"speaker": "b", "text": "x"}), 'turn 1 has no "speaker" string'),
        (line({"speaker": "a", "text": "Hi"}, {"speaker": None, "text": "x"}), 'turn 2 has no "speaker" string'),
        (line({"speaker": True, "text": "Hi"}, {"speaker": "b", "text": "x"}), 'turn 1 has no "speaker" string'),
        (line({"speaker": [], "text": "Hi"}, {"speaker": "b", "text": "x"}), 'turn 1 has no "speaker" string'),
    ],
)
def test_a_broken_line_is_named_with_its_reason_and_reading_goes_on(json_read: Read, bad: bytes, reason: str) -> None:
    got, told = json_read("jsonl", GOOD + b"\n" + bad + GOOD)
    assert got == [Conversation(READ, 1), Conversation(READ, 4)]
    ((number, why),) = told
    assert number == 3
    assert reason in why
    assert why.isprintable()


@pytest.mark.parametrize("first", [b"not json\n", b'{"turns": [\n', b'{"turns": [{"speaker": "a", "te\n', b'{"a" 1}\n'])
def test_a_broken_first_line_is_one_as_any_other(
    json_read: Read, json_reader: Callable[[str], Reader], json_head: Callable[[bytes], Head], first: bytes
) -> None:
    assert json_reader("jsonl").recognises(json_head(first + GOOD)) > 0.5
    got, told = json_read("jsonl", first + GOOD * 2)
    assert got == [Conversation(READ, 2), Conversation(READ, 3)]
    assert [number for number, _ in told] == [1]


def test_blank_lines_marks_and_windows_line_ends_do_no_harm(json_read: Read) -> None:
    content = b"\xef\xbb\xbf\n  \n" + GOOD.replace(b"\n", b"\r\n") + b"\r\n\t\n\xef\xbb\xbf" + GOOD.strip()
    got, told = json_read("jsonl", content)
    assert got == [Conversation(READ, 3), Conversation(READ, 6)]
    assert told == []


def test_a_line_separator_inside_a_text_is_no_end_of_line(json_read: Read) -> None:
    content = '{"turns": [{"speaker": 1, "text": "a\u2028b\x85c"}, {"speaker": 2, "text": "d"}]}\n'
    got, told = json_read("jsonl", content.encode())
    assert got == [Conversation((Utterance("1", "a\u2028b\x85c"), Utterance("2", "d")), 1)]
    assert told == []


def test_a_turn_in_which_nothing_is_said_stays_between_two_that_say_something(json_read: Read) -> None:
    turns = [{"speaker": speaker, "text": text} for speaker, text in (("a", "Hi"), ("b", ""), ("a", "Are you there?"))]
    ((conversation,), _) = json_read("jsonl", line(*turns))
    assert [text for _, text in conversation.utterances] == ["Hi", "", "Are you there?"]


def test_compressed_or_not_is_the_same(json_read: Read) -> None:
    assert json_read("jsonl", gzip.compress(GOOD * 3)) == json_read("jsonl", GOOD * 3)


def test_objects_that_nobody_knows_are_ours_by_the_name_of_their_file(json_reader: Callable[[str], Reader]) -> None:
    reader = json_reader("jsonl")
    assert 0 < reader.recognises(Head("chat.jsonl", '{"dialog_turns": []}\n', True)) < 0.5
    assert reader.recognises(Head("chat.txt", '{"dialog_turns": []}\n', True)) == 0
    assert reader.recognises(Head("chat.jsonl", "Anna: Hi\n", True)) == 0
