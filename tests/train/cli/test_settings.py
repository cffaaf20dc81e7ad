"""Settings: preset, file and command line, each over the one before; what is unknown is refused."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from chatbot.config import ModelConfig
from chatbot.errors import ConfigError, UsageError
from train.cli.settings import add_settings_of_training, settings_of
from train.config import PRESETS, TrainingConfig


def settings(*words: object) -> tuple[ModelConfig, TrainingConfig]:
    parser = argparse.ArgumentParser()
    add_settings_of_training(parser)
    return settings_of(parser.parse_args([str(word) for word in words]))


def file(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_nothing_said_is_the_defaults() -> None:
    assert settings() == (ModelConfig(), TrainingConfig())


def test_the_command_line_counts_more_than_the_file_and_the_file_more_than_the_preset(tmp_path: Path) -> None:
    path = file(tmp_path, 'cell = "gru"\nunits = 96\nlearning_rate = 0.003\nlabel-smoothing = 0.1\nvocabulary = 700\n')
    model, training = settings("--preset", "tiny", "--config", path, "--units", "48")
    assert (model.cell, model.units, model.vocabulary_size) == ("gru", 48, 700)
    assert (training.learning_rate, training.label_smoothing) == (0.003, 0.1)
    assert model.embedding_size == PRESETS["tiny"]["embedding_size"]


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_a_valid_choice_of_settings(preset: str) -> None:
    model, training = settings("--preset", preset)
    chosen = {**model.to_dict(), **training.to_dict()}
    assert {name: chosen[name] for name in PRESETS[preset]} == PRESETS[preset]


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("learning_rat = 1.0", ConfigError, "'learning_rat'.*did you mean 'learning_rate'"),
        ("vocabulary_sise = 1", ConfigError, "did you mean 'vocabulary"),
        ("[model]\nunits = 3", ConfigError, "unknown setting 'model'"),
        ('units = "many"', ConfigError, "units"),
        ("units = -1", ConfigError, "units"),
        ("units =", UsageError, r"mine\.toml cannot be read"),
        ("\x00", UsageError, r"mine\.toml cannot be read"),
    ],
)
def test_mistakes_are_named(text: str, error: type[Exception], said: str, tmp_path: Path) -> None:
    with pytest.raises(error, match=said):
        settings("--config", file(tmp_path, text))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.toml"):
        settings("--config", tmp_path / "none.toml")
