"""Laws of rehearsal: a model's own dialogues, the same for the same seed, none degenerate, kept for their owner."""

from __future__ import annotations

import dataclasses
import gzip
import itertools
import stat
from pathlib import Path
from typing import Any

import pytest

from chatbot.bundle import Bundle
from chatbot.catalog import open_bundle
from chatbot.errors import ChatbotError
from chatbot.text.sanitize import one_line
from train.corpora import Dialogue, Utterance
from train.corpora.corpus import Reading
from train.corpora.corpus import dialogues as read
from train.corpora.places import Place
from train.rehearsal import Talker, fingerprint, first_turns, interleaved, keep, kept

PROMPTS = ["Hello!", "What is your name?", "I like music.", "My favourite colour is green."]


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return open_bundle("default")


def made_by(bundle: Bundle, seed: int, count: int = 12) -> list[Dialogue | None]:
    return list(itertools.islice(Talker(bundle, seed).dialogues(PROMPTS), count))


@pytest.fixture(scope="module")
def made(bundle: Bundle) -> list[Dialogue | None]:
    return made_by(bundle, 1)


def test_the_same_seed_gives_the_same_dialogues_and_another_gives_others(
    bundle: Bundle, made: list[Dialogue | None]
) -> None:
    assert made_by(bundle, 1, 6) == made[:6]
    assert made_by(bundle, 2, 6) != made[:6]


def test_a_prompt_that_comes_again_is_answered_otherwise(made: list[Dialogue | None]) -> None:
    said = [dialogue for dialogue in made if dialogue]
    assert len(said) > len({dialogue.turns[0] for dialogue in said}), "one came twice"
    assert len({dialogue.turns[1:] for dialogue in said}) == len(said)


def test_both_sides_take_turns_from_the_prompt_on_and_no_reply_is_empty_or_repeated(
    made: list[Dialogue | None],
) -> None:
    for number, dialogue in enumerate(made):
        if dialogue is None:
            continue
        texts = [turn.text for turn in dialogue.turns]
        assert texts[0] == PROMPTS[number % len(PROMPTS)]
        assert [turn.role for turn in dialogue.turns] == list(
            itertools.islice(itertools.cycle(["user", "assistant"]), len(texts))
        )
        assert 4 <= len(texts) <= 8
        assert all(text == one_line(text) != "" for text in texts)
        assert len({text.casefold() for text in texts}) == len(texts)


def test_a_model_that_never_ends_a_reply_is_given_up(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("train.rehearsal._IN_VAIN", 3)
    endless = dataclasses.replace(bundle, sampling=dataclasses.replace(bundle.sampling, max_length=1))
    with pytest.raises(ChatbotError, match="another model"):
        made_by(endless, 1)


def of(*texts: str) -> Dialogue:
    return Dialogue.of(Utterance("ab"[n % 2], text) for n, text in enumerate(texts))


def test_first_turns_are_different_ones_in_an_order_of_the_seed_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [of(f" question  {n % 300}", "answer") for n in range(900)]
    first = first_turns(many, 1)
    assert sorted(first) == sorted({f"question {n}" for n in range(300)})
    assert first_turns(iter(many[::-1]), 1) == first
    assert first_turns(many, 2) != first
    monkeypatch.setattr("train.rehearsal._PROMPTS", 20)
    assert first_turns(many, 1) == first_turns(many[::-1], 1) == first[:20]
    assert first_turns([of("\x1b[2J \n", "answer")], 1) == []


def test_prompts_are_taken_in_turn_each_once() -> None:
    assert interleaved(["a", "b", "c"], ["x", "a"]) == ["a", "x", "b", "c"]


def test_what_was_kept_is_what_was_made_and_its_owner_alone_reads_it(
    made: list[Dialogue | None], tmp_path: Path
) -> None:
    said = [dialogue for dialogue in made if dialogue] + [of("Ödön \u2028 🦊", '"{}"')]
    path = tmp_path / "run" / "rehearsal.jsonl.gz"
    keep(path, said, "this")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    assert kept(path, "this") == said
    content = path.read_bytes()
    keep(path, said, "this")
    assert path.read_bytes() == content
    again = list(read(Place(str(path)), Reading(), lambda skipped: pytest.fail(str(skipped))))
    assert again == said, "it is a corpus like any other"


def test_what_was_made_of_something_else_or_is_torn_is_not_taken(made: list[Dialogue | None], tmp_path: Path) -> None:
    path = tmp_path / "rehearsal.jsonl.gz"
    assert kept(path, "this") is None
    keep(path, [dialogue for dialogue in made if dialogue], "this")
    assert kept(path, "that") is None
    content = path.read_bytes()
    for harm in (content[:-9], b"", b"noise", gzip.compress(b"[1]\n"), gzip.compress(b'{"made_of": "this"}')):
        path.write_bytes(harm)
        assert kept(path, "this") is None


@pytest.mark.parametrize("change", ["seed", "size", "prompts", "sampling", "weights"])
def test_everything_that_changes_a_rehearsal_changes_its_fingerprint(bundle: Bundle, change: str) -> None:
    def of_this(**other: Any) -> str:
        return fingerprint(**{"bundle": bundle, "prompts": PROMPTS, "seed": 1, "size": 100.0, **other})

    files = {**bundle.files, "graph.tflite": b"other"}
    changes: dict[str, dict[str, Any]] = {
        "seed": {"seed": 2},
        "size": {"size": 200.0},
        "prompts": {"prompts": PROMPTS[::-1]},
        "sampling": {"bundle": dataclasses.replace(bundle, sampling=dataclasses.replace(bundle.sampling, top_k=3))},
        "weights": {"bundle": dataclasses.replace(bundle, files=files)},
    }
    assert of_this() == of_this()
    assert of_this(**changes[change]) != of_this()


def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ChatbotError, match="--out"):
        keep(tmp_path / "file" / "rehearsal.jsonl.gz", [of("a", "b")], "this")
