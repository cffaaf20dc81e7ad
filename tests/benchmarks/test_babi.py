"""The split with unseen values: nothing of training is left in it, and everything else is as it was."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.benchmarks.babi import CUISINES, PLACES, dialogues, split, unseen, values

CORPORA = Path(__file__).resolve().parents[2].parent / "shared" / "corpora" / "dialog_babi"
SAID = [
    {"speaker": "a", "text": "a table in rome with french food, romeo"},
    {"speaker": "b", "text": "api_call french rome two cheap"},
    {"speaker": "a", "text": "no, in paris"},
    {"speaker": "b", "text": "api_call french paris two cheap"},
]


def test_values_are_the_first_two_words_of_calls() -> None:
    assert values([SAID]) == ({"french"}, {"rome", "paris"})


@pytest.mark.parametrize("seed", range(20))
def test_each_value_has_one_other_throughout_and_nothing_else_changes(seed: int) -> None:
    new = [turn["text"] for turn in unseen(SAID, values([SAID]), seed)]
    _, food, first, *rest = new[1].split()
    second = new[3].split()[2]
    assert food in CUISINES
    assert {first, second} < set(PLACES)
    assert first != second
    assert rest == ["two", "cheap"]
    assert new[0] == f"a table in {first} with {food} food, romeo"
    assert new[2] == f"no, in {second}"
    assert unseen(SAID, values([SAID]), seed) == unseen(SAID, values([SAID]), seed)


def written(path: Path, said: list[dict[str, str]]) -> None:
    with gzip.open(path, "wt") as file:
        file.write((json.dumps({"turns": said}) + "\n") * 4)


def test_half_of_valid_is_written_and_a_value_that_training_has_is_refused(tmp_path: Path) -> None:
    for task in (1, 2):
        for part in ("train", "valid"):
            written(tmp_path / f"task{task}.{part}.jsonl.gz", SAID)
    split(tmp_path, tmp_path / "out")
    assert len(dialogues(tmp_path / "out" / "task2.unseen.jsonl.gz")) == 2
    written(tmp_path / "task1.train.jsonl.gz", [{"speaker": "a", "text": f"i love {PLACES[0]}"}])
    with pytest.raises(ValueError, match=PLACES[0]):
        split(tmp_path, tmp_path / "again")


@pytest.mark.skipif(not CORPORA.exists(), reason="dialog bAbI is not at hand")
@pytest.mark.parametrize("task", [1, 2])
def test_of_the_real_corpus_no_known_value_is_left(task: int, tmp_path: Path) -> None:
    split(CORPORA, tmp_path)
    known = values(dialogues(CORPORA / f"task{task}.train.jsonl.gz"))
    made = dialogues(tmp_path / f"task{task}.unseen.jsonl.gz")
    assert len(made) == 500
    words = {word for each in made for turn in each for word in turn["text"].split()}
    assert not words & (known[0] | known[1])
    assert words & set(CUISINES)
