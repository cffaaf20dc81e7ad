"""`chatbot train`: the run folder, by its name or by the command."""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
from pathlib import Path

from chatbot.errors import UsageError
from train.cluster import Cluster
from train.config import is_unfinished

_APART = ("run", "out", "overwrite", "cache", "yes", "estimate", "so_far", "prompt", "workers", "rank")
"""What may be said otherwise the next time without another training coming of it."""


def run_folder(args: argparse.Namespace, identity: str) -> Path:
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
    return (folder / "bundle").exists() and not is_unfinished(folder)


def identity(args: argparse.Namespace, cell: str, cluster: Cluster | None = None) -> str:
    """The cell, a hash of what is trained, and the rank: the same machines may have other addresses the next time."""
    given = {name: str(value) for name, value in vars(args).items() if name not in _APART}
    digest = hashlib.sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()
    rank = "" if cluster is None else f"-rank{cluster.rank}"
    return f"{cell.rpartition(':')[2]}-{digest[:8]}{rank}"
