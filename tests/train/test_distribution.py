"""Several devices or machines train what one alone would have trained, and a lost machine loses nothing."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import safetensors.numpy

from chatbot.bundle import WEIGHTS, read_bundle
from chatbot.errors import ChatbotError
from train.checkpoint import Progress
from train.distribution import agreed

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = {
    "cell": "gru", "units": 12, "embedding": 10, "layers": 1, "vocabulary": 420, "memory": 16, "dropout": 0.0,
    "batch-positions": 512, "longest": 120, "validate-every": 15, "passes": 1.5, "average": 0.9, "weight-decay": 0.01,
    "label-smoothing": 0.1, "precision": "float32",
}  # fmt: skip
PROGRAM = """
import sys, time
import tensorflow as tf
devices, seconds, pause = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * devices)
import train.callbacks
import train.export
import train.trainer
train.callbacks.Saver.__init__.__defaults__ = (seconds,)
train.export.to_litert = lambda model, precision: b"graph"
ordinary = train.callbacks.Watch.on_train_batch_end
def slowly(self, batch, logs=None):
    time.sleep(pause)
    ordinary(self, batch, logs)
train.callbacks.Watch.on_train_batch_end = slowly
from chatbot.cli import main
command = []
for word in [*sys.argv[4:], "then"]:
    if word != "then":
        command.append(word)
    elif code := main(command):
        sys.exit(code)
    else:
        command = []
"""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, sample_path: Path) -> Path:
    path = tmp_path_factory.mktemp("corpus") / "sample.jsonl"
    path.write_text("".join(sample_path.read_text(encoding="utf-8").splitlines(keepends=True)[:60]), encoding="utf-8")
    return path


def command(corpus: Path, out: Path, *team: str, **changes: Any) -> list[str]:
    words = [word for name, value in {**SETTINGS, **changes}.items() for word in (f"--{name}", str(value))]
    return ["train", str(corpus), "--out", str(out), *team, *words]


def start(words: list[str], *, devices: int = 1, seconds: float = 0.2, pause: float = 0.0) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": "-1"}
    environment.pop("TF_CONFIG", None)
    options = [str(devices), str(seconds), str(pause)]
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *options, *words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextlib.contextmanager
def workers(
    corpus: Path, outs: list[Path], *, seeds: tuple[int, int] = (1, 1), dropout: float = 0.0, **options: float
) -> Iterator[list[subprocess.Popen[str]]]:
    """Two processes of one cluster; neither outlives the test."""
    with contextlib.ExitStack() as stack:
        free = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in outs]
        names = ",".join(f"127.0.0.1:{each.getsockname()[1]}" for each in free)
    processes = []
    try:
        for rank, out in enumerate(outs):
            team = ["--strategy", "multiworker", "--workers", names, "--rank", str(rank)]
            words = command(corpus, out, *team, seed=seeds[rank], dropout=dropout)
            processes.append(start(words, **options))  # type: ignore[arg-type]
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def ended(process: subprocess.Popen[str], code: int = 0, seconds: float = 300) -> str:
    _, said = process.communicate(timeout=seconds)
    assert process.returncode == code, said[-3000:]
    assert "Traceback" not in said
    return said


def trained(corpus: Path, outs: list[Path], **options: Any) -> list[str]:
    with workers(corpus, outs, **options) as processes:
        return [ended(process) for process in processes]


def weights(out: Path) -> dict[str, np.ndarray]:
    """The best weights as they were, and the averages and moments of the optimizer; a bundle has half the digits."""
    found: dict[str, np.ndarray] = {}

    def keep(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            found[name] = np.asarray(item)

    with h5py.File(out / "best.weights.h5") as file:
        file.visititems(keep)
    assert any(name.startswith("decoder") for name in found)
    return found


def log(out: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]


def assert_same(a: Path, b: Path, atol: float) -> None:
    assert weights(a).keys() == weights(b).keys()
    for name, values in weights(a).items():
        np.testing.assert_allclose(weights(b)[name], values, atol=atol, err_msg=name)


def assert_same_curve(a: Path, b: Path) -> None:
    assert [entry["step"] for entry in log(a)] == [entry["step"] for entry in log(b)]
    for name in ("loss", "word_perplexity", "gradient_norm", "val_loss", "val_word_perplexity"):
        curves = [[entry[name] for entry in log(out)] for out in (a, b)]
        np.testing.assert_allclose(*curves, rtol=1e-4, err_msg=name)


ACCUMULATED = {"accumulate": 2, "batch-positions": 150, "passes": 0.4}
"""Two batches a step, some of which have fewer rows than there are devices."""


@pytest.fixture(scope="module")
def singles(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder of trainings on one machine, all by one process that TensorFlow gives two devices; what it said."""
    folder, mirrored = tmp_path_factory.mktemp("singles"), ("--strategy", "mirrored")
    words = [
        *command(corpus, folder / "alone"), "then",
        *command(corpus, folder / "mirrored", *mirrored), "then",
        *command(corpus, folder / "accumulated", **ACCUMULATED), "then",
        *command(corpus, folder / "accumulated mirrored", *mirrored, **ACCUMULATED),
    ]  # fmt: skip
    return folder, ended(start(words, devices=2))


@pytest.mark.slow
@pytest.mark.parametrize(("one", "several"), [("alone", "mirrored"), ("accumulated", "accumulated mirrored")])
def test_two_devices_train_what_one_trains(one: str, several: str, singles: tuple[Path, str]) -> None:
    folder, said = singles
    assert said.count("2 CPU device(s), for there is no GPU here") == 2
    assert_same_curve(folder / one, folder / several)
    assert_same(folder / one, folder / several, atol=1e-4)


