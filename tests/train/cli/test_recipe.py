"""`chatbot train --recipe`: a whole model from a file, and no half of it from elsewhere."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from chatbot.bundle import read_bundle
from chatbot.cli import main

RECIPE = """
[model]
cell = "rnn"
units = 8
embedding_size = 8
layers = 1
vocabulary_size = 400
memory_positions = 16
[training]
passes = 0.5
[sampling]
temperature = 0.125
[[part]]
authored = 30
[[part]]
public = "talks"
[[validation]]
authored = 5
seed = 9
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "small.toml").write_text(RECIPE, encoding="utf-8")
    with gzip.open(tmp_path / "public.jsonl.gz", "wt", encoding="utf-8") as file:
        for number in range(50):
            turns = [{"speaker": "a", "text": f"Is it {number}?"}, {"speaker": "b", "text": f"It is {number}."}]
            file.write(json.dumps({"source": "talks", "turns": turns}) + "\n")
    return tmp_path / "small.toml", tmp_path / "public.jsonl.gz"


def test_a_recipe_makes_a_bundle_that_says_so(files: tuple[Path, Path], tmp_path: Path) -> None:
    recipe, public = files
    words = ["--recipe", recipe, "--public", public, "--units", 6, "--out", tmp_path / "run", "--yes"]
    assert main(["train", *map(str, words), "--cache", str(tmp_path / "cache")]) == 0
    bundle = read_bundle(tmp_path / "run" / "bundle")
    assert (bundle.model.cell, bundle.model.units) == ("rnn", 6)
    assert bundle.sampling.temperature == 0.125
    assert bundle.metadata["recipe"] == "small"
    assert [part.get("authored") or part.get("public") for part in bundle.metadata["corpora"]] == [30, "talks"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["train"], "no dialogues to train on"),
        (["train", "--public", "x.jsonl.gz"], "--public without --recipe"),
        (["train", "data/sample.jsonl", "--recipe", "default"], "--recipe default with PATH"),
        (["train", "--recipe", "default", "--preset", "tiny"], "--recipe default with --preset"),
        (["train", "--recipe", "default", "--mix", "default:0.3"], "--recipe default with --mix"),
        (["train", "--recipe", "nothing"], "no recipe 'nothing'"),
    ],
)
def test_what_contradicts_itself_is_refused(words: list[str], message: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert message in capfd.readouterr().err
