"""`chatbot train`."""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot.config import SamplingConfig
from train.cli.extra import require_extra
from train.cli.folder import identity, run_folder
from train.cli.mixing import Mix, Mixture, add_mixing, mix_in, mixes_of
from train.cli.origin import add_parent, metadata_of, parent_of, shape_of
from train.cli.reading import add_reading, described, places_of, read, reading_of, source_of
from train.cli.recipe import add_recipe, parts_of
from train.cli.settings import add_settings_of_training, settings_of
from train.cli.strategy import add_strategy, team_of
from train.cluster import cluster_of

if TYPE_CHECKING:
    from rich.console import Console

    from train.corpora.corpus import Reading
    from train.prepare import Corpus
    from train.trainer import Run

_EXAMPLE = """examples:
  chatbot train data/sample.jsonl --preset tiny --cell gru --out runs/mine
  chatbot --model runs/mine/bundle
  chatbot train whatsapp.zip --me Ada --from default --out runs/ada
  chatbot train chats/ --from default --extend 500 --mix default:0.3 --out runs/mine
  chatbot train --recipe default --out runs/default
"""


def add_train(parser: argparse.ArgumentParser) -> None:
    """The arguments of `chatbot train`."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = "Train a model on dialogues and write a run folder with a bundle to talk to."
    parser.epilog = _EXAMPLE
    add_reading(parser, optional=True)
    add_recipe(parser)
    parser.add_argument("--valid", nargs="+", metavar="PATH", help="dialogues to validate with")
    parser.add_argument("--out", type=Path, metavar="DIR", help="the run folder (default: a new one in runs/)")
    parser.add_argument(
        "--cache",
        type=Path,
        metavar="DIR",
        help="where prepared corpora are kept for the next training (default: in the user's cache)",
    )
    _add_manner(parser)
    add_parent(parser)
    add_mixing(parser)
    add_strategy(parser)
    add_settings_of_training(parser)
    parser.set_defaults(run=run_train)


def _add_manner(parser: argparse.ArgumentParser) -> None:
    """How it starts and what it leaves."""
    parser.add_argument("--yes", action="store_true", help="start without asking")
    parser.add_argument(
        "--estimate", action="store_true", help="only say what it would take, and prepare the dialogues"
    )
    parser.add_argument(
        "--prompt",
        action="append",
        default=[],
        metavar="TEXT",
        help="answered at every validation, to see what is learned; may be repeated (default: what some dialogues "
        "begin with)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace the model that is in the run folder")
    parser.add_argument(
        "--so-far",
        action="store_true",
        help="write a bundle of the best weights that this training, which may be running, has found so far",
    )
    parser.add_argument("--name", default=None, help="name in the metadata (default: that of the run folder)")
    parser.add_argument("--credits", type=Path, metavar="FILE", help="credits of the corpora, a line each")
    parser.add_argument(
        "--precision",
        choices=("int8", "float32"),
        default="int8",
        help="of the graph that talks (default: %(default)s)",
    )


def run_train(args: argparse.Namespace) -> int:
    """Run `chatbot train`."""
    parts = parts_of(args)
    model, training = settings_of(args) if parts is None else (parts.recipe.model, parts.recipe.training)
    cluster = cluster_of(args.strategy, args.workers, args.rank, os.environ)
    require_extra()
    parent, mixes = parent_of(args), mixes_of(args.mix)
    if parent is not None:
        model = parent.model if parts is None else shape_of(parent, model)
    out = run_folder(args, identity(args, model.cell, cluster))
    team = team_of(args.strategy, cluster)
    from chatbot.layers import find_cell, make_cell
    from train.trainer import Run

    find_cell(model.cell)  # may import a module of the user's: this name is the user's own, not a bundle's
    make_cell(model.cell, 1)  # what is no cell is an error now, not after reading the corpus
    reading = reading_of(args)
    corpora = parts.described() if parts is not None else [described(place) for place in places_of(args.paths)]
    corpus = parts.corpus if parts is not None else _corpus(args, corpora, reading)
    run = Run(
        folder=out,
        model=model,
        training=training,
        sampling=SamplingConfig() if parts is None else parts.recipe.sampling,
        precision=args.precision,
        metadata=metadata_of(args, corpora, parent, mixes, parts),
        name=args.name or out.resolve().name,
        overwrite=args.overwrite,
        prompts=args.prompt,
        approve=lambda: not args.estimate and (args.yes or _approved()),
        cache=args.cache,
        parent=parent,
        extend=args.extend,
        team=team,
    )
    return _write_so_far(run) if args.so_far else _do(args, run, mixes, corpus, reading)


def _write_so_far(run: Run) -> int:
    """Write a bundle of the best weights that a training has found so far."""
    from train.so_far import write_so_far

    print(f"chatbot --model {write_so_far(run)}")
    return 0


def _do(args: argparse.Namespace, run: Run, mixes: Sequence[Mix], corpus: Corpus, reading: Reading) -> int:
    """Train, or only say what that would take."""
    from train.fitting import DeclinedError

    try:
        _train(run, mixes, corpus, reading)
    except DeclinedError:
        if not args.estimate:
            raise
    return 0


def _train(run: Run, mixes: Sequence[Mix], corpus: Corpus, reading: Reading) -> None:
    """Train it to the end, and say how it can be talked to."""
    from rich.console import Console

    from train.trainer import train

    console = Console(stderr=True) if run.team is None else run.team.console
    if mixes:
        run, corpus = _mixed(run, mixes, corpus, reading, console)
    bundle = train(run, corpus, console)
    if run.team is not None:
        run.team.part()
    perplexity = bundle.metadata["validation"]["word_perplexity"]
    print(f"validation word perplexity {perplexity}; talk to it:", file=sys.stderr)
    print(f"chatbot --model {run.folder / 'bundle'}")


def _approved() -> bool:
    """Whether to start; where nobody can be asked, that is a yes."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    print("start? [Y/n] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("", "y", "yes")


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
    own = Again(lambda: (d for d in corpus.training() if not d.is_held_out(share)))
    validation = corpus.validation or (lambda: (d for d in corpus.training() if d.is_held_out(share)))
    # The pieces that are still to be learned cannot be counted in yet.
    tokenizer = tokenizer_of(run.parent) if run.parent and not run.extend else None
    added, facts = mix_in(
        Mixture(mixes, own, Again(validation), measure_by(tokenizer), reading, run.training.seed, run.folder, console)
    )
    run = dataclasses.replace(run, metadata={**(run.metadata or {}), "mixed": facts})
    return run, Corpus(lambda: itertools.chain(own, added), validation)
