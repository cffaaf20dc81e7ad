"""The settings of a training: from a preset, a TOML file and the command line, each over the one before."""

from __future__ import annotations

import argparse
import difflib
import tomllib
from pathlib import Path
from typing import Any

from chatbot.cli.options import add_settings, given_settings
from chatbot.config import ModelConfig
from chatbot.errors import ConfigError, UsageError
from chatbot.text.sanitize import one_line
from train.config import PRESETS, TrainingConfig

SHORT = {"vocabulary_size": "vocabulary", "embedding_size": "embedding", "memory_positions": "memory"}
"""Options that are called otherwise than their settings."""


def add_settings_of_training(parser: argparse.ArgumentParser) -> None:
    """The arguments: ``--preset``, ``--config``, and one for each setting."""
    parser.add_argument("--preset", choices=sorted(PRESETS), help="settings to start from (default: those named below)")
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE.toml",
        help="settings by the names of the options below; options count more",
    )
    add_settings(parser, ModelConfig(), "model settings", SHORT, shown=True)
    add_settings(parser, TrainingConfig(), "training settings", {}, shown=True)


def settings_of(args: argparse.Namespace) -> tuple[ModelConfig, TrainingConfig]:
    """What the arguments say.

    Raises:
        UsageError: if the TOML file cannot be read.
        ConfigError: if a setting is unknown, of the wrong type or out of range.
    """
    chosen: dict[str, Any] = dict(PRESETS.get(args.preset, {}))
    if args.config is not None:
        chosen |= _from_toml(args.config)
    model, training = (
        {**{name: chosen[name] for name in kind.names() if name in chosen}, **given_settings(kind, args)}
        for kind in (ModelConfig, TrainingConfig)
    )
    return ModelConfig.from_dict(model), TrainingConfig.from_dict(training)


def _from_toml(path: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(
            f"{one_line(str(path))} cannot be read ({one_line(str(error))})",
            expected='a TOML file such as: cell = "gru"',
            remedy="correct it, or leave --config out",
        ) from error
    long = {short: name for name, short in SHORT.items()}
    known = {*ModelConfig.names(), *TrainingConfig.names()}
    settings = {long.get(plain := name.replace("-", "_"), plain): value for name, value in found.items()}
    for name in settings:
        if name not in known:
            options = sorted((known - set(SHORT)) | set(long))
            near = difflib.get_close_matches(name, options, n=1)
            raise ConfigError(
                f"{one_line(str(path))}: unknown setting {one_line(name)!r}",
                expected=f"one of {', '.join(options)}",
                remedy=f"did you mean {near[0]!r}?" if near else "remove it",
            )
    return settings
