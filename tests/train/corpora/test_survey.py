"""What a survey counts, against counts made by hand."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from train.corpora.corpus import Found
from train.corpora.dialogue import Conversation, Skipped, Utterance
from train.corpora.places import sources
from train.corpora.survey import Survey, script_of, summary


@pytest.fixture
def found(tmp_path: Path) -> Any:
    path = tmp_path / "a.txt"
    path.write_text("x")
    (source,) = sources(str(path))

    def make(*texts: str, speakers: str = "ab", line: int = 1) -> Found:
        said = tuple(Utterance(speakers[n % len(speakers)], text) for n, text in enumerate(texts))
        return Found(source, "jsonl", Conversation(said, line))

    return make


def test_everything_is_counted(found: Any) -> None:
    survey = Survey()
    for each in (
        found("Hi there", "Hello"),
        found("Привет", "ok", "1 2 3", speakers="xyz"),
        found("Hi there", "Hello"),
    ):
        survey.add(each)
    report = survey.report()
    assert {key: report[key] for key in ("format", "dialogues", "turns", "words", "speakers", "duplicates")} == {
        "format": "jsonl", "dialogues": 3, "turns": 7, "words": 11, "speakers": 5, "duplicates": 1,
    }  # fmt: skip
    assert report["scripts"] == {"Latin": 26, "Cyrillic": 6}
    assert report["turns_per_dialogue"] == {
        "least": 2, "quarter": 2, "median": 2, "three_quarters": 3, "most": 3, "mean": 2.33,
    }  # fmt: skip
    assert len(report["samples"]) == 3


def test_equal_texts_are_duplicates_whoever_said_them(found: Any) -> None:
    survey = Survey()
    for each in (found("a", "b"), found("a", "b", speakers="xy"), found("b", "a"), found("a b")):
        survey.add(each)
    assert survey.duplicates == 1


def test_what_validation_shares_with_training_is_counted(found: Any) -> None:
    survey = Survey()
    survey.add(found("a", "b"))
    survey.compare([found("a", "b"), found("c", "d"), found("a", "b")])
    assert survey.report()["validation"] == {"dialogues": 3, "overlap": 2}
    assert survey.dialogues == 1


def test_unusual_characters_are_named_and_usual_ones_are_not(found: Any) -> None:
    survey = Survey()
    survey.add(found("tab\tand\nline, 👍🏽 é ¿? 東京 – “q” 5€ ½ \u200dx", "bad \ufffd, \x07, \ue000 \x07"))
    assert survey.report()["unusual_characters"] == {"U+0007": 2, "U+FFFD REPLACEMENT CHARACTER": 1, "U+E000": 1}


@pytest.mark.parametrize(
    ("letter", "script"),
    [*((letter, "Latin") for letter in "aéªｗ"), ("я", "Cyrillic"), ("東", "Han"), ("あ", "Hiragana"), ("ש", "Hebrew")],
)
def test_a_letter_tells_its_script(letter: str, script: str) -> None:
    assert script_of(letter) == script


def test_reasons_that_differ_in_numbers_alone_are_one_and_the_first_few_are_shown() -> None:
    survey = Survey()
    for line in range(1, 6):
        survey.skip(Skipped(f"a.jsonl:{line}", f'turn {line} has no "text" string'))
    survey.skip(Skipped("a.jsonl:9", "not JSON"))
    report = survey.report()
    assert report["skipped"] == 6
    assert {reason: each["count"] for reason, each in report["skipped_by_reason"].items()} == {
        'turn … has no "text" string': 5, "not JSON": 1,
    }  # fmt: skip
    first = report["skipped_by_reason"]['turn … has no "text" string']["first"]
    assert [each["where"] for each in first] == ["a.jsonl:1", "a.jsonl:2", "a.jsonl:3"]


def test_each_dialogue_is_as_likely_to_be_a_sample(found: Any) -> None:
    chosen: Counter[int] = Counter()
    for seed in range(400):
        survey = Survey(seed)
        for line in range(1, 11):
            survey.add(found("a", "b", line=line))
        chosen.update(sample.conversation.line for sample in survey.samples)
    assert sum(chosen.values()) == 1200
    assert all(80 < chosen[line] < 160 for line in range(1, 11))  # 120 each, ± 4 standard deviations


def test_a_summary_is_that_of_the_numbers_one_by_one() -> None:
    numbers = np.random.default_rng(1).integers(0, 40, 1001)
    got = summary(Counter(numbers.tolist()))
    want = {
        name: np.quantile(numbers, share, method="inverted_cdf")
        for name, share in {"least": 0, "quarter": 0.25, "median": 0.5, "three_quarters": 0.75, "most": 1}.items()
    }
    assert got == {**want, "mean": pytest.approx(numbers.mean(), abs=0.005)}
    assert summary(Counter()) == {}
