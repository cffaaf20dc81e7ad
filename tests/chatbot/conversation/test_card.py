"""Laws of the model card: it says what the bundle says, and no metadata can break or abuse it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from chatbot.bundle import Bundle
from chatbot.conversation import ModelCard


def card_of(bundle: Bundle, **metadata: Any) -> ModelCard:
    return ModelCard.of(dataclasses.replace(bundle, metadata=metadata))


def test_the_card_says_what_the_bundle_says(bundle_float32: Bundle) -> None:
    metadata = {"validation": {"word_perplexity": 62.5}, "corpora": [{"name": "a/b.jsonl"}, {"name": "c"}]}
    assert card_of(bundle_float32, **metadata) == ModelCard(
        name="tiny",
        cell="lstm",
        units=16,
        layers=2,
        size_bytes=sum(map(len, bundle_float32.files.values())),
        word_perplexity=62.5,
        corpora=("a/b.jsonl", "c"),
    )


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"validation": None, "corpora": None},
        {"validation": "good", "corpora": "many"},
        {"validation": [1], "corpora": [3, None, ["name"], {"sha256": "0"}]},
        {"validation": {"word_perplexity": "62"}, "corpora": {"name": "x"}},
        {"validation": {"word_perplexity": None}, "corpora": 5},
        {"validation": {"word_perplexity": True}, "corpora": True},
        {"validation": {"word_perplexity": {}}, "corpora": 1.5},
    ],
    ids=str,
)
def test_metadata_of_an_unexpected_form_is_left_out(bundle_float32: Bundle, metadata: dict[str, Any]) -> None:
    card = card_of(bundle_float32, **metadata)
    assert card.word_perplexity is None
    assert card.corpora == ()


def test_nothing_on_the_card_acts_on_a_terminal(bundle_float32: Bundle) -> None:
    evil = "\x1b[31mred\u202e\nnext\x07"
    changed = dataclasses.replace(
        bundle_float32,
        name=evil,
        model=dataclasses.replace(bundle_float32.model, cell=evil),
        metadata={"corpora": [{"name": evil}]},
    )
    card = ModelCard.of(changed)
    assert [card.name, card.cell, *card.corpora] == ["red next"] * 3
