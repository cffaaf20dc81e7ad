"""The sub-commands that make a model: `chatbot train` and `chatbot evaluate`.

Only the arguments stand here; TensorFlow and Keras are imported once a command really runs.
"""

from __future__ import annotations

import argparse
import collections
import datetime
import hashlib
import importlib.util
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot.cli.options import add_settings, given_settings
from chatbot.config import ModelConfig, SamplingConfig
from chatbot.errors import CorpusError, MissingExtraError, UsageError
from chatbot.native import native_silence
from train.config import TrainingConfig

if TYPE_CHECKING:
    from train.corpora import Dialogue, Skipped

_TRAIN_EXAMPLE = """example:
  chatbot train data/sample.jsonl --cell gru --units 128 --passes 100 --out runs/mine
  chatbot --model runs/mine/bundle
"""
_EVALUATE_EXAMPLE = """example:
  chatbot evaluate default data/sample.jsonl --json
"""
_SHORT = {"vocabulary_size": "vocabulary", "embedding_size": "embedding", "memory_positions": "memory"}
"""Options that are called otherwise than their settings."""
_SKIPPED_SHOWN = 5


def add_train(parser: argparse.ArgumentParser) -> None:
    """The arguments of `chatbot train`."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = "Train a model on dialogues and write a run folder with a bundle to talk to."
    parser.epilog = _TRAIN_EXAMPLE
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="JSONL dialogues, plain or gzipped")
    parser.add_argument("--valid", nargs="+", type=Path, metavar="PATH", help="dialogues to validate with")
    parser.add_argument("--out", type=Path, metavar="DIR", help="the run folder (default: a new one in runs/)")
    parser.add_argument("--overwrite", action="store_true", help="replace the model that is in the run folder")
    parser.add_argument("--name", default=None, help="name in the metadata (default: that of the run folder)")
    parser.add_argument("--credits", type=Path, metavar="FILE", help="credits of the corpora, a line each")
    parser.add_argument(
        "--precision",
        choices=("int8", "float32"),
        default="int8",
        help="of the graph that talks (default: %(default)s)",
    )
    add_settings(parser, ModelConfig(), "model settings", _SHORT, shown=True)
    add_settings(parser, TrainingConfig(), "training settings", {}, shown=True)
    parser.set_defaults(run=run_train)


def run_train(args: argparse.Namespace) -> int:
    """Run `chatbot train`."""
    model = ModelConfig.from_dict(given_settings(ModelConfig, args))
    training = TrainingConfig.from_dict(given_settings(TrainingConfig, args))
    require_extra()
    from rich.console import Console

    from chatbot.layers import find_cell, make_cell
    from train.trainer import Run, train

    find_cell(model.cell)  # may import a module of the user's: this name is the user's own, not a bundle's
    make_cell(model.cell, 1)  # what is no cell is an error now, not after reading the corpus
    out = _run_folder(args, model.cell)
    dialogues = read(args.paths)
    validation = read(args.valid) if args.valid else None
    metadata = {
        "corpora": [_describe(path) for path in args.paths],
        "credits": _credits(args.credits),
    }
    name = args.name or out.resolve().name
    run = Run(out, model, training, SamplingConfig(), args.precision, metadata, name)
    bundle = train(run, dialogues, validation, Console(stderr=True))
    perplexity = bundle.metadata["validation"]["word_perplexity"]
    print(f"validation word perplexity {perplexity}; talk to it:", file=sys.stderr)
    print(f"chatbot --model {out / 'bundle'}")
    return 0


def add_evaluate(parser: argparse.ArgumentParser) -> None:
    """The arguments of `chatbot evaluate`."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = "Measure a bundle on dialogues: word perplexity, and how varied its greedy replies are."
    parser.epilog = _EVALUATE_EXAMPLE
    parser.add_argument("bundle", metavar="BUNDLE", help="a model of `chatbot models`, or the directory of a bundle")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="JSONL dialogues, plain or gzipped")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--limit", type=int, default=None, metavar="N", help="only the first N dialogues")
    parser.add_argument("--no-replies", action="store_true", help="perplexity alone, which is faster")
    parser.set_defaults(run=run_evaluate)


def run_evaluate(args: argparse.Namespace) -> int:
    """Run `chatbot evaluate`."""
    if args.limit is not None and args.limit < 1:
        raise UsageError(f"--limit {args.limit}", expected="at least 1", remedy="change --limit")
    from rich.console import Console
    from rich.progress import track

    from chatbot.catalog import open_bundle
    from train.evaluate import Evaluator

    bundle = open_bundle(args.bundle)
    dialogues = read(args.paths)[: args.limit]
    with native_silence():
        evaluator = Evaluator(bundle)
    console = Console(stderr=True)
    tallies = evaluator.run(dialogues, greedy=not args.no_replies)
    progress = track(tallies, "dialogues", len(dialogues), console=console, disable=not console.is_terminal)
    report = collections.deque(progress, maxlen=1)[0].report()
    if args.json:
        print(json.dumps(report))
    else:
        for name, value in report.items():
            print(f"{name:18} {value if isinstance(value, int) else format(value, '.4f')}")
    return 0


def _run_folder(args: argparse.Namespace, cell: str) -> Path:
    """Where to write to; a trained model is not replaced unless that is asked for."""
    if args.out is None:
        return Path("runs") / f"{datetime.datetime.now():%Y%m%d-%H%M%S}-{cell.rpartition(':')[2]}"
    out: Path = args.out
    if (out / "bundle").exists() and not args.overwrite:
        raise UsageError(
            f"{out} holds a trained model", expected="a new folder", remedy="give another --out, or add --overwrite"
        )
    return out


def require_extra() -> None:
    """Make sure that the packages of training are there, and quiet.

    Raises:
        MissingExtraError: if they are not; it says what to install.
    """
    missing = [name for name in ("tensorflow", "keras", "safetensors") if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"{', '.join(missing)} not installed",
            expected="the packages that training needs",
            remedy="run: pip install 'chatbot[train]' (in a checkout: pip install '.[train]', or make train)",
        )
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    with native_silence():  # TensorFlow tells at length which accelerators it does not find
        import tensorflow as tf

        tf.config.list_physical_devices()


def read(paths: Iterable[Path]) -> list[Dialogue]:
    """The dialogues of some files; lines that are not dialogues are named on standard error."""
    from train.corpora import read_corpora

    skipped: list[Skipped] = []
    try:
        return read_corpora(list(paths), skipped.append)
    finally:
        for skip in skipped[:_SKIPPED_SHOWN]:
            print(f"skipped {skip.where}: {skip.reason}", file=sys.stderr)
        if len(skipped) > _SKIPPED_SHOWN:
            print(f"skipped {len(skipped) - _SKIPPED_SHOWN} more line(s)", file=sys.stderr)


def _describe(path: Path) -> dict[str, Any]:
    """What the metadata says of a corpus; never where it lay on somebody's disk."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return {"name": f"{path.resolve().parent.name}/{path.name}", "sha256": digest.hexdigest()}


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
