"""Laws of telling texts for machines from texts made of lines."""

from __future__ import annotations

import io

import pytest

from train.corpora.markup import is_binary, is_markup
from train.corpora.reader import Head
from train.corpora.source import HEAD, Source


def head(content: str, name: str = "x.txt") -> Head:
    return Head.of(Source(name, lambda: io.BytesIO(content.encode())))


@pytest.mark.parametrize(
    "content",
    ['{"a": 1}', "{}", '{\n  "a": 1', "[[1]]", "[]", '["a"]', '[\n  {"a"', "<?xml?>", "<!DOCTYPE html>\n<p>",
     "<!-- x -->", "<a b='c'>\nx</a>\n", "<a>" + "<b>x</b>\n" * HEAD, "a:\n- b\n",
     "a: b\nkeys:\r\n  # note\r\n  - c\r\n", "\x00abc"],
)  # fmt: skip
def test_texts_for_machines_are_markup(content: str) -> None:
    assert is_markup(head(content))


@pytest.mark.parametrize(
    "content",
    ["", "Ann: Hi\nBen: Hello\n", "[laughs] Hi", "{smiles} Hi", "<u>So</u> it is\nYes\n", "<ann> Hi\n<ben> Hello\n",
     "- Hi\n- Hello\n", "(Hi)", "\x1b[31mHi there, all of you\n", "日本語\n"],
)  # fmt: skip
def test_speech_is_not(content: str) -> None:
    assert not is_markup(head(content))


def test_a_name_can_tell() -> None:
    assert is_markup(head("x: y", "x.yaml"))
    assert is_markup(head("x: y", "x.yml.gz"))


def test_many_characters_that_nobody_writes_are_no_text() -> None:
    assert is_binary(head("\x01" * 6 + "x" * 94))
    assert not is_binary(head("\x01" * 5 + "x" * 95))
