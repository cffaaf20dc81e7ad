"""`chatbot train --recipe`: everything that a model is made of comes from a file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from chatbot.cli.options import given_settings
from chatbot.config import ModelConfig
from chatbot.errors import UsageError
from train.config import TrainingConfig
from train.recipes.recipe import load, names

if TYPE_CHECKING:
    from train.recipes.parts import Parts

_ELSEWHERE = ("paths", "valid", "preset", "config", "mix", "assistant", "format")
"""What a recipe says itself."""


def add_recipe(parser: argparse.ArgumentParser) -> None:
    """``--recipe`` and ``--public``."""
    group = parser.add_argument_group("recipes")
    group.add_argument(
        "--recipe",
        metavar="NAME",
        help=f"make a model by a recipe, in the place of PATH: {', '.join(names())}, or a file FILE.toml; options of "
        "the model and of the training count more than it",
    )
    group.add_argument(
        "--public",
        type=Path,
        metavar="FILE",
        help="where the public corpora of the recipe lie, as .jsonl.gz whose lines name their source (default: they "
        "are fetched)",
    )


def parts_of(args: argparse.Namespace) -> Parts | None:
    """What the recipe is made of; None where there is none.

    Raises:
        UsageError: if there is neither a recipe nor a path, or both, or an option that a recipe says itself.
        CorpusError: if the public corpora cannot be had.
    """
    given = [name for name in _ELSEWHERE if getattr(args, name, None)]
    if args.recipe is None:
        if not args.paths or args.public is not None:
            raise UsageError(
                "--public without --recipe" if args.public is not None else "no dialogues to train on",
                expected="PATH, or a recipe",
                remedy="name files or folders of dialogues, or give --recipe default",
            )
        return None
    if given:
        also = "PATH" if given[0] == "paths" else f"--{given[0]}"
        raise UsageError(
            f"--recipe {args.recipe} with {also}", expected="either of them", remedy=f"leave {also} out, or --recipe"
        )
    changes = {"model": given_settings(ModelConfig, args), "training": given_settings(TrainingConfig, args)}
    recipe = load(args.recipe, changes)
    from train.recipes.parts import Parts

    public = args.public
    wanted = {part.public for part in (*recipe.parts, *recipe.validation) if part.public}
    if public is None and wanted:
        from train.recipes.public import public_corpora

        public = public_corpora(wanted, say=lambda text: print(text, file=sys.stderr))
    return Parts(recipe, public)
