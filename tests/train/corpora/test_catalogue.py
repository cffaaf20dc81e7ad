"""Data sets of the catalogue: what their examples become; TensorFlow Datasets makes some up by its own features."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chatbot.errors import CorpusError, UsageError
from train.corpora.catalogue import TURNS, Named, conversations, parse

tfds: Any = pytest.importorskip("tensorflow_datasets")


@pytest.mark.parametrize(
    ("path", "want"),
    [
        ("tfds:quac", Named("quac", "train")),
        ("tfds:quac:validation", Named("quac", "validation")),
        ("tfds:wiki_dialog/OQ:train[:5%]", Named("wiki_dialog/OQ", "train[:5%]")),
    ],
)
def test_name_configuration_and_split_are_told_apart(path: str, want: Named) -> None:
    assert parse(path) == want


@pytest.mark.parametrize("path", ["tfds:mnist", "tfds:", "tfds::train"])
def test_a_data_set_whose_turns_are_not_known_is_answered_with_those_that_are(path: str) -> None:
    with pytest.raises(UsageError, match="schema_guided_dialogue"):
        parse(path)


EXAMPLES: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "schema_guided_dialogue": (
        {"utterances": [b"Hi", b"Hello", b"Bye"], "first_speaker": np.int64(1)},
        [("assistant", "Hi"), ("user", "Hello"), ("assistant", "Bye")],
    ),
    "wiki_dialog": (
        {"utterances": [b"I am Ada", b"Who?"], "author_num": np.array([0, 1])},
        [("assistant", "I am Ada"), ("user", "Who?")],
    ),
    "coqa": (
        {"questions": [b"Who?", b"When?"], "answers": {"input_text": [b"Ada", b"1843"]}},
        [("user", "Who?"), ("assistant", "Ada"), ("user", "When?"), ("assistant", "1843")],
    ),
    "quac": (
        {"question": b"Who?", "orig_answer": {"text": "Grüße".encode()}},
        [("user", "Who?"), ("assistant", "Grüße")],
    ),
    "media_sum": ({"speaker": [b"X", b"Y"], "utt": [b"one", b"two"]}, [("X", "one"), ("Y", "two")]),
    "dialogues": (
        {"turns": {"speaker": [b"user", b"assistant"], "text": [b"one", b"two"]}},
        [("user", "one"), ("assistant", "two")],
    ),
}


@pytest.mark.parametrize("name", TURNS)
def test_an_example_becomes_turns(name: str) -> None:
    example, want = EXAMPLES[name]
    assert list(TURNS[name](example)) == want


@pytest.mark.slow
@pytest.mark.parametrize("name", ["schema_guided_dialogue", "coqa", "quac"])
def test_the_mapping_fits_the_features_of_the_data_set_itself(name: str) -> None:
    with tfds.testing.mock_data(num_examples=20):  # by the builder's own features; texts are made up
        found = list(conversations(Named(name, "train"), None, lambda number, reason: None))
    assert found
    assert all(len(conversation.utterances) >= 2 for conversation in found)


def test_what_is_not_there_and_cannot_be_downloaded_is_said(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"tfds:dialogues:train cannot be had from .*--data-dir"):
        list(conversations(Named("dialogues", "train"), tmp_path, lambda number, reason: None))
