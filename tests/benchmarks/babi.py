"""Dialog bAbI (Bordes & Weston 2017): per-response accuracy on valid, and on dialogues whose cuisines and places never
stand in training.

python -m tests.benchmarks.babi split CORPORA OUT      writes task1.unseen.jsonl.gz and task2.unseen.jsonl.gz
python -m tests.benchmarks.babi measure CORPORA OUT BUNDLE [--limit N]

``split`` replaces the values in every second dialogue of valid: each cuisine and each place by one of the lists below,
the same throughout a dialogue.  RESULTS.md has the commands of the trainings.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

CUISINES = [
    "brazilian",
    "ethiopian",
    "greek",
    "lebanese",
    "mexican",
    "moroccan",
    "peruvian",
    "persian",
    "polish",
    "turkish",
]
PLACES = ["athens", "cairo", "dublin", "jakarta", "lima", "lisbon", "nairobi", "oslo", "toronto", "warsaw"]
TASKS = (1, 2)


def dialogues(path: Path) -> list[list[dict[str, str]]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line)["turns"] for line in file]


def values(turns: Sequence[Sequence[Mapping[str, str]]]) -> tuple[set[str], set[str]]:
    """The cuisines and the places that are asked for: the first two words of every api_call."""
    calls = [turn["text"].split()[1:3] for each in turns for turn in each if turn["text"].startswith("api_call ")]
    return {call[0] for call in calls}, {call[1] for call in calls}


def unseen(turns: Sequence[Mapping[str, str]], known: tuple[set[str], set[str]], seed: int) -> list[dict[str, str]]:
    """One dialogue with other values."""
    rng = random.Random(seed)
    new: dict[str, str] = {}
    for kind, others in zip(known, (CUISINES, PLACES), strict=True):
        found = sorted({word for turn in turns for word in turn["text"].split()} & kind)
        new |= dict(zip(found, rng.sample(others, len(found)), strict=True))
    pattern = re.compile(r"\b(" + "|".join(map(re.escape, new)) + r")\b") if new else re.compile(r"(?!)")
    return [{**turn, "text": pattern.sub(lambda match: new[match[0]], turn["text"])} for turn in turns]


def split(corpora: Path, out: Path) -> None:
    """Write the dialogues with unseen values.

    Raises:
        ValueError: if a value stands in training after all.
    """
    out.mkdir(parents=True, exist_ok=True)
    for task in TASKS:
        training, valid = (dialogues(corpora / f"task{task}.{part}.jsonl.gz") for part in ("train", "valid"))
        words = {word for each in training for turn in each for word in turn["text"].split()}
        if common := words & {*CUISINES, *PLACES}:
            raise ValueError(f"{sorted(common)} stand in the training part of task {task}")
        known = tuple(a | b for a, b in zip(values(training), values(valid), strict=True))
        with gzip.open(out / f"task{task}.unseen.jsonl.gz", "wt", encoding="utf-8") as file:
            for number, each in enumerate(valid[::2]):
                file.write(json.dumps({"turns": unseen(each, (known[0], known[1]), number)}) + "\n")


def measure(corpora: Path, out: Path, bundle: str, limit: int | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """(what, report) for valid and for unseen values."""
    from chatbot.catalog import open_bundle
    from train.cli.reading import read
    from train.corpora.corpus import Reading
    from train.corpora.places import Place
    from train.corpora.roles import Roles
    from train.evaluate import Evaluator, report

    evaluator = Evaluator(open_bundle(bundle))
    sets = [corpora / f"task{task}.valid.jsonl.gz" for task in (*TASKS, 6)]
    for path in (*sets, *(out / f"task{task}.unseen.jsonl.gz" for task in TASKS)):
        chosen = list(read([Place(str(path))], Reading(roles=Roles("b"))))[:limit]
        yield path.name, report(list(evaluator.run(chosen)), intervals=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("split", "measure"))
    parser.add_argument("corpora", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("bundle", nargs="?")
    parser.add_argument("--limit", type=int)
    args = parser.parse_args()
    if args.what == "split":
        split(args.corpora, args.out)
        return 0
    for name, found in measure(args.corpora, args.out, args.bundle, args.limit):
        low, high = found["response_accuracy_interval"]
        accuracy = f"{100 * found['response_accuracy']:.2f} % ({100 * low:.2f} to {100 * high:.2f})"
        print(f"{name}: {accuracy} of {found['replies']} replies")
    return 0


if __name__ == "__main__":
    sys.exit(main())