@pytest.mark.slow
def test_two_workers_train_what_one_process_trains(singles: tuple[Path, str], corpus: Path, tmp_path: Path) -> None:
    alone, outs = singles[0] / "alone", [tmp_path / "a", tmp_path / "b"]
    said = trained(corpus, outs)
    for rank in range(2):
        assert f"rank {rank}: step 15: validation word perplexity" in said[rank]
        assert_same_curve(alone, outs[rank])
    assert_same(outs[0], outs[1], atol=0.0)
    assert_same(alone, outs[0], atol=1e-4)
    for name, values in safetensors.numpy.load(read_bundle(outs[0] / "bundle").files[WEIGHTS]).items():
        other = safetensors.numpy.load(read_bundle(outs[1] / "bundle").files[WEIGHTS])[name]
        np.testing.assert_array_equal(other, values)


def until(true: Callable[[], bool], processes: list[subprocess.Popen[str]], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert all(process.poll() is None for process in processes), [p.communicate() for p in processes]
        assert time.monotonic() < end
        time.sleep(0.02)


def saved_step(out: Path) -> int:
    return max((int(path.stem.split("-")[1]) for path in (out / "checkpoints").glob("step-*.safetensors")), default=0)


@pytest.mark.slow
def test_killed_workers_are_missed_and_all_go_on_to_what_would_have_been(corpus: Path, tmp_path: Path) -> None:
    whole, outs = [tmp_path / "c", tmp_path / "d"], [tmp_path / "a", tmp_path / "b"]
    trained(corpus, whole, dropout=0.3)
    for victim, step in ((1, 4), (0, 12)):
        with workers(corpus, outs, dropout=0.3, pause=0.1) as processes:
            until(lambda victim=victim, step=step: saved_step(outs[victim]) >= step, processes)  # type: ignore[misc]
            processes[victim].send_signal(signal.SIGKILL)
            last = ended(processes[1 - victim], code=1, seconds=60).splitlines()[-1]
        assert "another worker is lost" in last
        assert "all up to step" in last
        assert "start all again with the same commands" in last
    for rank, said in enumerate(trained(corpus, outs, dropout=0.3)):
        assert "going on from step" in said
        assert_same(whole[rank], outs[rank], atol=1e-6)
        assert not (outs[rank] / "checkpoints").exists()


@pytest.mark.slow
def test_ctrl_c_on_one_worker_stops_all_after_the_same_step(corpus: Path, tmp_path: Path) -> None:
    outs = [tmp_path / "a", tmp_path / "b"]
    with workers(corpus, outs, pause=0.1, seconds=1000.0) as processes:
        until(lambda: all((out / "log.jsonl").exists() and log(out) for out in outs), processes)
        processes[1].send_signal(signal.SIGINT)
        said = [ended(process, code=130) for process in processes]
    assert saved_step(outs[0]) == saved_step(outs[1]) > 0
    for words in said:
        assert f"interrupted at step {saved_step(outs[0])}" in words
        assert "the same command again" in words.splitlines()[-1] + words.splitlines()[-2]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("names", "seeds", "told"),
    [
        ("aa", (1, 1), "several workers write to one run folder"),
        ("ab", (1, 2), "seed is 1 on rank 0, 2 on rank 1"),
    ],
    ids=["folder", "settings"],
)
def test_workers_that_do_not_fit_together_are_told_so(
    names: str, seeds: tuple[int, int], told: str, corpus: Path, tmp_path: Path
) -> None:
    with workers(corpus, [tmp_path / name for name in names], seeds=seeds) as processes:
        said = [ended(process, code=2) for process in processes]
    assert all(told in words for words in said)


class Said:
    """A team of which every worker says what it is told to."""

    def __init__(self, *said: list[tuple[int, int]]) -> None:
        self.said = [json.dumps(each) for each in said]

    def gather(self, text: str) -> list[str]:
        assert text == self.said[0]
        return self.said


class Kept:
    def __init__(self, *kept: tuple[int, int]) -> None:
        self._kept = [Progress(step, validated=validated) for step, validated in kept]

    def kept(self) -> list[Progress]:
        return self._kept


@pytest.mark.parametrize(
    ("every", "step"),
    [
        ([[(20, 15), (15, 15)], [(15, 15), (10, 0)]], 15),
        ([[(15, 15), (10, 0)], [(15, 0), (10, 0)]], 10),
        ([[(20, 15), (15, 15)], [(20, 15), (15, 15)], [(20, 15)]], 20),
        ([[], []], None),
    ],
    ids=["killed before saving", "killed before validating", "all", "none"],
)
def test_workers_agree_on_the_newest_state_that_all_have(every: list[list[tuple[int, int]]], step: int | None) -> None:
    found = agreed(Said(*every), Kept(*every[0]))  # type: ignore[arg-type]
    assert (None if found is None else found.step) == step


@pytest.mark.parametrize("other", [[], [(7, 0)]])
def test_without_a_common_state_it_is_said_who_has_what(other: list[tuple[int, int]]) -> None:
    with pytest.raises(ChatbotError, match=r"no step that all workers have saved \(rank 0: 20, 15; rank 1: (none|7)\)"):
        agreed(Said([(20, 15), (15, 15)], other), Kept((20, 15), (15, 15)))  # type: ignore[arg-type]
