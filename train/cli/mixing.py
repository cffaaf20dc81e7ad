"""`chatbot train --mix`: what else is learned, from another corpus or from what a model says of itself."""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from chatbot.errors import UsageError
from chatbot.text.sanitize import one_line
from train.cli.reading import described, read
from train.timing import Pace, duration

if TYPE_CHECKING:
    from rich.console import Console

    from chatbot.bundle import Bundle
    from train.corpora.corpus import Reading
    from train.corpora.dialogue import Dialogue
    from train.mixing import Measure

_MEASURED = 20
"""Dialogues of a rehearsal after which it is said how long it will take."""
_SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample.jsonl"
"""Its first turns are prompts too; an installed program has it not."""


class Mix(NamedTuple):
    """One ``--mix``."""

    path: str
    share: float
    """Of the pieces that are learned."""
    bundle: Bundle | None
    """The model that talks with itself; None: ``path`` is a corpus."""


@dataclasses.dataclass(frozen=True)
class Mixture:
    """What is mixed, and with what."""

    mixes: Sequence[Mix]
    dialogues: Iterable[Dialogue]
    """The user's, without those to validate with."""
    validation: Iterable[Dialogue]
    """None of these is mixed in."""
    measure: Measure
    reading: Reading
    seed: int
    folder: Path
    """Of the run, where rehearsals are kept."""
    console: Console


def add_mixing(parser: argparse.ArgumentParser) -> None:
    """``--mix``."""
    parser.add_argument(
        "--mix",
        action="append",
        default=[],
        metavar="WHAT:SHARE",
        help="against forgetting: this share (such as 0.3) of what is learned comes from another corpus, or from what "
        "a model of `chatbot models` (or the directory of a bundle) says when it talks with itself; may be repeated",
    )


def mixes_of(words: Sequence[str]) -> list[Mix]:
    """What the arguments say; models are opened, corpora are not read yet.

    Raises:
        UsageError: if one is no ``WHAT:SHARE``, or nothing is left for the user's own dialogues.
        BundleError: if a model is not whole, or there is neither a model nor a corpus of that name.
    """
    found = [_mix(word) for word in words]
    if sum(mix.share for mix in found) >= 1:
        raise UsageError(
            f"shares of {' and '.join(f'{mix.share:g}' for mix in found)} in --mix",
            expected="less than 1 together: the rest is the corpus itself",
            remedy="lower them",
        )
    return found


def _mix(word: str) -> Mix:
    path, _, number = word.rpartition(":")
    try:
        share = float(number)
    except ValueError:
        share = -1.0
    if not path or not 0 < share < 1:
        raise UsageError(
            f"--mix {one_line(word)}",
            expected="a corpus or a model, a colon and a share between 0 and 1, such as default:0.3",
            remedy="correct it",
        )
    return Mix(path, share, None if _is_corpus(path) else _bundle(path))


def _is_corpus(path: str) -> bool:
    """What is there and no bundle, and what only a corpus can be called."""
    from glob import has_magic

    from chatbot.bundle import MANIFEST
    from train.corpora.catalogue import PREFIX
    from train.corpora.places import STANDARD_INPUT

    if path == STANDARD_INPUT or path.startswith(PREFIX):
        return True
    if os.path.exists(path):
        return not os.path.isfile(os.path.join(path, MANIFEST))
    return has_magic(path) or len(Path(path).parts) > 1


def _bundle(path: str) -> Bundle:
    from chatbot.bundle import read_bundle
    from chatbot.catalog import find_bundle
    from chatbot.errors import BundleError

    try:
        directory = find_bundle(path)
    except BundleError as error:
        raise UsageError(
            f"--mix: {one_line(path)} is neither a corpus nor a model",
            expected="a file, folder or pattern that is there, or " + error.expected,
            remedy="check the path, or see `chatbot models`",
        ) from error
    return read_bundle(directory)


def mix_in(mixture: Mixture) -> tuple[list[Dialogue], list[dict[str, Any]]]:
    """The dialogues to add, and what the metadata says of them.

    Raises:
        ChatbotError: if a corpus cannot be read, a model cannot talk, or what it says cannot be kept.
    """
    from train.mixing import wanted

    own = sum(mixture.measure(dialogue) for dialogue in mixture.dialogues)
    sizes = wanted(own, [mix.share for mix in mixture.mixes])
    names = itertools.chain(["rehearsal.jsonl.gz"], (f"rehearsal-{n}.jsonl.gz" for n in itertools.count(2)))
    added: list[Dialogue] = []
    facts = []
    for mix, size in zip(mixture.mixes, sizes, strict=True):
        if mix.bundle is None:
            dialogues, fact = _of_corpus(mix, mixture, size)
        else:
            dialogues, fact = _of_model(mix.bundle, mixture, size, mixture.folder / next(names))
        added += dialogues
        facts.append({**fact, "share": mix.share, "dialogues": len(dialogues)})
    return added, facts


