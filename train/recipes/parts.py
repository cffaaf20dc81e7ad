"""The dialogues of a recipe: composed ones, those of the checkout, and public ones, made fit and weighted."""

from __future__ import annotations

import functools
import gzip
import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatbot.errors import CorpusError
from chatbot.text.sanitize import one_line
from train.authored.around import Around, around
from train.authored.chat import cleaned, exchanges
from train.authored.compose import Composer
from train.authored.library import HOME, load
from train.cli.reading import read, times
from train.corpora import Dialogue
from train.corpora.corpus import Reading
from train.corpora.dialogue import Conversation, Utterance
from train.corpora.places import Place
from train.corpora.roles import Roles
from train.prepare import Corpus
from train.recipes.recipe import Part, Recipe

ROOT = Path(__file__).parents[2]
"""The checkout."""
_HELD_OUT = 0.03
"""Of the public dialogues to validate with; they are not trained on."""


@dataclass(frozen=True)
class Parts:
    """Reads what a recipe names.

    Args:
        recipe: Which.
        public: One dialogue of a public corpus a line, as JSON of our own format that also names its ``source``,
            gzipped; None where the recipe needs none.
    """

    recipe: Recipe
    public: Path | None

    @property
    def corpus(self) -> Corpus:
        """To train on and to validate with."""
        return Corpus(
            lambda: self._all(self.recipe.parts, held_out=False),
            lambda: self._all(self.recipe.validation, held_out=True),
            self._source,
        )

    @property
    def credits(self) -> Path | None:
        """The file that says whom to thank."""
        return ROOT / self.recipe.credits if self.recipe.credits else None

    def described(self) -> list[dict[str, Any]]:
        """What the metadata says of them."""
        return [
            {name: value for name, value in part.to_dict().items() if value != getattr(Part, name, None)}
            for part in self.recipe.parts
        ]

    @property
    def _source(self) -> str:
        """A hash of all that the dialogues hang on: the recipe's parts, the grammar and its programs, the files."""
        digest = hashlib.sha256(json.dumps([self.described(), [p.to_dict() for p in self.recipe.validation]]).encode())
        grammar = sorted(path for pattern in ("**/*.toml", "*.py") for path in HOME.glob(pattern))
        own = [path for part in self.recipe.parts if part.path for path in _files(ROOT / part.path)]
        for path in (*grammar, *own, *([self.public] if self.public else [])):
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def _all(self, parts: Sequence[Part], *, held_out: bool) -> Iterator[Dialogue]:
        for part in parts:
            for dialogue in itertools.islice(self._of(part, held_out), part.most or None):
                for _ in range(1 if part.authored else times(dialogue, part.weight)):
                    yield dialogue

    def _of(self, part: Part, held_out: bool) -> Iterable[Dialogue]:
        if part.authored:
            return Composer(part.seed, self._exchanges, load(), self._around).dialogues(part.authored)
        if part.path:
            return read([Place(str(ROOT / part.path))], Reading(roles=Roles(part.assistant or None)))
        public = cleaned(self._public(part.public, Roles(part.assistant or None)))
        return (dialogue for dialogue in public if dialogue.is_held_out(_HELD_OUT) == held_out)

    @functools.cached_property
    def _exchanges(self) -> list[tuple[str, str]]:
        return exchanges(self._publicly())

    @functools.cached_property
    def _around(self) -> Around:
        return around(self._publicly())

    def _publicly(self) -> Iterator[Dialogue]:
        """What real people said to each other, in all public corpora of the recipe."""
        names = [part.public for part in self.recipe.parts if part.public]
        found = (dialogue for name in names for dialogue in cleaned(self._public(name, Roles())))
        return (dialogue for dialogue in found if not dialogue.is_held_out(_HELD_OUT))

    def _public(self, name: str, roles: Roles) -> Iterator[Dialogue]:
        """The dialogues of one public corpus.

        Raises:
            CorpusError: if the file cannot be read, or holds none of that name.
        """
        count = 0
        for number, (source, utterances) in enumerate(_lines(self.public), start=1):
            if source == name:
                count += 1
                dialogue = roles.dialogue(Conversation(utterances, number)) if len(utterances) > 1 else None
                if dialogue is not None:
                    yield dialogue
        if not count:
            raise _no_public(f"no dialogue of {name!r} in {one_line(str(self.public))}")


def _lines(public: Path | None) -> Iterator[tuple[str, tuple[Utterance, ...]]]:
    if public is None:
        raise _no_public("the recipe needs public corpora")
    try:
        with gzip.open(public, "rt", encoding="utf-8") as file:
            for line in file:
                found = json.loads(line)
                turns = tuple(Utterance(turn["speaker"], turn["text"]) for turn in found["turns"])
                yield found.get("source", ""), tuple(turn for turn in turns if turn.text.strip())
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise _no_public(f"{one_line(str(public))} cannot be read ({one_line(str(error))})") from error


def _files(path: Path) -> list[Path]:
    return sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]


def _no_public(received: str) -> CorpusError:
    return CorpusError(
        received,
        expected="a gzipped file of dialogues, a JSON object a line, each with the name of its source",
        remedy="name it with --public FILE.jsonl.gz",
    )
