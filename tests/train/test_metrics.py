"""Measures of replies, against figures worked out by hand."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from train.metrics import best_constant, bleu, f1, interval, normalised

DAILYDIALOG = Path(__file__).resolve().parents[2].parent / "shared" / "corpora" / "dailydialog" / "valid.jsonl.gz"


@pytest.mark.parametrize(
    ("said", "reference", "expected"),
    [
        ("a b", "a b", 1.0),
        ("a b", "b c d", 2 * (1 / 2) * (1 / 3) / (1 / 2 + 1 / 3)),
        ("x x x", "x y", 2 * (1 / 3) * (1 / 2) / (1 / 3 + 1 / 2)),
        ("a", "b", 0.0),
        ("", "", 0.0),
        ("", "a", 0.0),
    ],
)
def test_f1_is_the_harmonic_mean_of_precision_and_recall(said: str, reference: str, expected: float) -> None:
    assert f1(said.split(), reference.split()) == pytest.approx(expected)


def test_words_are_compared_without_case_punctuation_and_articles() -> None:
    assert normalised("The cat, an OLD one: isn't a dog!") == ["cat", "old", "one", "isn", "t", "dog"]


def test_a_constant_reply_scores_on_dailydialog_what_is_published() -> None:
    if not DAILYDIALOG.exists():
        pytest.skip(f"{DAILYDIALOG.name} of DailyDialog is not at hand")
    with gzip.open(DAILYDIALOG) as file:
        turns = [turn["text"] for line in file for turn in json.loads(line)["turns"]]
    mean = np.mean([f1(["you", "i", "to"], normalised(text)) for text in turns])
    assert mean == pytest.approx(0.1498, abs=5e-5)


def test_the_best_constant_reply_is_made_of_the_most_frequent_words() -> None:
    references = [["i", "am"]] * 10 + [["you", "were"]]
    score, words = best_constant(references)
    assert words == ["i", "am"]
    assert score == pytest.approx(10 / 11)
    assert best_constant([]) == (0.0, [])


def test_bleu_is_sacrebleus_with_its_signature() -> None:
    same = ["the cat sat on the mat .", "there it is , on the mat ."]
    found = bleu(same, same, resamples=50)
    assert found["bleu"] == pytest.approx(100.0)
    assert "version:" in found["bleu_signature"]
    low, high = found["bleu_interval"]
    assert low <= 100.0 + 1e-6
    assert high >= 100.0 - 1e-6
    assert bleu(["the cat sat there"], ["a dog ran off at once"])["bleu"] < 20.0


def test_the_interval_of_a_mean_is_that_of_the_normal_distribution() -> None:
    rng = np.random.default_rng(5)
    values = rng.normal(3.0, 2.0, 400)
    parts = np.stack([values, np.ones(400)], axis=1)
    low, high = interval(parts, lambda s: s[:, 0] / s[:, 1])
    half = 1.96 * values.std() / 20
    assert low == pytest.approx(values.mean() - half, abs=0.03)
    assert high == pytest.approx(values.mean() + half, abs=0.03)
    assert interval(parts, lambda s: s[:, 0] / s[:, 1]) == [low, high], "the same seed gives the same"
