"""The estimate: it changes nothing, and where memory is short it asks for a smaller batch with the same gradient."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from chatbot.text.template import layout_of
from chatbot.text.tokenizer import Tokenizer
from train import estimate as module
from train.checkpoint import variables_of
from train.config import TrainingConfig
from train.corpora import Dialogue
from train.dataset import Batch, Example, plan, training_dataset
from train.estimate import estimate
from train.optimizer import make_optimizer
from train.pieces import pieces_of

SETTINGS = TrainingConfig(batch_positions=2048, average=0.9, warmup_steps=0)


@pytest.fixture(scope="module")
def examples(dialogues: list[Dialogue], tokenizer: Tokenizer) -> list[Example]:
    found = (pieces for dialogue in dialogues[:60] for pieces in pieces_of(dialogue, tokenizer))
    return [Example(layout_of(pieces.ids, pieces.only), pieces.words) for pieces in found]


def compiled(make_model: Any) -> Any:
    keras.utils.set_random_seed(1)
    model = make_model(dropout=0.3, layers=1)
    model.compile(make_optimizer(SETTINGS, 100), jit_compile=False)
    model.optimizer.build(model.trainable_variables)
    return model


def values(model: Any) -> dict[str, np.ndarray]:
    return {name: np.array(variable) for name, variable in variables_of(model).items()}


@pytest.mark.slow
def test_afterwards_model_optimizer_and_random_states_are_what_they_were(make_model: Any, examples: Any) -> None:
    model, fresh = compiled(make_model), compiled(make_model)
    before = values(model)
    found = estimate(model, SETTINGS, examples)
    for name, value in values(model).items():
        np.testing.assert_array_equal(value, before[name], err_msg=name)
    assert found.settings == SETTINGS
    assert found.seconds > 0
    assert found.megabytes > 50
    for each in (model, fresh):
        each.fit(training_dataset(examples, 600, 1), steps_per_epoch=2, verbose=0)
    for one, two in zip(model.get_weights(), fresh.get_weights(), strict=True):
        np.testing.assert_allclose(one, two, atol=1e-6)


class Fake:
    """Stands for trying batches: every position takes so many bytes, and a GPU has room for so many positions."""

    def __init__(self, bytes_each: int, room: int = 10**9) -> None:
        self._bytes_each, self._room = bytes_each, room
        self.tried: list[int] = []
        self.last: list[Batch] = []

    def __call__(self, model: Any, batches: Any) -> tuple[float, int]:
        self.last, positions = batches, max(batch["ids"].size for batch in batches)
        self.tried.append(positions)
        if positions > self._room:
            raise tf.errors.ResourceExhaustedError(None, None, "no room")
        return 0.5, psutil_rss() + positions * self._bytes_each


def psutil_rss() -> int:
    return 10**8


def faked(monkeypatch: pytest.MonkeyPatch, fake: Fake, free: int) -> None:
    monkeypatch.setattr(module, "_tried", fake)
    process = SimpleNamespace(memory_info=lambda: SimpleNamespace(rss=psutil_rss()))
    memory = SimpleNamespace(available=free)
    monkeypatch.setattr(module, "psutil", SimpleNamespace(Process=lambda: process, virtual_memory=lambda: memory))


@pytest.mark.parametrize(("free_mb", "positions"), [(10_000, 8192), (5_000, 4096), (2_600, 2048), (1, 256)])
def test_where_memory_is_short_batches_are_halved_and_put_together(
    free_mb: int, positions: int, monkeypatch: pytest.MonkeyPatch, make_model: Any, examples: Any
) -> None:
    faked(monkeypatch, Fake(1_000_000), free_mb * 1_000_000)
    settings = dataclasses.replace(SETTINGS, batch_positions=8192, accumulate=2)
    found = estimate(compiled(make_model), settings, examples * 20).settings
    assert found.batch_positions == positions
    assert found.accumulate * found.batch_positions == 2 * 8192
    assert dataclasses.replace(found, batch_positions=8192, accumulate=2) == settings


class Large:
    """A corpus of which every example is one of a few, and the lengths are known without reading it."""

    def __init__(self, examples: list[Example], times: int) -> None:
        self._examples, self.read = examples, 0
        self.positions = np.tile([len(example.layout.ids) for example in examples], times)

    def __len__(self) -> int:
        return len(self.positions)

    def __getitem__(self, index: int) -> Example:
        self.read += 1
        return self._examples[index % len(self._examples)]


def test_of_a_large_corpus_little_is_planned_and_read_and_its_longest_fit(
    monkeypatch: pytest.MonkeyPatch, make_model: Any, examples: Any
) -> None:
    fake, planned = Fake(1), []
    faked(monkeypatch, fake, 10**12)
    monkeypatch.setattr(module, "plan", lambda lengths, *how: planned.append(len(lengths)) or plan(lengths, *how))
    large = Large(examples, 2000)
    estimate(compiled(make_model), SETTINGS, large)  # type: ignore[arg-type]
    assert len(large) > 10 * sum(planned)
    assert large.read < 1000
    longest, *usual = (batch["ids"] for batch in fake.last)
    assert longest.shape == (2048 // large.positions.max(), large.positions.max())
    assert len(usual) == 4
    assert all(ids.size <= 2048 for ids in usual)
    assert len(fake.tried) == 2, "a quarter of it, and all"


def test_where_a_gpu_is_too_small_batches_are_halved_until_they_fit(
    monkeypatch: pytest.MonkeyPatch, make_model: Any, examples: Any
) -> None:
    fake = Fake(1, room=2500)
    faked(monkeypatch, fake, 10**12)
    settings = dataclasses.replace(SETTINGS, batch_positions=8192)
    assert estimate(compiled(make_model), settings, examples * 20).settings.batch_positions == 2048
    assert max(fake.tried) > 2500


def test_where_nothing_fits_the_error_is_that_of_the_device(
    monkeypatch: pytest.MonkeyPatch, make_model: Any, examples: Any
) -> None:
    faked(monkeypatch, Fake(1, room=3), 10**12)
    with pytest.raises(tf.errors.ResourceExhaustedError):
        estimate(compiled(make_model), dataclasses.replace(SETTINGS, batch_positions=1024), examples)


@pytest.mark.parametrize(
    ("seconds", "steps", "said"),
    [(0.5, 100, "0.5 s each, as measured: 25 s a pass, at most 50 s altogether"),
     (2.0, 9000, "2 s each, as measured: 150 min"), (2.0, 4000, "67 min a pass, at most 2 h 13 min altogether")],
)  # fmt: skip
def test_the_user_is_told_what_it_takes(seconds: float, steps: int, said: str) -> None:
    line = module.described(module.Estimate(SETTINGS, seconds, 1234.0), steps, steps / 2)
    assert said.replace("150 min", "2 h 30 min") in line
    assert f"{steps:,} steps of up to 2,048 positions" in line
    assert line.endswith("1.2 GB of memory")


def test_the_batch_that_was_chosen_is_found_again_and_a_torn_note_is_none(tmp_path: Path) -> None:
    assert module.chosen(tmp_path / "new", SETTINGS) == SETTINGS
    smaller = dataclasses.replace(SETTINGS, batch_positions=512, accumulate=4)
    module.keep_chosen(tmp_path / "new", smaller)
    assert module.chosen(tmp_path / "new", SETTINGS) == smaller
    (tmp_path / "new" / "batch.json").write_text('{"batch_positions": ')
    assert module.chosen(tmp_path / "new", SETTINGS) == SETTINGS
