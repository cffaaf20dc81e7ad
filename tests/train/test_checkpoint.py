"""Checkpoints: everything comes back, a torn one is passed over, another training's is refused."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from chatbot.errors import ChatbotError, UsageError
from train.checkpoint import Checkpoints, Progress, steps_made
from train.config import TrainingConfig
from train.optimizer import make_optimizer

IDENTITY = {"cell": "gru", "seed": "1"}


def model_of(seed: int) -> keras.Model:
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.layers.Dense(4), keras.layers.Dropout(0.5), keras.layers.Dense(1)])
    model.build((None, 3))
    model.compile(make_optimizer(TrainingConfig(average=0.9), 100), loss="mse", jit_compile=False)
    model.optimizer.build(model.trainable_variables)
    return model


def step(model: keras.Model) -> float:
    rng = np.random.default_rng(3)
    return float(model.train_on_batch(rng.normal(size=(8, 3)), rng.normal(size=(8, 1))))


def test_a_training_that_is_restored_goes_on_as_if_nothing_had_been(tmp_path: Path) -> None:
    whole, checkpoints = model_of(1), Checkpoints(tmp_path, IDENTITY)
    for _ in range(3):
        step(whole)
    checkpoints.save(whole, Progress(3, 42.0, 2, 1))
    other = model_of(2)
    assert checkpoints.restore(other) == (Progress(3, 42.0, 2, 1), [])
    assert steps_made(other) == 3
    losses = [[step(model) for _ in range(4)] for model in (whole, other)]
    assert losses[0] == losses[1]
    assert len(set(losses[0])) == 4
    for a, b in zip(whole.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_with_nothing_saved_a_training_is_at_its_beginning(tmp_path: Path) -> None:
    assert Checkpoints(tmp_path / "none", IDENTITY).restore(model_of(1)) == (Progress(), [])


def saved(folder: Path, steps: int) -> Checkpoints:
    model, checkpoints = model_of(1), Checkpoints(folder, IDENTITY)
    for number in range(1, steps + 1):
        step(model)
        checkpoints.save(model, Progress(number))
    return checkpoints


def test_the_two_newest_are_kept(tmp_path: Path) -> None:
    saved(tmp_path, 12)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step-11.safetensors", "step-12.safetensors"]


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flipped(data: bytes) -> bytes:
    return data[:-9] + bytes([data[-9] ^ 64]) + data[-8:]


@pytest.mark.parametrize("spoil", [cut, flipped, lambda data: b"", lambda data: b"\0" * len(data)])
def test_a_torn_one_is_named_and_the_one_before_is_taken(spoil: Any, tmp_path: Path) -> None:
    checkpoints = saved(tmp_path, 2)
    newest = tmp_path / "step-2.safetensors"
    newest.write_bytes(spoil(newest.read_bytes()))
    model = model_of(5)
    progress, torn = checkpoints.restore(model)
    assert progress.step == steps_made(model) == 1
    assert [name.split(":")[0] for name in torn] == ["step-2.safetensors"]
    older = tmp_path / "step-1.safetensors"
    older.write_bytes(spoil(older.read_bytes()))
    with pytest.raises(ChatbotError, match=r"step-2\.safetensors.*step-1\.safetensors"):
        checkpoints.restore(model_of(5))


@pytest.mark.parametrize(
    ("identity", "said"),
    [
        ({"cell": "lstm", "seed": "1"}, "cell was gru, is lstm"),
        ({"cell": "gru"}, "seed was 1, is not there"),
        ({**IDENTITY, "units": "7"}, "units was not there, is 7"),
    ],
)
def test_that_of_another_training_is_refused_and_what_differs_is_named(
    identity: dict[str, str], said: str, tmp_path: Path
) -> None:
    saved(tmp_path, 1)
    with pytest.raises(UsageError, match=said):
        Checkpoints(tmp_path, identity).restore(model_of(1))


def test_what_is_kept_is_told_newest_first_without_what_is_torn(tmp_path: Path) -> None:
    checkpoints = saved(tmp_path, 3)
    assert [kept.step for kept in checkpoints.kept()] == [3, 2]
    newest = tmp_path / "step-3.safetensors"
    newest.write_bytes(cut(newest.read_bytes()))
    assert checkpoints.kept() == [Progress(2)]


def test_later_ones_can_be_forgotten(tmp_path: Path) -> None:
    checkpoints = saved(tmp_path, 3)
    checkpoints.forget_after(2)
    assert [path.name for path in tmp_path.iterdir()] == ["step-2.safetensors"]


def test_a_full_disk_is_said_and_what_was_saved_before_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoints, model = saved(tmp_path, 2), model_of(1)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("train.checkpoint.os.fsync", full)
    with pytest.raises(ChatbotError, match=r"step 9 cannot be saved .*No space left.* it goes on from step 2"):
        checkpoints.save(model, Progress(9))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step-1.safetensors", "step-2.safetensors"]
    assert checkpoints.restore(model)[0].step == 2


def test_cleared_nothing_is_left(tmp_path: Path) -> None:
    saved(tmp_path / "checkpoints", 2).clear()
    assert not (tmp_path / "checkpoints").exists()


def test_one_of_another_architecture_is_refused(tmp_path: Path) -> None:
    checkpoints = saved(tmp_path, 1)
    other = keras.Sequential([keras.layers.Dense(5), keras.layers.Dense(1)])
    other.build((None, 3))
    other.compile(make_optimizer(TrainingConfig(), 100), loss="mse")
    other.optimizer.build(other.trainable_variables)
    with pytest.raises(UsageError, match="another version"):
        checkpoints.restore(other)
