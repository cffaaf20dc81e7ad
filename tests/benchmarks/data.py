"""The way from a corpus of 1 GB to training steps: memory, tokens per second, and whether training waits for data.

Also the process that is measured: python -m tests.benchmarks.data FOLDER MEGABYTES
"""

from __future__ import annotations

import contextlib
import itertools
import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from tests.benchmarks.report import Row, spread

_MEGABYTES = 1000
_MOST_MB = 1500
_STEPS = 40
_PREPARED = "prepared "
"""Begins the line that says so."""


def run(model: str | None, megabytes: int = _MEGABYTES) -> list[Row]:
    """``model`` plays no part."""
    with tempfile.TemporaryDirectory(prefix="bench-data-") as folder:
        write_corpus(Path(folder) / "corpus.jsonl", megabytes)
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.data", folder, str(megabytes)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        peak = _Peak(process.pid)
        peak.start()
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith(_PREPARED):
                prepared = peak.highest
        if process.wait():
            raise RuntimeError(f"the measured process ended with {process.returncode}")
        found = json.loads(lines[-1])
    share = found["waited"] / (found["waited"] + found["worked"])
    rate = f"{found['tokens'] / found['seconds'] / 1e6:.2f} M tokens/s, {megabytes / found['seconds']:.1f} MB/s"
    waits = spread(found["waits"], 1e3)
    return [
        Row(f"{megabytes} MB of text prepared: memory of all processes", prepared, _MOST_MB, "MB", rate),
        Row("step time spent waiting for data", 100 * share, 5, "%", f"{waits} ms of {found['step']:.0f} ms a step"),
        Row("padding", 100 * found["padding"], 15, "%", f"of the positions of {found['batches']} batches"),
    ]


def write_corpus(path: Path, megabytes: int) -> None:
    """Dialogues of made-up words in our format, no two alike."""
    rng = random.Random(1)
    syllables = ["".join(pair) for pair in itertools.product("bdfgklmnprstvz", "aeiou")]
    words = ["".join(rng.choices(syllables, k=rng.randint(1, 4))) for _ in range(40_000)]
    weights = [1 / (rank + 3) for rank in range(len(words))]
    turns = [" ".join(rng.choices(words, weights, k=int(rng.lognormvariate(2.2, 0.7)) + 1)) for _ in range(20_000)]
    written, limit = 0, megabytes * 1_000_000
    with path.open("w", encoding="utf-8") as file:
        for number in itertools.count():
            texts = [*rng.choices(turns, k=rng.randint(2, 14)), f"number {number}"]
            said = [{"speaker": "ab"[n % 2], "text": text} for n, text in enumerate(texts)]
            written += file.write(json.dumps({"turns": said}) + "\n")
            if written >= limit:
                return


class _Peak(threading.Thread):
    """Watches how much memory a process and its children take together, in MB; what they share counts once."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._process = psutil.Process(pid)
        self.highest = 0.0

    def run(self) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            while self._process.is_running():
                family = [self._process, *self._process.children(recursive=True)]
                self.highest = max(self.highest, sum(map(_proportional, family)) / 1e6)
                time.sleep(0.25)


def _proportional(process: psutil.Process) -> int:
    """The proportional set size in bytes; where the system knows none, all that is resident, shared or not."""
    try:
        memory = process.memory_full_info()
    except psutil.Error:  # it has just ended
        return 0
    return int(getattr(memory, "pss", memory.rss))


def measured(folder: Path) -> dict[str, Any]:
    """Prepare the corpus of a folder as ``chatbot train`` does, then train some steps of a small model."""
    from chatbot.config import ModelConfig
    from chatbot.model import Seq2Seq
    from train.cli.reading import read
    from train.config import PRESETS, TrainingConfig
    from train.corpora.corpus import Reading
    from train.corpora.places import Place
    from train.dataset import plan, training_dataset
    from train.optimizer import make_optimizer
    from train.prepare import Corpus, TokenizerMaker, prepare
    from train.tokenizer import train_tokenizer

    preset = PRESETS["small"]
    settings = TrainingConfig(batch_positions=preset["batch_positions"])
    shape = {name: preset[name] for name in ("units", "embedding_size", "layers", "vocabulary_size")}
    maker = TokenizerMaker("bench", lambda texts: train_tokenizer(texts, shape["vocabulary_size"]))
    began = time.perf_counter()
    prepared = prepare(
        Corpus(lambda: read([Place(str(folder / "corpus.jsonl"))], Reading())), settings, maker, folder / "cache", print
    )
    seconds = time.perf_counter() - began
    print(f"{_PREPARED}in {seconds:.0f} s", flush=True)
    positions = prepared.training.positions
    planned = plan(positions, settings.batch_positions, _rng())
    model = Seq2Seq(ModelConfig(**{**shape, "vocabulary_size": prepared.tokenizer.vocabulary_size}))
    model.compile(make_optimizer(settings, 1000), jit_compile=False)
    batches = iter(training_dataset(prepared.training, settings.batch_positions, 1))
    waits, steps = [], []
    for _ in range(_STEPS):
        before = time.perf_counter()
        batch = next(batches)
        got = time.perf_counter()
        model.train_on_batch(batch)
        waits.append(got - before)
        steps.append(time.perf_counter() - got)
    waits, steps = waits[5:], steps[5:]  # the first traces and fills the pipeline
    return {
        "seconds": seconds,
        "tokens": int(positions.sum() + prepared.validation.positions.sum()),
        "waits": waits,
        "waited": sum(waits),
        "worked": sum(steps),
        "step": 1e3 * statistics.median(steps),
        "padding": 1 - positions.sum() / sum(int(positions[batch].max()) * len(batch) for batch in planned),
        "batches": len(planned),
    }


def _rng() -> Any:
    import numpy as np

    return np.random.default_rng(1)


if __name__ == "__main__":
    print(json.dumps(measured(Path(sys.argv[1]))))
