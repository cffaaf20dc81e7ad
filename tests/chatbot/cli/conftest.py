"""The command line in this process and in one of its own, with the tiny model on disk and no models of the user's."""

from __future__ import annotations

import dataclasses
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from chatbot.bundle import Bundle, write_bundle
from chatbot.cli import main

ROOT = Path(__file__).resolve().parents[3]


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """Lines of its standard output."""
        return self.out.split("\n")[:-1]


@pytest.fixture(scope="session")
def bundle_dir(bundle_float32: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny bundle on disk; read only, please."""
    directory = tmp_path_factory.mktemp("models") / "tiny"
    metadata = {"corpora": [{"name": "data/sample.jsonl"}], "validation": {"word_perplexity": 300.5}}
    write_bundle(directory, dataclasses.replace(bundle_float32, metadata=metadata))
    return directory


@pytest.fixture
def chatbot(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Run a command in this process: ``chatbot("reply", "--seed", 1, stdin=b"Hi")``; argparse's exit is one too."""

    def run(*words: Any, stdin: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capfd.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        sys.stdout.flush()
        return Done(code, *capfd.readouterr())

    return run


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """For a process of its own: finds the checkout from any directory, and no models of the user's."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "XDG_DATA_HOME": str(tmp_path / "data"), "COLUMNS": "100"}


@pytest.fixture
def process(environment: dict[str, str], tmp_path: Path) -> Callable[..., Done]:
    """Run a command in a process of its own; with ``code`` that instead of ``-m chatbot``."""

    def run(*words: Any, stdin: bytes = b"", code: str = "", **options: Any) -> Done:
        start = ["-c", code] if code else ["-m", "chatbot"]
        done = subprocess.run(
            [sys.executable, *start, *map(str, words)],
            input=stdin,
            stdout=options.pop("stdout", subprocess.PIPE),
            stderr=subprocess.PIPE,
            env=environment,
            cwd=tmp_path,
            timeout=60,
            check=False,
            **options,
        )
        return Done(done.returncode, (done.stdout or b"").decode(), done.stderr.decode())

    return run


@pytest.fixture
def no_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Neither shipped nor user's models; the directory that shipped ones would lie in."""
    from chatbot import catalog

    monkeypatch.setattr(catalog, "SHIPPED", tmp_path / "shipped")
    monkeypatch.setattr(catalog, "user_models", lambda: tmp_path / "user")
    return tmp_path / "shipped"
