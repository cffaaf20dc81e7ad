"""`chatbot train`."""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import itertools
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot.cli.options import given_settings
from chatbot.config import ModelConfig, SamplingConfig
from chatbot.errors import CorpusError, UsageError
from chatbot.text.sanitize import one_line
from train.cli.extra import require_extra
from train.cli.mixing import Mix, Mixture, add_mixing, mix_in, mixes_of
from train.cli.reading import add_reading, described, places_of, read, reading_of, source_of
from train.cli.settings import SHORT, add_settings_of_training, settings_of
from train.config import CHECKPOINTS

if TYPE_CHECKING:
    from rich.console import Console

    from chatbot.bundle import Bundle
    from train.corpora.corpus import Reading
    from train.prepare import Corpus
    from train.trainer import Run

_EXAMPLE = """examples:
  chatbot train data/sample.jsonl --preset tiny --cell gru --out runs/mine
  chatbot --model runs/mine/bundle
  chatbot train whatsapp.zip --me Ada --from default --out runs/ada
  chatbot train chats/ --from default --extend 500 --mix default:0.3 --out runs/mine
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
    parser.add_argument(
        "--extend",
        type=int,
        default=0,
        metavar="N",
        help="with --from: let its tokenizer learn up to N more pieces, of words that it had to spell until now",
    )
    add_mixing(parser)
    add_settings_of_training(parser)
    parser.set_defaults(run=run_train)


def run_train(args: argparse.Namespace) -> int:
    """Run `chatbot train`."""
    model, training = settings_of(args)
    require_extra()
    parent, mixes = _parent(args), mixes_of(args.mix)
    model = model if parent is None else parent.model
    from rich.console import Console

    from chatbot.layers import find_cell, make_cell
    from train.trainer import Run, train

    find_cell(model.cell)  # may import a module of the user's: this name is the user's own, not a bundle's
    make_cell(model.cell, 1)  # what is no cell is an error now, not after reading the corpus
    out = _run_folder(args, _identity(args, model.cell))
    reading = reading_of(args)
    corpora = [described(place) for place in places_of(args.paths)]
    corpus = _corpus(args, corpora, reading)
    run = Run(
        folder=out,
        model=model,
        training=training,
        sampling=SamplingConfig(),
        precision=args.precision,
        metadata=_metadata(args, corpora, parent, mixes),
        name=args.name or out.resolve().name,
        overwrite=args.overwrite,
        cache=args.cache,
        parent=parent,
        extend=args.extend,
    )
    console = Console(stderr=True)
    if mixes:
        run, corpus = _mixed(run, mixes, corpus, reading, console)
    bundle = train(run, corpus, console)
    perplexity = bundle.metadata["validation"]["word_perplexity"]
    print(f"validation word perplexity {perplexity}; talk to it:", file=sys.stderr)
    print(f"chatbot --model {out / 'bundle'}")
    return 0


def _metadata(
    args: argparse.Namespace, corpora: Sequence[Mapping[str, Any]], parent: Bundle | None, mixes: Sequence[Mix]
) -> dict[str, Any]:
    """Where the model comes from."""
    return {
        "corpora": corpora,
        "credits": [*_credits_of(parent, *(mix.bundle for mix in mixes)), *_credits(args.credits)],
        **({"parent": _lineage(parent)} if parent else {}),
    }


def _corpus(args: argparse.Namespace, described_corpora: Sequence[Mapping[str, Any]], reading: Reading) -> Corpus:
    """The user's own dialogues."""
    from train.prepare import Corpus

    places, validation, passes = places_of(args.paths), places_of(args.valid or []), itertools.count()
    content = [*described_corpora, {"sha256": "to validate with"}, *(described(place) for place in validation)]
    return Corpus(
        lambda: read(places, reading, report=next(passes) == 0),
        (lambda: read(validation, reading)) if validation else None,
        source_of(content, reading),
    )


def _mixed(run: Run, mixes: Sequence[Mix], corpus: Corpus, reading: Reading, console: Console) -> tuple[Run, Corpus]:
    """The run, and its dialogues with what is mixed in; those to validate with stay as they are."""
    from train.mixing import Again, measure_by
    from train.prepare import Corpus
    from train.trainer import tokenizer_of

    share = 0.0 if corpus.validation else run.training.validation_share
    own = Again(lambda: (d for d in corpus.training() if d.share("validation") >= share))
    validation = corpus.validation or (lambda: (d for d in corpus.training() if d.share("validation") < share))
    # The pieces that are still to be learned cannot be counted in yet.
    tokenizer = tokenizer_of(run.parent) if run.parent and not run.extend else None
    added, facts = mix_in(
        Mixture(mixes, own, Again(validation), measure_by(tokenizer), reading, run.training.seed, run.folder, console)
    )
    run = dataclasses.replace(run, metadata={**(run.metadata or {}), "mixed": facts})
    return run, Corpus(lambda: itertools.chain(own, added), validation)


def _parent(args: argparse.Namespace) -> Bundle | None:
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


def _lineage(parent: Bundle) -> dict[str, Any]:
    """What the metadata says of the model that one has come from."""
    found = {key: parent.metadata[key] for key in ("created", "corpora", "parent") if key in parent.metadata}
    return {"name": parent.name, "vocabulary_size": parent.model.vocabulary_size, **found}


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
