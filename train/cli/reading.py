"""How the sub-commands name corpora and read them."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot import __version__
from chatbot.errors import CorpusError
from chatbot.text.sanitize import one_line

if TYPE_CHECKING:  # NumPy and more come with them: what only shows its help need not wait
    from train.corpora.corpus import Reading
    from train.corpora.dialogue import Dialogue, Skipped
    from train.corpora.places import Place

_SKIPPED_SHOWN = 5


def add_reading(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    """The arguments: where the dialogues are, which may be left out if ``optional``, and how they are read."""
    parser.add_argument(
        "paths",
        nargs="*" if optional else "+",
        metavar="PATH",
        help="files, folders, patterns, archives (.zip .gz .bz2 .xz .zst), - for standard input, or "
        "tfds:NAME[/config][:split] of TensorFlow Datasets; PATH:0.3 takes three in ten of its dialogues, PATH:2 each "
        "of them twice",
    )
    group = parser.add_argument_group("reading")
    group.add_argument("--format", metavar="NAME", help="of all paths (default: found by looking at each file)")
    group.add_argument("--data-dir", type=Path, metavar="DIR", help="where TensorFlow Datasets keeps its data")
    group.add_argument(
        "--assistant",
        "--me",
        metavar="SPEAKER",
        help="who is the assistant: that side alone is learned, and the name never reaches the model (default: each "
        "side learns to answer the other)",
    )
    group.add_argument(
        "--redact", action="store_true", help="mask e-mail addresses, telephone and card numbers, URLs with user data"
    )
    group.add_argument("--region", metavar="CC", help="country whose telephone numbers --redact knows without +code")


def reading_of(args: argparse.Namespace) -> Reading:
    """How the arguments say that corpora are read."""
    from train.corpora.corpus import Reading
    from train.corpora.redact import Redactor
    from train.corpora.roles import Roles

    redactor = Redactor(args.region) if args.redact else None
    return Reading(args.format, Roles(args.assistant), redactor, args.data_dir)


def places_of(paths: Iterable[str]) -> list[Place]:
    """Each with its weight."""
    from train.corpora.places import parse_place

    return [parse_place(path) for path in paths]


def read(places: Sequence[Place], reading: Reading, *, report: bool = True) -> Iterator[Dialogue]:
    """The dialogues of some places, as often as their weights say; what is skipped is named on standard error.

    Args:
        places: Where they are.
        reading: How they are read.
        report: Whether to name what is skipped: once is enough.

    Raises:
        CorpusError: if something cannot be read, or there is no dialogue anywhere.
    """
    from train.corpora.corpus import dialogues

    skipped: list[Skipped] = []
    count = found = 0

    def skip(record: Skipped) -> None:
        nonlocal count
        count += 1
        if count <= _SKIPPED_SHOWN:
            skipped.append(record)

    try:
        for place in places:
            for dialogue in dialogues(place, reading, skip):
                for _ in range(times(dialogue, place.weight)):
                    found += 1
                    yield dialogue
    finally:
        for record in skipped if report else ():
            print(f"skipped {one_line(record.where)}: {record.reason}", file=sys.stderr)
        if report and count > len(skipped):
            print(f"skipped {count - len(skipped)} more record(s)", file=sys.stderr)
    if not found:
        raise CorpusError(
            f"no dialogue in {', '.join(one_line(place.path) for place in places)} ({count} record(s) skipped)",
            expected="dialogues of at least two turns",
            remedy="run `chatbot corpus` on it to see what is in it",
        )


def times(dialogue: Dialogue, weight: float) -> int:
    """How often a dialogue is seen in a pass: the whole part of the weight, and once more for that share of them."""
    return int(weight) + (dialogue.share("weight") < weight % 1)


def source_of(described: Sequence[Mapping[str, Any]], reading: Reading) -> str | None:
    """A hash of all that the dialogues of some places hang on; None where that is not known before they are read."""
    if any("sha256" not in place for place in described):
        return None
    how = [reading.format, reading.roles.assistant, reading.redactor and [reading.redactor.region]]
    content = [[place["sha256"], place.get("weight")] for place in described]
    return hashlib.sha256(json.dumps([__version__, how, content]).encode()).hexdigest()


def described(place: Place) -> dict[str, Any]:
    """What the metadata says of a corpus; never where it lay on somebody's disk."""
    from train.corpora.catalogue import PREFIX
    from train.corpora.places import STANDARD_INPUT, sources

    if place.path == STANDARD_INPUT or place.path.startswith(PREFIX):
        name = "standard input" if place.path == STANDARD_INPUT else place.path
        return {"name": name, "weight": place.weight}
    digest = hashlib.sha256()
    for source in sources(place.path):
        with source.opener() as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
    name = "/".join(Path(place.path).resolve().parts[-2:])
    found: dict[str, Any] = {"name": name, "sha256": digest.hexdigest()}
    return found if place.weight == 1 else {**found, "weight": place.weight}
