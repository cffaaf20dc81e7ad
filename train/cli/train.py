"""`chatbot train`."""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot.cli.options import given_settings
from chatbot.config import ModelConfig, SamplingConfig
from chatbot.errors import CorpusError, UsageError
from chatbot.text.sanitize import one_line
from train.cli.extra import require_extra
from train.cli.reading import add_reading, described, places_of, read, reading_of, source_of
from train.cli.settings import SHORT, add_settings_of_training, settings_of
from train.config import CHECKPOINTS

if TYPE_CHECKING:
    from chatbot.bundle import Bundle

_EXAMPLE = """examples:
  chatbot train data/sample.jsonl --preset tiny --cell gru --out runs/mine
  chatbot --model runs/mine/bundle
  chatbot train whatsapp.zip --me Ada --from default --out runs/ada
"""


def add_train(parser: argparse.ArgumentParser) -> None:
    """The arguments of `chatbot train`."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = "Train a model on dialogues and write a run folder with a bundle to talk to."
    parser.epilog = _EXAMPLE
    add_reading(parser)
    parser.add_argument("--valid", nargs="+", metavar="PATH", help="dialogues to validate with")
    parser.add_argument("--out", type=Path, metavar="DIR", help="the run folder (default: a new one in runs/)")
    parser.add_argument(
        "--cache",
        type=Path,
        metavar="DIR",
        help="where prepared corpora are kept for the next training (default: in the user's cache)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace the model that is in the run folder")
    parser.add_argument("--name", default=None, help="name in the metadata (default: that of the run folder)")
    parser.add_argument("--credits", type=Path, metavar="FILE", help="credits of the corpora, a line each")
    parser.add_argument(
        "--precision",
        choices=("int8", "float32"),
        default="int8",
        help="of the graph that talks (default: %(default)s)",
    )
    parser.add_argument(
        "--from",
        dest="parent",
        metavar="BUNDLE",
        help="go on from this model (fine-tuning): its shape, its tokenizer and its weights",
    )
    add_settings_of_training(parser)
    parser.set_defaults(run=run_train)


def run_train(args: argparse.Namespace) -> int:
    """Run `chatbot train`."""
    model, training = settings_of(args)
    require_extra()
    parent = _parent(args)
    model = model if parent is None else parent.model
    from rich.console import Console

    from chatbot.layers import find_cell, make_cell
    from train.prepare import Corpus
    from train.trainer import Run, train

    find_cell(model.cell)  # may import a module of the user's: this name is the user's own, not a bundle's
    make_cell(model.cell, 1)  # what is no cell is an error now, not after reading the corpus
    out = _run_folder(args, _identity(args, model.cell))
    places, reading = places_of(args.paths), reading_of(args)
    validation = places_of(args.valid or [])
    corpora = [described(place) for place in places]
    corpus = Corpus(
        lambda: read(places, reading),
        (lambda: read(validation, reading)) if validation else None,
        source_of([*corpora, {"sha256": "validation"}, *(described(place) for place in validation)], reading),
    )
    metadata = {
        "corpora": corpora,
        "credits": [*(parent.metadata.get("credits", []) if parent else []), *_credits(args.credits)],
        **({"parent": _lineage(parent)} if parent else {}),
    }
    name = args.name or out.resolve().name
    run = Run(
        out, model, training, SamplingConfig(), args.precision, metadata, name, args.overwrite, args.cache, parent
    )
    bundle = train(run, corpus, Console(stderr=True))
    perplexity = bundle.metadata["validation"]["word_perplexity"]
    print(f"validation word perplexity {perplexity}; talk to it:", file=sys.stderr)
    print(f"chatbot --model {out / 'bundle'}")
    return 0


def _parent(args: argparse.Namespace) -> Bundle | None:
    """The model to go on from.

    Raises:
        UsageError: if the command line also says of which shape the model is to be.
    """
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


def _lineage(parent: Bundle) -> dict[str, Any]:
    """What the metadata says of the model that one has come from."""
    found = {key: parent.metadata[key] for key in ("created", "corpora", "parent") if key in parent.metadata}
    return {"name": parent.name, **found}


def _run_folder(args: argparse.Namespace, identity: str) -> Path:
    """Where to write to: the folder that was named, or one whose name hangs on the command, so that the same command
    finds an unfinished training again.  A trained model is not replaced unless that is asked for.

    Raises:
        UsageError: if there is one.
    """
    if args.out is None:
        numbered = (Path("runs") / f"{identity}{'' if n == 1 else f'-{n}'}" for n in itertools.count(1))
        return next(folder for folder in numbered if not _is_finished(folder))
    out: Path = args.out
    if _is_finished(out) and not args.overwrite:
        raise UsageError(
            f"{out} holds a trained model", expected="a new folder", remedy="give another --out, or add --overwrite"
        )
    return out


def _is_finished(folder: Path) -> bool:
    """Whether a training has ended there; one that was interrupted may have left a bundle too."""
    return (folder / "bundle").exists() and not any((folder / CHECKPOINTS).glob("step-*"))


def _identity(args: argparse.Namespace, cell: str) -> str:
    """The cell, and a hash of everything on the command line."""
    given = {name: str(value) for name, value in vars(args).items() if name not in ("run", "out", "overwrite", "cache")}
    digest = hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()
    return f"{cell.rpartition(':')[2]}-{digest[:8]}"


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
