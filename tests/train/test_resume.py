"""A training that is killed and goes on gives what it would have given anyway."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from chatbot.bundle import WEIGHTS, read_bundle

ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("CHATBOT_TEST_KILLS", "2"))
"""More take their time: every start loads TensorFlow and traces the model."""
SETTINGS = {
    "cell": "gru", "units": 12, "embedding": 10, "layers": 2, "vocabulary": 420, "memory": 16, "dropout": 0.3,
    "batch-positions": 512, "longest": 120, "validate-every": 15, "passes": 4, "average": 0.9, "precision": "float32",
}  # fmt: skip
PROGRAM = """
import sys
import keras
import tensorflow as tf
tf.config.experimental.enable_op_determinism()
import train.callbacks
train.callbacks.Saver.__init__.__defaults__ = (0.05,)
from chatbot.cli import main
sys.exit(main(sys.argv[1:]))
"""


def start(corpus: Path, out: Path, **changes: float) -> subprocess.Popen[str]:
    options = [word for name, value in {**SETTINGS, **changes}.items() for word in (f"--{name}", str(value))]
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "train", str(corpus), "--out", str(out), *options],
        env={**os.environ, "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": "-1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def saved_step(out: Path) -> int:
    return max((int(path.stem.split("-")[1]) for path in (out / "checkpoints").glob("step-*.safetensors")), default=0)


def finished(process: subprocess.Popen[str]) -> str:
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said[-2000:]
    return said


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, sample_path: Path) -> Path:
    path = tmp_path_factory.mktemp("corpus") / "sample.jsonl"
    lines = sample_path.read_text(encoding="utf-8").splitlines()[:60]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.slow
def test_killed_again_and_again_it_gives_the_weights_of_a_training_left_alone(corpus: Path, tmp_path: Path) -> None:
    finished(start(corpus, tmp_path / "whole"))
    steps = read_bundle(tmp_path / "whole" / "bundle").metadata["training"]["steps"]
    rng, out = np.random.default_rng(), tmp_path / "killed"
    # Not so late that it might have ended before the signal comes.
    targets = sorted(int(step) for step in rng.integers(1, max(2, 3 * steps // 4), KILLS))
    killed = 0
    for target in targets:
        process = start(corpus, out)
        while saved_step(out) < target and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        killed += process.returncode == -signal.SIGKILL
    said = finished(start(corpus, out)) if not (out / "bundle").exists() else ""
    assert killed >= 1
    assert "going on from step" in said
    whole, resumed = (read_bundle(tmp_path / name / "bundle") for name in ("whole", "killed"))
    weights = [safetensors.numpy.load(bundle.files[WEIGHTS]) for bundle in (whole, resumed)]
    assert weights[0].keys() == weights[1].keys()
    for name, values in weights[0].items():
        np.testing.assert_allclose(weights[1][name], values, atol=1e-6, err_msg=f"{name}, killed at {targets}")
    logs = [(tmp_path / name / "log.jsonl").read_text().splitlines() for name in ("whole", "killed")]
    steps_logged = [[json.loads(line)["step"] for line in log] for log in logs]
    assert steps_logged[0] == steps_logged[1], "every validation stands in the log once"
    perplexities = [[json.loads(line)["val_word_perplexity"] for line in log] for log in logs]
    np.testing.assert_allclose(*perplexities, rtol=1e-5)


@pytest.mark.slow
def test_ctrl_c_saves_and_says_how_to_go_on_and_other_dialogues_are_refused(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    process = start(corpus, out, passes=400)  # so long that it has not ended when the signal comes
    while saved_step(out) < 3:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    printed, said = process.communicate(timeout=120)
    assert process.returncode == 130
    assert printed == ""
    assert "the same command again" in said.splitlines()[-1]
    assert "Traceback" not in said
    changed = tmp_path / "changed.jsonl"
    changed.write_text("".join(corpus.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    process = start(changed, out, passes=400)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 2
    assert "training dialogues was" in said or "validation dialogues was" in said
    assert saved_step(out) >= 3