def _of_corpus(mix: Mix, mixture: Mixture, size: float) -> tuple[list[Dialogue], dict[str, Any]]:
    from train.corpora.places import Place
    from train.corpora.roles import Roles
    from train.fitting import say
    from train.mixing import draw

    # --format and --assistant are said of the user's own corpus; of another, each finds out for itself.
    place, reading = Place(mix.path), dataclasses.replace(mixture.reading, format=None, roles=Roles())
    held_out = {dialogue.key() for dialogue in mixture.validation}
    there = (_learned(d, mixture.reading) for d in read([place], reading) if d.key() not in held_out)
    drawn = draw(there, size, mixture.measure, mixture.seed)
    times = f"all of it, {drawn.rounds:.1f} times: it is small" if drawn.rounds > 1 else f"{drawn.rounds:.1%} of it"
    say(mixture.console, f"mixed in: {len(drawn.dialogues):,} dialogues of {one_line(mix.path)} ({times})")
    return drawn.dialogues, described(place)


def _of_model(bundle: Bundle, mixture: Mixture, size: float, path: Path) -> tuple[list[Dialogue], dict[str, Any]]:
    from train.fitting import say
    from train.rehearsal import fingerprint, first_turns, interleaved, keep, kept

    prompts = interleaved(first_turns(mixture.dialogues, mixture.seed), first_turns(_sample(), mixture.seed))
    made_of = fingerprint(bundle, prompts, mixture.seed, size)
    if (made := kept(path, made_of)) is None:
        keep(path, _made(bundle, prompts, mixture, size), made_of)
        made = kept(path, made_of)
        assert made is not None
    else:
        say(mixture.console, f"mixed in: {len(made):,} dialogues that {one_line(bundle.name)} made before")
    origin = {key: bundle.metadata[key] for key in ("created", "corpora") if key in bundle.metadata}
    return [_learned(dialogue, mixture.reading) for dialogue in made], {"rehearsal": bundle.name, **origin}


def _made(bundle: Bundle, prompts: Sequence[str], mixture: Mixture, size: float) -> list[Dialogue]:
    """What a model says in talking with itself."""
    from train.fitting import say
    from train.mixing import until
    from train.rehearsal import Talker

    name, began, left_out, talker = one_line(bundle.name), time.monotonic(), 0, Talker(bundle, mixture.seed)

    def sized() -> Iterator[tuple[int, Dialogue]]:
        nonlocal left_out
        for dialogue in talker.dialogues(prompts):
            if dialogue is None:
                left_out += 1
            else:
                yield mixture.measure(_learned(dialogue, mixture.reading)), dialogue

    say(mixture.console, f"{name} talks with itself, for {size:,.0f} pieces of replies")
    made = [dialogue for _, dialogue in _watched(until(sized(), size), size, mixture.console)]
    turns = sum(len(dialogue.turns) for dialogue in made) / len(made)
    say(
        mixture.console,
        f"mixed in: {len(made):,} dialogues of {turns:.1f} turns that {name} made in {time.monotonic() - began:.0f} s "
        f"({left_out:,} left out for empty, repeated or endless replies)",
    )
    return made


def _watched(sized: Iterable[tuple[int, Dialogue]], size: float, console: Console) -> Iterator[tuple[int, Dialogue]]:
    """The same, and how long it will take, as the first of them show, and how far it is: a bar, or a line now and then
    where there is no terminal."""
    from rich.progress import Progress

    from train.fitting import say

    began, pace, total = time.monotonic(), Pace(), 0
    with Progress(console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("rehearsal", total=size)
        for number, (own, dialogue) in enumerate(sized, start=1):
            total += own
            bar.update(task, completed=total)
            left = duration((time.monotonic() - began) * max(0.0, size / total - 1))
            if number == _MEASURED:
                say(console, f"rehearsal: {left} left, as measured on {number} dialogues; a smaller share takes less")
            elif not console.is_terminal and pace.due():
                say(console, f"rehearsal: {total:,} of {size:,.0f} pieces, {left} left")
            yield own, dialogue


def _learned(dialogue: Dialogue, reading: Reading) -> Dialogue:
    """Of both roles, or of the assistant alone where the user has named one."""
    return dialogue._replace(only=None if reading.roles.assistant is None else "assistant")


def _sample() -> list[Dialogue]:
    from train.corpora.corpus import Reading, dialogues
    from train.corpora.places import Place

    if not _SAMPLE.is_file():
        return []
    return list(dialogues(Place(str(_SAMPLE)), Reading(), lambda skipped: None))
