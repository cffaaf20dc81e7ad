"""`chatbot corpus`: what is in a corpus, before anything is trained on it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from chatbot.errors import CorpusError, UsageError
from chatbot.text.sanitize import one_line
from train.cli.reading import add_reading, places_of, reading_of

if TYPE_CHECKING:
    from train.corpora.corpus import Found, Reading
    from train.corpora.places import Place
    from train.corpora.survey import Survey

_EXAMPLE = """examples:
  chatbot corpus chats.zip
  chatbot corpus 'exports/*.txt' --me Ada --convert mine.jsonl.gz
  chatbot corpus train.jsonl.gz --valid valid.jsonl.gz --json
"""


def add_corpus(parser: argparse.ArgumentParser) -> None:
    """The arguments of `chatbot corpus`."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = "Find out the format of dialogues and report what is in them, and what cannot be used and why."
    parser.epilog = _EXAMPLE
    add_reading(parser)
    parser.add_argument("--valid", nargs="+", metavar="PATH", help="a validation corpus: how much of it stands here")
    parser.add_argument("--convert", type=Path, metavar="OUT.jsonl[.gz]", help="write the dialogues in our own format")
    parser.add_argument("--tfds", type=Path, metavar="DIR", help="build a data set of TensorFlow Datasets there")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run_corpus)


def run_corpus(args: argparse.Namespace) -> int:
    """Run `chatbot corpus`."""
    from rich.console import Console

    from train.corpora.show import show
    from train.corpora.survey import Survey

    reading, survey = reading_of(args), Survey()
    found = _all(places_of(args.paths), reading, survey)
    if args.convert is None:
        for each in found:
            survey.add(each)
    else:
        _convert(found, survey, reading, args.convert)
    if args.valid:
        survey.compare(_all(places_of(args.valid), reading, survey))
    if args.json:
        print(json.dumps(survey.report()))
    else:
        show(survey, Console(highlight=False))
    if reading.redactor is not None:
        masked = ", ".join(f"{count} {kind}" for kind, count in reading.redactor.counts.most_common())
        print(f"masked: {masked or 'nothing'}", file=sys.stderr)
    if not survey.dialogues:
        raise CorpusError(
            f"no dialogue in {', '.join(map(one_line, args.paths))}",
            expected="dialogues of at least two turns",
            remedy="see above why records were skipped, or name the format with --format",
        )
    if args.tfds is not None:  # reads all of it again, which is not to be counted again
        _build(args, reading)
    return 0


def _build(args: argparse.Namespace, reading: Reading) -> None:
    from train.cli.extra import require_extra

    require_extra()
    from train.corpora.tfds_builder import Dialogues

    builder = Dialogues(places=places_of(args.paths), reading=reading, data_dir=args.tfds)
    builder.download_and_prepare()
    print(f"built: tfds:dialogues with --data-dir {one_line(str(args.tfds))}", file=sys.stderr)


def _all(places: list[Place], reading: Reading, survey: Survey) -> Iterator[Found]:
    from train.corpora.corpus import conversations

    for place in places:
        yield from conversations(place, reading, survey.skip)


def _convert(found: Iterator[Found], survey: Survey, reading: Reading, out: Path) -> None:
    """Write what is found with roles for names, readable by its owner alone; a half-written file never gets the name.

    Raises:
        UsageError: if the name is not one of our format.
        CorpusError: if it cannot be written.
    """
    from train.corpora.corpus import without_assistant
    from train.corpora.writing import line_of, private_file

    if not out.name.endswith((".jsonl", ".jsonl.gz")):
        raise UsageError(f"--convert {one_line(str(out))}", expected="OUT.jsonl or OUT.jsonl.gz", remedy="rename it")
    try:
        with private_file(out) as file:
            for each in found:
                survey.add(each)
                dialogue = reading.roles.dialogue(each.conversation)
                if dialogue is None:
                    survey.skip(without_assistant(each.source, each.conversation, reading.roles))
                else:
                    file.write(line_of(dialogue))
    except OSError as error:
        raise CorpusError(
            f"{one_line(str(out))} cannot be written ({error.strerror})",
            expected="a folder that can be written to, with enough space",
            remedy="choose another place for --convert",
        ) from error
