"""The run folder: the same command finds it again, another does not, and a trained model is not replaced unasked."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest

from chatbot.errors import UsageError
from train.cli.folder import identity, run_folder


def arguments(**given: Any) -> argparse.Namespace:
    return argparse.Namespace(**{"paths": ["a.txt"], "out": None, "overwrite": False, "yes": False, **given})


def test_a_command_has_one_name_whatever_does_not_change_the_training() -> None:
    name = identity(arguments(), "gru")
    assert name.startswith("gru-")
    for same in ({}, {"yes": True}, {"cache": Path("x")}, {"prompt": ["Hi"]}, {"run": print}, {"rank": 1}):
        assert identity(arguments(**same), "gru") == name
    for other in ({"paths": ["b.txt"]}, {"passes": 3.0}):
        assert identity(arguments(**other), "gru") != name
    assert identity(arguments(), "mine.cells:Clockwork").startswith("Clockwork-")


def test_a_finished_folder_is_left_and_an_unfinished_one_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first = run_folder(arguments(), "gru-1")
    assert first == Path("runs/gru-1")
    (first / "bundle").mkdir(parents=True)
    assert run_folder(arguments(), "gru-1") == Path("runs/gru-1-2")
    (first / "checkpoints").mkdir()
    (first / "checkpoints" / "step-3.safetensors").touch()
    assert run_folder(arguments(), "gru-1") == first


def test_a_trained_model_is_replaced_only_if_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    with pytest.raises(UsageError, match="holds a trained model"):
        run_folder(arguments(out=tmp_path), "x")
    assert run_folder(arguments(out=tmp_path, overwrite=True), "x") == tmp_path
