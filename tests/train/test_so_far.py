"""Laws of the model of an unfinished training: it is that of the best weights, and the training is left as it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from chatbot.bundle import read_bundle
from chatbot.config import ModelConfig, SamplingConfig
from chatbot.errors import UsageError
from chatbot.model.seq2seq import Seq2Seq
from chatbot.text.tokenizer import Tokenizer
from train.config import TrainingConfig
from train.export import make_bundle
from train.so_far import write_so_far
from train.trainer import Run

MODEL = ModelConfig(cell="gru", units=8, layers=1, embedding_size=8, memory_positions=16)


@pytest.fixture
def run(tmp_path: Path, tokenizer: Tokenizer) -> Run:
    """A training that has been validated twice."""
    folder = tmp_path / "run"
    folder.mkdir()
    model = Seq2Seq(replace(MODEL, vocabulary_size=tokenizer.vocabulary_size))
    model.save_weights(folder / "best.weights.h5")
    (folder / "tokenizer.model").write_bytes(tokenizer.model)
    (folder / "log.jsonl").write_text(
        '{"step": 5, "val_word_perplexity": 9.0}\n{"step": 9, "val_word_perplexity": 12}\n'
    )
    return Run(folder, MODEL, TrainingConfig(), SamplingConfig(), precision="float32", name="mine")


def test_it_is_the_model_of_the_best_weights(run: Run, tokenizer: Tokenizer) -> None:
    before = sorted(path.name for path in run.folder.iterdir())
    found = read_bundle(write_so_far(run))
    model = Seq2Seq(replace(MODEL, vocabulary_size=tokenizer.vocabulary_size))
    model.load_weights(run.folder / "best.weights.h5")
    expected = make_bundle(model, tokenizer, name="x", sampling=SamplingConfig(), metadata={}, precision="float32")
    assert found.files["weights.safetensors"] == expected.files["weights.safetensors"]
    assert found.metadata["validation"] == {"word_perplexity": 9.0}
    assert found.metadata["training"] == {"steps": 5}
    assert sorted(path.name for path in run.folder.iterdir()) == sorted([*before, "so_far"])


def test_without_weights_it_says_what_to_wait_for(run: Run) -> None:
    (run.folder / "best.weights.h5").unlink()
    with pytest.raises(UsageError, match="validated once"):
        write_so_far(run)


@pytest.mark.parametrize("damage", ["torn", "other"])
def test_weights_that_do_not_fit_are_refused(run: Run, damage: str) -> None:
    path = run.folder / "best.weights.h5"
    if damage == "torn":
        path.write_bytes(path.read_bytes()[:200])
    else:
        run = replace(run, model=replace(MODEL, units=12))
    with pytest.raises(UsageError, match="cannot be read"):
        write_so_far(run)
    assert not (run.folder / "so_far").exists()


def test_written_again_it_takes_the_place_of_the_old(run: Run) -> None:
    write_so_far(run)
    (run.folder / "log.jsonl").write_text('{"step": 20, "val_word_perplexity": 3}\n')
    assert read_bundle(write_so_far(run)).metadata["training"] == {"steps": 20}
