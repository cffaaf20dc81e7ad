"""`chatbot train`: where a model comes from: the one it goes on from, its corpora, and whom to thank."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot.cli.options import given_settings
from chatbot.config import ModelConfig
from chatbot.errors import CorpusError, UsageError
from chatbot.text.sanitize import one_line
from train.cli.settings import SHORT

if TYPE_CHECKING:
    from chatbot.bundle import Bundle
    from train.cli.mixing import Mix
    from train.recipes.parts import Parts


def add_parent(parser: argparse.ArgumentParser) -> None:
    """``--from`` and ``--extend``."""
    parser.add_argument(
        "--from",
        dest="parent",
        metavar="BUNDLE",
        help="go on from this model (fine-tuning): its shape, its tokenizer and its weights",
    )
    parser.add_argument(
        "--extend",
        type=int,
        default=0,
        metavar="N",
        help="with --from: let its tokenizer learn up to N more pieces, of words that it had to spell until now",
    )


def parent_of(args: argparse.Namespace) -> Bundle | None:
    """The model to go on from.

    Raises:
        UsageError: if the command line also says of which shape the model is to be, or there is nothing to extend.
    """
    if args.extend < 0 or (args.extend and args.parent is None):
        raise UsageError(
            f"--extend {args.extend}" + (" without --from" if args.extend > 0 else ""),
            expected="how many pieces the tokenizer of another model learns",
            remedy="name that with --from; how many pieces a new model has says --vocabulary"
            if args.extend > 0
            else "give 1 or more",
        )
    if args.parent is None:
        return None
    from chatbot.catalog import open_bundle

    if shape := given_settings(ModelConfig, args):
        raise UsageError(
            f"--from {one_line(args.parent)} with {', '.join('--' + SHORT.get(name, name) for name in shape)}",
            expected="a model of the shape that the other has",
            remedy="leave one of them out",
        )
    return open_bundle(args.parent)


def shape_of(parent: Bundle, wanted: ModelConfig) -> ModelConfig:
    """The shape of the model to go on from, with what a recipe may change of it: dropout, and a gate that foresees.

    Raises:
        UsageError: if the recipe wants another shape.
    """
    model = replace(parent.model, dropout=wanted.dropout, word_dropout=wanted.word_dropout)
    if (model.copying, wanted.copying) == ("continued", "foreseen"):
        model = replace(model, copying="foreseen")
    have, want = model.to_dict(), {**wanted.to_dict(), "vocabulary_size": model.vocabulary_size}
    if strange := [name for name in have if have[name] != want[name]]:
        name = strange[0]
        raise UsageError(
            f"a recipe with {name} = {want[name]}, and a model with {have[name]}",
            expected="a model of the recipe's shape to go on from",
            remedy="leave --from out, or name another model",
        )
    return model


def metadata_of(
    args: argparse.Namespace,
    corpora: Sequence[Mapping[str, Any]],
    parent: Bundle | None,
    mixes: Sequence[Mix],
    parts: Parts | None = None,
) -> dict[str, Any]:
    """Where the model comes from."""
    own = _credits(args.credits or (parts.credits if parts is not None else None))
    return {
        "corpora": corpora,
        **({"recipe": parts.recipe.name} if parts is not None else {}),
        "credits": list(dict.fromkeys([*_credits_of(parent, *(mix.bundle for mix in mixes)), *own])),
        **({"parent": _lineage(parent)} if parent else {}),
    }


def _lineage(parent: Bundle) -> dict[str, Any]:
    """What the metadata says of the model that one has come from."""
    found = {key: parent.metadata[key] for key in ("created", "corpora", "parent") if key in parent.metadata}
    return {"name": parent.name, "vocabulary_size": parent.model.vocabulary_size, **found}


def _credits_of(*bundles: Bundle | None) -> list[str]:
    """Of the models that one comes from, each line once."""
    return list(dict.fromkeys(line for bundle in bundles if bundle for line in bundle.metadata.get("credits", [])))


def _credits(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(
            f"{path} cannot be read", expected="a text file with one credit a line", remedy="check --credits"
        ) from error
    return [line.strip() for line in lines if line.strip()]
