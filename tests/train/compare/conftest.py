"""A comparison small enough for a test: made once, and looked at by many."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from tests.train.compare.reports import tiny_settings

if TYPE_CHECKING:
    from train.compare.conditions import Conditions
    from train.compare.settings import Settings
    from train.corpora import Dialogue

QUIET = Console(quiet=True)


@pytest.fixture(scope="session")
def tiny() -> Settings:
    return tiny_settings()


@pytest.fixture(scope="session")
def conditions(tiny: Settings, dialogues: list[Dialogue], tmp_path_factory: pytest.TempPathFactory) -> Conditions:
    from train.compare.conditions import conditions_of
    from train.prepare import Corpus

    return conditions_of(Corpus.of(dialogues), tiny, tmp_path_factory.mktemp("prepared"), lambda text: None)


@pytest.fixture(scope="session")
def made(conditions: Conditions, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The folder and the report of a comparison of two cells and the yardstick."""
    from train.compare.lab import Lab

    out = tmp_path_factory.mktemp("comparison")
    corpora = [{"name": "data/sample.jsonl", "sha256": "0" * 64}]
    return out, Lab(conditions, ["rnn", "lstm", "transformer"], 1, out, corpora, "smoke").run(QUIET)


@pytest.fixture(scope="session")
def report(made: tuple[Path, dict[str, Any]]) -> dict[str, Any]:
    return made[1]
