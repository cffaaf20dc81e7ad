"""Laws of all readers of JSON: each knows its own files however they are written, and no file makes one fail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from train.corpora.dialogue import Conversation
from train.corpora.reader import Head, Reader

NAMES = [
    "casino",
    "jsonl",
    "openai",
    "parlai_conversations",
    "schema_guided",
    "sharegpt",
    "taskmaster",
    "topical_chat",
]
BY_NAME = {"topical_chat"}
"""Formats whose records are the members of one object."""
Read = Callable[[str, bytes], tuple[list[Conversation], list[tuple[int, str]]]]


def backwards(value: Any) -> Any:
    """The same with all keys in the other order."""
    if isinstance(value, dict):
        return {key: backwards(value[key]) for key in reversed(value)}
    return [backwards(item) for item in value] if isinstance(value, list) else value


def records_of(content: bytes) -> list[Any]:
    text = content.decode()
    try:
        whole = json.loads(text)
    except ValueError:
        return [json.loads(line) for line in text.splitlines()]
    return whole if isinstance(whole, list) else [whole]


def variants(name: str, content: bytes) -> Iterator[bytes]:
    """The same records, written in other ways."""
    records = records_of(content)
    documents = records if name in BY_NAME else [records]
    yield content
    for document in documents:
        yield json.dumps(document).encode()
        yield json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
        yield json.dumps(document, indent=4).encode()
        yield json.dumps(document, indent="\t", sort_keys=True).encode("utf-8-sig")
        yield json.dumps(document, indent=1).replace("\n", "\r\n").encode()
        keys_backwards = {key: backwards(document[key]) for key in document} if name in BY_NAME else backwards(document)
        yield json.dumps(keys_backwards, indent=2).encode("utf-16")
    for indent in (None, 2):
        for between in ("\n", "\r\n", "\n\n"):
            yield between.join(json.dumps(record, indent=indent) for record in records).encode()


def said(conversations: list[Conversation]) -> list[tuple[tuple[str, str], ...]]:
    return [tuple(tuple(utterance) for utterance in conversation.utterances) for conversation in conversations]


def test_every_reader_has_a_sample(json_samples: dict[str, bytes]) -> None:
    assert sorted(json_samples) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_claimed_by_its_own_reader_alone(
    name: str,
    json_samples: dict[str, bytes],
    json_reader: Callable[[str], Reader],
    json_head: Callable[[bytes], Head],
) -> None:
    for content in variants(name, json_samples[name]):
        head = json_head(content)
        sure = {other: json_reader(other).recognises(head) for other in NAMES}
        assert sure.pop(name) >= 0.9
        assert set(sure.values()) == {0.0}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_is_wrong_changes_nothing(
    name: str, json_samples: dict[str, bytes], json_reader: Callable[[str], Reader]
) -> None:
    for filename in ("chat.jsonl", "chat.json", "openai.txt", ""):
        head = Head(filename, json_samples[name].decode(), True)
        sure = {other: json_reader(other).recognises(head) for other in NAMES}
        best = sorted(sure.values())
        assert sure[name] == best[-1] > best[-2]


@pytest.mark.parametrize("name", NAMES)
def test_a_beginning_that_is_cut_is_claimed_by_its_own_reader_alone(
    name: str, json_samples: dict[str, bytes], json_reader: Callable[[str], Reader]
) -> None:
    text = json_samples[name].decode()
    for cut in range(len(text) - 1, len(text) * 2 // 3, -17):
        head = Head("corpus", text[:cut], False)
        sure = {other: json_reader(other).recognises(head) for other in NAMES}
        assert sure.pop(name) >= 0.9
        assert set(sure.values()) == {0.0}


@pytest.mark.parametrize("name", NAMES)
def test_other_text_is_not_claimed(name: str, json_reader: Callable[[str], Reader]) -> None:
    for text in ("", "\n", "Anna: Hi\nBo: Hello!\n", '{"a": 1}', "[]", "{}", "null", "a\tb\n", "- - Hi\n  - Hello\n"):
        assert json_reader(name).recognises(Head("corpus", text, True)) == 0.0


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_first_line_does_not_hide_the_format(
    name: str, json_samples: dict[str, bytes], json_reader: Callable[[str], Reader]
) -> None:
    text = "\n".join(json.dumps(record) for record in records_of(json_samples[name]))
    for first in ("# exported\n", '{"half": \n'):
        head = Head("corpus", first + text, True)
        sure = {other: json_reader(other).recognises(head) for other in NAMES}
        assert sure.pop(name) > 0.5
        assert set(sure.values()) == {0.0}


@pytest.mark.parametrize("name", NAMES)
def test_the_same_is_read_however_it_is_written(name: str, json_samples: dict[str, bytes], json_read: Read) -> None:
    expected = said(json_read(name, json_samples[name])[0])
    assert len(expected) == 2
    for content in variants(name, json_samples[name]):
        conversations, told = json_read(name, content)
        assert said(conversations) == expected
        assert told == []


@pytest.mark.parametrize("name", sorted(set(NAMES) - BY_NAME))
def test_a_single_record_needs_no_list_around_it(name: str, json_samples: dict[str, bytes], json_read: Read) -> None:
    expected = said(json_read(name, json_samples[name])[0])
    for indent in (None, 2):
        got = [
            said(json_read(name, json.dumps(record, indent=indent).encode())[0])
            for record in records_of(json_samples[name])
        ]
        assert got == [[one] for one in expected]


@pytest.mark.parametrize("name", NAMES)
def test_records_that_are_none_are_skipped_with_a_reason_and_reading_goes_on(
    name: str, json_samples: dict[str, bytes], json_read: Read
) -> None:
    good = records_of(json_samples[name])[0]
    bad: list[Any] = [None, 3, True, "x", [], {}, {"\x1b[31mred": 1}, {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}]
    if name in BY_NAME:
        document: Any = {**{f"bad {number}": value for number, value in enumerate(bad)}, **good}
    else:
        document = [*bad, good]
    conversations, told = json_read(name, json.dumps(document, indent=0 if name in BY_NAME else None).encode())
    assert said(conversations)[0] == said(json_read(name, json_samples[name])[0])[0]
    assert len(told) == len(bad)
    for (_, reason), found in zip(
        told,
        ["null", "a number", "true or false", "a string", "a list", "an empty object", 'of "red"', '"d", …'],
        strict=True,
    ):
        assert reason.startswith('no "')
        assert "expected {" in reason
        assert reason.endswith(found)
        assert reason.isprintable()


def replaced(value: Any, rng: np.random.Generator, chance: float) -> Any:
    """The same with some of its parts replaced by something of another kind."""
    if rng.random() < chance:
        return [None, 0, 2.5, True, "", " ", [], {}, [None], {"text": 1}, "\x1b]0;x\x07"][rng.integers(11)]
    if isinstance(value, dict):
        return {key: replaced(item, rng, chance) for key, item in value.items() if rng.random() > chance / 4}
    return [replaced(item, rng, chance) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", NAMES)
def test_no_record_makes_a_reader_fail_and_all_that_it_gives_is_a_dialogue(
    name: str, json_samples: dict[str, bytes], json_read: Read
) -> None:
    rng = np.random.default_rng(NAMES.index(name))
    contents = list(json_samples.values()) if name == "jsonl" else [json_samples[name]]
    for _ in range(200 // len(contents)):
        for content in contents:
            records = [replaced(record, rng, 0.03) for record in records_of(content)]
            text = "\n".join(json.dumps(record) for record in records)
            if rng.random() < 0.5:
                at = rng.integers(len(text))
                text = text[:at] + str(rng.choice(list('{}[]",:\n\\ x1'))) + text[at + 1 :]
            conversations, told = json_read(name, text.encode())
            for conversation in conversations:
                assert sum(bool(text.strip()) for _, text in conversation.utterances) >= 2
                assert {type(part) for utterance in conversation.utterances for part in utterance} == {str}
            for line, reason in told:
                assert 1 <= line <= text.count("\n") + 1
                assert reason.isprintable()
                assert reason


@pytest.mark.parametrize("name", NAMES)
def test_a_conversation_has_the_line_where_its_record_begins(
    name: str, json_samples: dict[str, bytes], json_read: Read
) -> None:
    conversations, _ = json_read(name, json_samples[name])
    first, second = (conversation.line for conversation in conversations)
    text = json_samples[name].decode().split("\n")
    marks = {"taskmaster": '"dlg-2"', "schema_guided": "PMUL0001", "sharegpt": '"x2_0"'}
    if name in marks:  # the name is on the line after the bracket
        assert marks[name] in text[second]
    elif name in BY_NAME:
        assert "t_00000002" in text[second - 1]
    else:
        assert (first, second) == ((1, 1) if name == "casino" else (1, 2))
