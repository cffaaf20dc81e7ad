"""Laws of a training: it learns, it can be repeated, and whatever ends it early, the best weights are kept."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import safetensors.numpy
import tensorflow as tf
from rich.console import Console

from chatbot.bundle import WEIGHTS, Bundle, read_bundle
from chatbot.config import ModelConfig, SamplingConfig
from chatbot.errors import ChatbotError
from chatbot.model import Seq2Seq
from train.callbacks import ProgressBar
from train.config import TrainingConfig
from train.corpora import Dialogue
from train.fitting import DeclinedError, InterruptedTrainingError
from train.prepare import Corpus
from train.trainer import Run, train

MODEL = ModelConfig(cell="rnn", vocabulary_size=450, embedding_size=12, units=16, layers=1, memory_positions=24)
TRAINING = TrainingConfig(
    passes=1.0, batch_positions=1024, longest=150, learning_rate=0.02, warmup_steps=2, validate_every=4, patience=9
)


def run_in(folder: Path, **training: Any) -> Run:
    settings = dataclasses.replace(TRAINING, **training)
    return Run(folder, MODEL, settings, SamplingConfig(seed=3), "float32", {"credits": ["Ann"]}, "tiny")


def log_of(folder: Path) -> list[dict[str, float]]:
    with (folder / "log.csv").open() as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


def quiet() -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, width=500), out


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, dialogues: list[Dialogue]) -> tuple[Path, Bundle, str]:
    """One whole training: its folder, its bundle, and what it said."""
    folder, (console, out) = tmp_path_factory.mktemp("runs") / "deep" / "run", quiet()
    bundle = train(run_in(folder, passes=2.0), Corpus.of(dialogues[:80]), console)
    return folder, bundle, out.getvalue()


@pytest.fixture
def no_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    """For trainings whose graph is not looked at."""
    monkeypatch.setattr("train.export.to_litert", lambda model, precision: b"graph")


@pytest.mark.slow
def test_training_lowers_the_loss(trained: tuple[Path, Bundle, str]) -> None:
    log = log_of(trained[0])
    assert len(log) >= 3
    assert log[-1]["loss"] < 0.9 * log[0]["loss"]
    assert log[-1]["val_loss"] < log[0]["val_loss"] < np.log(MODEL.vocabulary_size) + 0.5


@pytest.mark.slow
def test_a_run_leaves_the_best_weights_the_log_and_the_bundle(trained: tuple[Path, Bundle, str]) -> None:
    folder, bundle, _ = trained
    assert {path.name for path in folder.iterdir()} == {
        "tokenizer.model", "best.weights.h5", "log.csv", "log.jsonl", "tensorboard", "bundle", "batch.json",
        "samples.jsonl", "progress.jsonl",
    }  # fmt: skip
    written = read_bundle(folder / "bundle")
    assert (written.model, written.sampling, written.files) == (bundle.model, bundle.sampling, bundle.files)
    assert written.sampling == SamplingConfig(seed=3)
    assert written.metadata == bundle.metadata


@pytest.mark.slow
def test_the_metadata_says_what_the_best_validation_gave(trained: tuple[Path, Bundle, str]) -> None:
    folder, bundle, _ = trained
    best = min(row["val_word_perplexity"] for row in log_of(folder))
    facts = bundle.metadata
    assert facts["validation"]["word_perplexity"] == pytest.approx(best, rel=1e-3)
    assert facts["credits"] == ["Ann"]
    assert facts["training"]["steps"] == log_of(folder)[-1]["step"]
    assert facts["parameters"] == sum(w.size for w in safetensors.numpy.load(bundle.files[WEIGHTS]).values())


@pytest.mark.slow
def test_the_user_is_told_the_size_and_every_validation(trained: tuple[Path, Bundle, str]) -> None:
    folder, _, said = trained
    assert "rnn 1 × 16" in said
    assert said.count("validation word perplexity") == len(log_of(folder))


@pytest.mark.slow
def test_it_says_what_it_takes_before_it_starts_and_what_it_replies_at_every_validation(
    trained: tuple[Path, Bundle, str],
) -> None:
    folder, _, said = trained
    before, _, after = said.partition("as measured")
    assert "validation word perplexity" not in before
    assert "GB of memory" in after
    assert said.count(" → ") == 3 * len(log_of(folder)) == len((folder / "samples.jsonl").read_text().splitlines())


@pytest.mark.slow
def test_mixed_precision_learns_too_and_gives_a_whole_bundle(
    trained: tuple[Path, Bundle, str], dialogues: list[Dialogue], tmp_path: Path
) -> None:
    bundle = train(run_in(tmp_path, passes=2.0, mixed_precision=True), Corpus.of(dialogues[:80]), quiet()[0])
    mine, whole = log_of(tmp_path), log_of(trained[0])
    assert mine != whole
    assert mine[-1]["val_loss"] == pytest.approx(whole[-1]["val_loss"], rel=0.03)
    assert {str(value.dtype) for value in safetensors.numpy.load(bundle.files[WEIGHTS]).values()} == {"float16"}
    assert keras.config.dtype_policy().name == "float32"


def test_who_says_no_starts_nothing(dialogues: list[Dialogue], tmp_path: Path) -> None:
    declined = dataclasses.replace(run_in(tmp_path), approve=lambda: False)
    with pytest.raises(DeclinedError, match="not started"):
        train(declined, Corpus.of(dialogues[:40], dialogues[40:50]), quiet()[0])
    assert not (tmp_path / "bundle").exists()
    assert not (tmp_path / "checkpoints").exists()


@pytest.mark.slow
def test_the_same_seed_gives_the_same_model(
    trained: tuple[Path, Bundle, str], dialogues: list[Dialogue], tmp_path: Path, no_graph: None
) -> None:
    again = train(run_in(tmp_path, passes=2.0), Corpus.of(dialogues[:80]), quiet()[0])
    assert log_of(tmp_path) == log_of(trained[0])
    assert again.files[WEIGHTS] == trained[1].files[WEIGHTS]


def interrupt_at(step: int) -> Callable[..., None]:
    ordinary = ProgressBar.on_train_batch_end
    made = 0

    def interrupted(self: ProgressBar, batch: int, logs: dict[str, Any] | None = None) -> None:
        nonlocal made
        made += 1
        if made == step:
            raise KeyboardInterrupt
        ordinary(self, batch, logs)

    return interrupted


@pytest.mark.slow
def test_an_interruption_saves_everything_and_leaves_a_bundle_of_the_best_weights_so_far(
    dialogues: list[Dialogue], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_graph: None
) -> None:
    monkeypatch.setattr(ProgressBar, "on_train_batch_end", interrupt_at(6))
    console, out = quiet()
    with pytest.raises(InterruptedTrainingError, match=r"interrupted at step 6 .* the same command"):
        train(run_in(tmp_path), Corpus.of(dialogues[:40], dialogues[40:50]), console)
    (row,) = log_of(tmp_path)
    bundle = read_bundle(tmp_path / "bundle")
    assert bundle.metadata["validation"]["word_perplexity"] == pytest.approx(row["val_word_perplexity"], rel=1e-3)
    assert "talked to" in out.getvalue()
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()].count("step-6.safetensors") == 1


@pytest.mark.slow
def test_an_interruption_before_any_validation_leaves_no_bundle(
    dialogues: list[Dialogue], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "best.weights.h5").write_bytes(b"of another run")
    monkeypatch.setattr(ProgressBar, "on_train_batch_end", interrupt_at(1))
    with pytest.raises(InterruptedTrainingError):
        train(run_in(tmp_path), Corpus.of(dialogues[:40], dialogues[40:50]), quiet()[0])
    assert not (tmp_path / "bundle").exists()
    assert not (tmp_path / "best.weights.h5").exists()


def spoil_from(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """From this step on the gradients are NaN, and so are the weights and the losses that follow."""
    ordinary = Seq2Seq.compute_loss

    def spoilt(self: Seq2Seq, *args: Any, **kwargs: Any) -> Any:
        loss = ordinary(self, *args, **kwargs)
        return loss * tf.where(tf.convert_to_tensor(self.optimizer.iterations) >= step - 1, np.nan, 1.0)

    monkeypatch.setattr(Seq2Seq, "compute_loss", spoilt)


@pytest.mark.slow
def test_a_loss_that_is_no_number_ends_training_and_keeps_the_best_weights(
    dialogues: list[Dialogue], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_graph: None
) -> None:
    spoil_from(monkeypatch, 6)
    with pytest.raises(ChatbotError, match=r"step 6: .* the norm of the gradient nan"):
        train(run_in(tmp_path), Corpus.of(dialogues[:40], dialogues[40:50]), quiet()[0])
    assert len(log_of(tmp_path)) == 1, "nothing was trained after it"
    bundle = read_bundle(tmp_path / "bundle")
    assert all(np.isfinite(weight).all() for weight in safetensors.numpy.load(bundle.files[WEIGHTS]).values())
    assert np.isfinite(bundle.metadata["validation"]["word_perplexity"])


@pytest.mark.slow
def test_a_loss_that_is_no_number_from_the_start_leaves_no_bundle(
    dialogues: list[Dialogue], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_graph: None
) -> None:
    spoil_from(monkeypatch, 1)
    with pytest.raises(ChatbotError, match="step 1: "):
        train(run_in(tmp_path), Corpus.of(dialogues[:40], dialogues[40:50]), quiet()[0])
    assert not (tmp_path / "bundle").exists()
