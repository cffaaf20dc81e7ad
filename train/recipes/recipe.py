"""A recipe as its TOML file has it: the shape, the training, the sampling, and the parts that are mixed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.config import Config, ModelConfig, SamplingConfig
from chatbot.errors import UsageError
from chatbot.text.sanitize import one_line
from train.config import TrainingConfig

HOME = Path(__file__).parent
"""Where the recipes are that come with the program."""
_SECTIONS = ("model", "training", "sampling")


@dataclass(frozen=True)
class Part(Config):
    """Some of the dialogues; exactly one of ``authored``, ``path`` and ``public`` says where they come from."""

    authored: int = 0
    """So many dialogues composed from the grammar."""
    seed: int = 1
    """Of what is composed."""
    path: str = ""
    """A file or folder of the checkout."""
    public: str = ""
    """A public corpus by name."""
    assistant: str = ""
    """The speaker who is the assistant; none: each side learns to answer the other."""
    weight: float = 1.0
    """How often each dialogue is taken in; of 0.3, three in ten are."""
    most: int = 0
    """At most so many dialogues; 0: all."""

    def __post_init__(self) -> None:
        given = [bool(self.authored), bool(self.path), bool(self.public)]
        self._require("path", sum(given) == 1, "exactly one of authored, path and public")
        self._require("weight", 0 < self.weight < float("inf"), "more than 0")


@dataclass(frozen=True)
class Recipe:
    """What a model is made of."""

    name: str
    model: ModelConfig
    training: TrainingConfig
    sampling: SamplingConfig
    parts: Sequence[Part]
    validation: Sequence[Part]
    credits: str
    """A file of the checkout with the credits of the public corpora."""


def names() -> list[str]:
    """The recipes that come with the program."""
    return sorted(path.stem for path in HOME.glob("*.toml"))


def load(name: str, changes: Mapping[str, Mapping[str, Any]] | None = None) -> Recipe:
    """A recipe by name, or from a file.

    Args:
        name: One of ``names()``, or a path that ends in ``.toml``.
        changes: Settings that count more than the recipe's, by section.

    Raises:
        UsageError: if there is none of that name, or it cannot be read.
        ConfigError: if a setting is unknown, of the wrong type or out of range.
    """
    path = Path(name) if name.endswith(".toml") else HOME / f"{name}.toml"
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise _wrong(f"no recipe {one_line(name)!r}", f"one of {', '.join(names())}, or a file FILE.toml") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(f"the recipe {one_line(name)!r} cannot be read ({one_line(str(error))})", "a TOML file") from error
    known = {*_SECTIONS, "credits", "part", "validation"}
    if strange := sorted(set(found) - known):
        unknown = f"{one_line(name)}: unknown section {one_line(strange[0])!r}"
        raise _wrong(unknown, f"one of {', '.join(sorted(known))}")
    sections = {each: {**found.get(each, {}), **(changes or {}).get(each, {})} for each in _SECTIONS}
    parts, validation = ([Part.from_dict(each) for each in found.get(key, [])] for key in ("part", "validation"))
    if not parts or not validation:
        raise _wrong(f"{one_line(name)}: {len(parts)} parts, {len(validation)} to validate with", "some of both")
    return Recipe(
        path.stem,
        ModelConfig.from_dict(sections["model"]),
        TrainingConfig.from_dict(sections["training"]),
        SamplingConfig.from_dict(sections["sampling"]),
        parts,
        validation,
        str(found.get("credits", "")),
    )


def _wrong(received: str, expected: str) -> UsageError:
    return UsageError(received, expected=expected, remedy="correct --recipe or the file")
