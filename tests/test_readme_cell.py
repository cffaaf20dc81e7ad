"""The cell of one's own in the README: its code is taken from there, trained by the commands that stand below it."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from chatbot.bundle import read_bundle
from chatbot.layers import CELLS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
TINY = "--units 8 --embedding 8 --layers 1 --vocabulary 400 --memory 16 --passes 0.5"


def block(language: str, containing: str) -> str:
    (found,) = (text for kind, text in BLOCKS if kind == language and containing in text)
    return found


def run(place: Path, *words: str, text: str = "") -> str:
    """Standard output of Python in ``place``, which stands in no search path, as for the program's own script."""
    done = subprocess.run(
        [sys.executable, "-P", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=place,
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, sample_path: Path) -> Path:
    """A directory with ``mycell.py`` and a part of the sample."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "mycell.py").write_text(block("python", "class MyCell"), encoding="utf-8")
    (folder / "data").mkdir()
    (folder / "data" / "sample.jsonl").write_bytes(b"".join(sample_path.read_bytes().splitlines(True)[:60]))
    return folder


def test_it_trains_and_its_bundle_talks_without_it(place: Path) -> None:
    train, reply = block("", "--cell mycell:MyCell").splitlines()
    program, *words = shlex.split(train)
    assert program == "chatbot"
    said = run(place, "-m", "chatbot", *words, *shlex.split(TINY))
    bundle = read_bundle(place / "runs" / "mycell" / "bundle")
    assert (bundle.model.cell, bundle.model.units) == ("mycell:MyCell", 8)
    assert said == f"chatbot --model {Path('runs', 'mycell', 'bundle')}\n"
    (place / "mycell.py").rename(place / "gone.py")
    try:
        echo, _, ask = reply.partition(" | ")
        (_, text), (_, *words) = shlex.split(echo), shlex.split(ask)
        answers = run(place, "-m", "chatbot", *words, "--max-length", "8", text=text + "\n").splitlines()
    finally:
        (place / "gone.py").rename(place / "mycell.py")
    assert len(answers) == 1


def test_it_is_short_and_keeps_the_laws_that_it_is_checked_by(place: Path) -> None:
    assert len(block("python", "class MyCell").splitlines()) <= 20
    run(place, "-c", "import sys; sys.path.insert(0, '.')\n" + block("python", "check_cell(MyCell"))


def test_every_cell_of_the_program_has_its_line() -> None:
    assert re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE) == list(CELLS)
