"""The dialogues of a recipe: each part as often as it says, made fit, and nothing on both sides."""

from __future__ import annotations

import dataclasses
import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from chatbot.errors import CorpusError
from train.corpora import Dialogue
from train.recipes.parts import Parts
from train.recipes.recipe import Part, Recipe, load


def line(source: str, *texts: str) -> str:
    turns = [{"speaker": "ab"[n % 2], "text": text} for n, text in enumerate(texts)]
    return json.dumps({"source": source, "turns": turns}) + "\n"


@pytest.fixture
def public(tmp_path: Path) -> Path:
    path = tmp_path / "public.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for number in range(200):
            file.write(line("talks", f"Is it number {number}?", f"It is {number}."))
            file.write(line("others", f"Another {number}", "Indeed."))
        file.write(line("talks", "What the fuck?", "Oh."))
        file.write(line("talks", "Where are you?", "I live in Texas with my wife."))
        file.write(line("talks", "Alone"))
    return path


def recipe(*parts: Part, validation: Part) -> Recipe:
    return dataclasses.replace(load("default"), parts=parts, validation=[validation])


def read(parts: Parts) -> tuple[list[Dialogue], list[Dialogue]]:
    corpus = parts.corpus
    assert corpus.validation is not None
    return list(corpus.training()), list(corpus.validation())


def test_public_dialogues_are_cleaned_and_never_on_both_sides(public: Path) -> None:
    training, validation = read(Parts(recipe(Part(public="talks"), validation=Part(public="talks")), public))
    assert not set(training) & set(validation)
    assert 0 < len(validation) < 20
    assert len(training) + len(validation) == 200
    said = [turn.text for dialogue in (*training, *validation) for turn in dialogue.turns]
    assert not any("Another" in text or "Texas" in text or "fuck" in text or text == "Alone" for text in said)
    assert all(dialogue.only is None for dialogue in training)


def test_each_part_is_taken_as_often_as_its_weight_says(public: Path) -> None:
    parts = (Part(public="talks", weight=2.0, assistant="b", most=30), Part(path="data/sample.jsonl", assistant="b"))
    training, _ = read(Parts(recipe(*parts, validation=Part(authored=3)), public))
    counts = Counter(training)
    talks = [dialogue for dialogue in counts if dialogue.turns[0].text.startswith("Is it number")]
    assert len(talks) == 30
    assert all(counts[dialogue] == 2 and dialogue.only == "assistant" for dialogue in talks)
    assert len(counts) - 30 > 100


def test_composed_dialogues_are_as_many_as_were_asked_for_and_others_to_validate_with(public: Path) -> None:
    parts = Parts(recipe(Part(authored=12), Part(public="talks"), validation=Part(authored=7, seed=9)), public)
    training, validation = read(parts)
    composed = [dialogue for dialogue in training if not dialogue.turns[0].text.startswith("Is it number")]
    assert len(composed) >= 12
    assert len(validation) == 7
    assert not set(composed) & set(validation)


def test_the_source_hangs_on_parts_and_files(public: Path) -> None:
    one = Parts(recipe(Part(public="talks"), validation=Part(authored=3)), public)
    assert one.corpus.source == Parts(one.recipe, public).corpus.source
    other = Parts(recipe(Part(public="talks", weight=3.0), validation=Part(authored=3)), public)
    before = one.corpus.source
    assert other.corpus.source != before
    public.write_bytes(gzip.compress(line("talks", "Hi", "Hello").encode()))
    assert one.corpus.source != before


def test_what_is_missing_or_broken_is_named(tmp_path: Path, public: Path) -> None:
    wanted = recipe(Part(public="nobody"), validation=Part(authored=3))
    with pytest.raises(CorpusError, match="no dialogue of 'nobody'"):
        read(Parts(wanted, public))
    with pytest.raises(CorpusError, match="needs public corpora"):
        read(Parts(wanted, None))
    broken = tmp_path / "broken.jsonl.gz"
    for content in (b"no gzip", gzip.compress(b"no json\n"), gzip.compress(b'{"turns": [{"text": "x"}]}\n')):
        broken.write_bytes(content)
        with pytest.raises(CorpusError, match=r"cannot be read .*--public FILE"):
            read(Parts(wanted, broken))
