"""Laws of exports: JSON comes back, our corpus reader reads the corpus line, and Markdown shows the text as text."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from markdown_it import MarkdownIt

from chatbot.config import SamplingConfig
from chatbot.conversation import Facts, Moment, export
from chatbot.errors import UsageError
from chatbot.text.sanitize import printable
from chatbot.text.template import Turn

NASTY = [
    "# no heading", "- no list", "+ no list", "1. no list", "12) no list", "> no quote", "```\nno code\n```",
    "    no code",
    "*no* _emphasis_ **here**", "[no](http://link) ![no](image)", "<script>alert(1)</script> <b>", "&lt; &amp; &#65;",
    "a | b\n--|--\n1 | 2", "title\n===", "title\n---", "***", "~~gone~~ ~~~", "\\*", "`code`", "[x]: http://a", "[red]",
    "two\n\nparagraphs", "two\nlines", "$a$ ^b^", "a\\", "trailing  \nblanks", "é 🙂 مرحبا", ": x", "\t tab",
    "www.x.org",
]  # fmt: skip
ACTING = ["\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\u202egnp.exe", "a\0b", "a\rb", "\x9b31m", "bell\x07"]
LUCK = dict(np.random.default_rng(3).bit_generator.state)
FACTS = Facts(1e9, 0.5, 20, "tiny", "ab", SamplingConfig(seed=3), LUCK, stopped=True)


def moments(*texts: str) -> list[Moment]:
    """A conversation of these texts, of which the model says every second."""
    return [
        Moment(Turn("assistant", text), FACTS) if number % 2 else Moment(Turn("user", text), Facts(time=1e9 - 60))
        for number, text in enumerate(texts)
    ]


def shown(markdown: str) -> str:
    """What a Markdown reader sees: only paragraphs, headings and strong text are allowed, anything else fails."""
    parts: list[str] = []
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(markdown):
        kind = token.type.removesuffix("_open").removesuffix("_close")
        assert kind in {"heading", "paragraph", "inline"}, (kind, markdown)
        for child in token.children or []:
            assert child.type in {"text", "strong_open", "strong_close", "hardbreak", "text_special"}, child.type
            parts.append("\n" if child.type == "hardbreak" else child.content)
        if token.type.endswith("_close"):
            parts.append("\n\n")
    return "".join(parts)


def folded(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("text", [*NASTY, *ACTING])
def test_in_markdown_a_text_is_shown_as_it_is_and_nothing_acts(text: str) -> None:
    markdown = export.markdown(text, moments(text, text))
    assert not [c for c in markdown if unicodedata.category(c) in {"Cc", "Cf"} and c != "\n"]
    title, user, said, model, reply = shown(markdown).split("\n\n", 2)[0], *_turns(shown(markdown))
    assert title == folded(printable(text))
    assert user.startswith("You · 2001-09-09 01:45 UTC")
    assert model == "tiny · 2001-09-09 01:46 UTC · 0.5 s · 40 tokens/s · stopped"
    for found in (said, reply):
        assert folded(found) == folded(printable(text))


def _turns(whole: str) -> list[str]:
    before, _, reply = whole.partition("\n\ntiny · ")
    stats, _, reply = reply.partition("\n\n")
    _, _, user = before.partition("\n\nYou · ")
    head, _, said = user.partition("\n\n")
    return [f"You · {head}", said, f"tiny · {stats}", reply]


def test_lines_and_paragraphs_stay_apart() -> None:
    found = shown(export.markdown("T", moments("one\ntwo\n\n\n\nthree")))
    assert found.endswith("one\ntwo\n\nthree\n\n")


def test_a_model_that_is_not_known_is_the_chatbot() -> None:
    markdown = export.markdown("T", [Moment(Turn("assistant", "Hi"), Facts(time=float("nan")))])
    assert markdown == "# T\n\n**Chatbot**\n\nHi\n"


@pytest.mark.parametrize("text", [*NASTY, *ACTING])
def test_json_comes_back_and_nothing_in_it_acts(text: str) -> None:
    made = export.to_json(text, moments(text, text))
    assert made.isascii()
    assert not [c for c in made if unicodedata.category(c) in {"Cc", "Cf"} and c != "\n"]
    title, found = export.from_json(made)
    assert title == text
    assert [(moment.turn, moment.facts) for moment in found] == [
        (moment.turn, moment.facts) for moment in moments(text, text)
    ]


def test_halves_of_surrogate_pairs_are_left_out() -> None:
    made = moments("a\ud800b")
    assert export.from_json(export.to_json("t\udfff", made))[1][0].turn.text == "ab"
    for text in (export.markdown("\ud800", made), export.to_json("\ud800", made), export.corpus_line(made)):
        text.encode()


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", "null", '{"format": 2, "title": "", "turns": []}', '{"format": 1, "title": 3, "turns": []}',
     '{"format": 1, "turns": []}', '{"format": 1, "title": "", "turns": [3]}', "[" * 100_000,
     '{"format": 1, "title": "", "turns": [{"role": "system", "text": ""}]}',
     '{"format": 1, "title": "", "turns": [{"role": "user", "text": 3}]}'],
)  # fmt: skip
def test_what_is_not_our_json_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="exported as JSON"):
        export.from_json(text)


def test_facts_that_cannot_be_are_left_out() -> None:
    turn = {
        "role": "user",
        "text": "Hi",
        "time": 1e300,
        "seconds": "x",
        "tokens": -1,
        "model": 3,
        "sampling": 3,
        "luck": 3,
    }
    text = json.dumps({"format": 1, "title": "", "turns": [turn]})
    assert export.from_json(text)[1][0].facts == Facts()


def test_our_own_reader_reads_the_corpus_line(tmp_path: Path) -> None:
    from train.corpora.corpus import Reading, dialogues
    from train.corpora.places import Place

    sessions = [moments("Hello\x1b[31m", "Hi!"), moments("two\nlines \u2028 é", "🙂", "And?")]
    path = tmp_path / "mine.jsonl"
    path.write_text("".join(export.corpus_line(session) for session in sessions), encoding="utf-8")
    assert len(path.read_text(encoding="utf-8").split("\n")) == 3
    found = dialogues(Place(str(path)), Reading(), lambda skip: pytest.fail(str(skip)))
    assert [[folded(turn.text) for turn in each.turns] for each in found] == [
        ["Hello", "Hi!"],
        ["two lines é", "🙂", "And?"],
    ]
    first = json.loads(export.corpus_line(sessions[0]))
    assert first == {"turns": [{"speaker": "a", "text": "Hello"}, {"speaker": "b", "text": "Hi!"}]}
