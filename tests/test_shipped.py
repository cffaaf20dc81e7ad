"""The model in the box: whole, small, credited, and the same model in 8 bits."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from chatbot.bundle import GRAPH, Bundle
from chatbot.catalog import DEFAULT, SHIPPED, open_bundle
from chatbot.config import SamplingConfig
from chatbot.conversation import Conversation

ROOT = Path(__file__).resolve().parents[1]
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def shipped() -> Bundle:
    return open_bundle()


def test_it_is_under_16_megabytes() -> None:
    assert sum(path.stat().st_size for path in (SHIPPED / DEFAULT).iterdir()) < 16 * MEGABYTE


def test_it_says_what_it_was_trained_on_and_names_everybody_in_the_readme_too(shipped: Bundle) -> None:
    credited = shipped.metadata["credits"]
    assert credited == (ROOT / "data" / "credits" / "chat_mix.txt").read_text(encoding="utf-8").splitlines()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [credit for credit in credited if credit not in readme] == []
    named = [corpus.get("public") or corpus.get("path") for corpus in shipped.metadata["corpora"]]
    assert {"data/dialogues", "data/sample.jsonl", "self_dialogue", "topical_chat", "personality_chat"} == {*named} - {
        None
    }
    assert shipped.metadata["recipe"] == "default"


def test_the_perplexity_in_the_readme_is_the_recorded_one(shipped: Bundle) -> None:
    perplexity = shipped.metadata["validation"]["word_perplexity"]
    assert f"{perplexity:.1f}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_8_bits_change_word_perplexity_by_less_than_2_percent(shipped: Bundle) -> None:
    from dataclasses import replace

    from train.corpora.corpus import Reading, dialogues
    from train.corpora.places import Place
    from train.evaluate import Evaluator, report
    from train.export import open_model, to_litert

    assert shipped.metadata["precision"] == "int8"
    whole = to_litert(open_model(shipped), "float32")
    assert len(whole) > 2 * len(shipped.files[GRAPH])
    exact = replace(shipped, files={**shipped.files, GRAPH: whole})
    sample = Place(str(ROOT / "data" / "sample.jsonl"))
    some = list(itertools.islice(dialogues(sample, Reading(), lambda skip: None), 60))
    perplexities = [
        report(list(Evaluator(bundle).run(some, greedy=False)))["word_perplexity"] for bundle in (shipped, exact)
    ]
    assert perplexities[0] == pytest.approx(perplexities[1], rel=0.02)


def test_it_remembers_what_it_was_told_and_nothing_when_its_memory_is_wiped(shipped: Bundle) -> None:
    told = ["My name is Ilsabet.", "I live in Marnevik.", "I have a dog called Brumble."]
    asked = {"What is my name?": "Ilsabet", "Where do I live?": "Marnevik", "What is my dog called?": "Brumble"}
    for wiped in (False, True):
        for question, answer in asked.items():
            conversation = Conversation(shipped, sampling=SamplingConfig(temperature=0))
            for text in told:
                conversation.say(text)
            if wiped:
                conversation.forget()
            assert (answer in conversation.say(question)) != wiped, question


def test_it_answers_in_words(shipped: Bundle) -> None:
    conversation = Conversation(shipped, sampling=None)
    replies = [conversation.say(text) for text in ("Hi!", "What do you like to do?", "🙂", "asdf qwer")]
    assert all(any(letter.isalpha() for letter in reply) for reply in replies[:2])
    assert all(reply.strip() for reply in replies)
