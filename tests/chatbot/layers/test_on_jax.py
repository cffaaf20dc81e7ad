"""The same parity on JAX, from the one process that ``jax_worker.py`` is."""

from __future__ import annotations

import ast
import fcntl
import importlib.util
import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
WORKER = Path(__file__).with_name("jax_worker.py")
KINDS = ("SimpleRNN", "LSTM", "GRU")
OUTPUTS, GRADIENTS = 1e-6, 1e-5

pytestmark = pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="jax is not installed")

CASES = [
    *(
        f"{kind}, {name}"
        for name in (
            "plain", "mask", "mask at the start", "backwards, mask", "zeroed", "initial state", "initial state, mask",
            "unrolled", "relu, no bias", "both dropouts", "bidirectional", "stateful", "trained", "spoilt",
        )
        for kind in KINDS
    ),
    "LSTM, eager", "LSTM, dropout", "LSTM, dropout at rest", "LSTM, gates apart", "GRU, gates apart",
    "GRU, reset before",
]  # fmt: skip


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the worker found; run once, whatever the number of processes that test."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with (shared / "on_jax.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        path = shared / "on_jax.json"
        if not path.exists():
            path.write_text(run(), encoding="utf-8")
        return json.loads(path.read_text(encoding="utf-8"))


def run() -> str:
    done = subprocess.run(
        [sys.executable, str(WORKER)],
        cwd=ROOT,
        env={**os.environ, "KERAS_BACKEND": "jax", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def found(report: dict[str, Any], case: str) -> dict[str, dict[str, float]]:
    result = report["cases"][case]
    assert isinstance(result, dict), result  # else it is a traceback
    assert result
    return result


@pytest.mark.parametrize("case", CASES)
def test_what_comes_out_and_what_flows_back_is_what_it_is_in_keras(case: str, report: dict[str, Any]) -> None:
    for name, entry in found(report, case).items():
        tolerance = OUTPUTS if name.startswith("output") else GRADIENTS
        assert math.isfinite(entry["difference"])
        assert entry["difference"] <= tolerance * entry["largest"], name


def test_another_order_of_gates_is_noticed(report: dict[str, Any]) -> None:
    entries = found(report, "GRU, swapped")
    assert entries["output 0"]["difference"] > 0.01
    assert entries["gradient of inputs"]["difference"] > 0.01 * entries["gradient of inputs"]["largest"]


def test_the_worker_ran_on_jax_and_ran_everything_that_is_asserted_on(report: dict[str, Any]) -> None:
    assert report["backend"] == "jax"
    assert set(report["cases"]) == {*CASES, "GRU, swapped"}


def test_gradients_are_among_what_is_compared(report: dict[str, Any]) -> None:
    for case in CASES:
        compared = set(found(report, case))
        if not case.endswith(("stateful", "trained")):
            assert "gradient of inputs" in compared
            assert any(name.startswith("gradient of 0 ") for name in compared)
        if "initial state" in case:
            assert "gradient of initial state 0" in compared


def test_the_worker_chooses_its_backend_before_it_imports_keras() -> None:
    lines = [ast.unparse(node) for node in ast.parse(WORKER.read_text(encoding="utf-8")).body]
    assert lines.index("os.environ['KERAS_BACKEND'] = 'jax'") < lines.index("import keras")
