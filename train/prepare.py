"""From dialogues to examples on disk: read once, split by their content, turned into ids, and kept for the next time.

However large the corpora are, the memory this takes is bounded, but for a few bytes for each dialogue.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeVar

import platformdirs
import tensorflow as tf

from chatbot.errors import ChatbotError, CorpusError
from chatbot.text.sanitize import one_line
from chatbot.text.tokenizer import Tokenizer
from train.config import TrainingConfig
from train.corpora import Dialogue
from train.invention import Inventor
from train.pieces import Pieces
from train.records import Records, Writer, read_manifest, write_manifest
from train.spool import Spool, Tokenizing
from train.timing import Pace

_VERSION = 2
"""Of what is kept: another one is not read."""
_SAMPLE = 16 << 20
"""Characters that a tokenizer is trained on, at the most: SentencePiece takes some 30 bytes for each."""
_DAYS = 30
"""After which what was not used is removed."""
_MAKING = "making-"

Say = Callable[[str], None]
_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Corpus:
    """What to train on and what to validate with, read when it is asked for."""

    training: Callable[[], Iterable[Dialogue]]
    validation: Callable[[], Iterable[Dialogue]] | None = None
    """None: some of the training dialogues are held out."""
    source: str | None = None
    """A hash of everything that the dialogues hang on; None: that is not known before they are read."""

    @classmethod
    def of(cls, training: Sequence[Dialogue], validation: Sequence[Dialogue] | None = None) -> Corpus:
        """Of dialogues in memory."""
        return cls(lambda: training, None if validation is None else lambda: validation)


class TokenizerMaker(NamedTuple):
    """Where the tokenizer comes from."""

    key: str
    """Different if the tokenizer may be."""
    make: Callable[[Iterable[str]], Tokenizer]
    """From a sample of the turns."""


@dataclass(frozen=True)
class Prepared:
    """Examples ready to be read in any order."""

    tokenizer: Tokenizer
    training: Records
    validation: Records
    contents: dict[str, str]
    """How many dialogues of each kind there are, and a short hash of what is in them."""


def default_cache() -> Path:
    """Where prepared examples are kept unless another place is named."""
    return platformdirs.user_cache_path("chatbot") / "prepared"


def prepare(corpus: Corpus, settings: TrainingConfig, maker: TokenizerMaker, cache: Path, say: Say) -> Prepared:
    """The examples of a corpus, made or found.

    Equal dialogues never stand on both sides: what is to be validated with is not trained on.

    Raises:
        CorpusError: if there is nothing to train on or to validate with, or no tokenizer can be learned.
        ChatbotError: if they cannot be written.
    """
    try:
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        _prune(cache)
        if corpus.source is not None and (found := _open(cache / _name(corpus, settings, maker, corpus.source))):
            say(f"prepared before: {found.contents['training dialogues']} dialogues to train on")
            return found
        making = Path(tempfile.mkdtemp(prefix=_MAKING, dir=cache))
        try:
            return _made(corpus, settings, maker, making, say)
        finally:
            shutil.rmtree(making, ignore_errors=True)
    except (OSError, tf.errors.OpError) as error:
        reason = error.strerror if isinstance(error, OSError) else error.message
        raise ChatbotError(
            f"the examples cannot be prepared in {one_line(str(cache))} ({one_line(str(reason))})",
            expected="a folder with space for about twice the text of the corpora",
            remedy="free some space, or name another folder with --cache",
        ) from error


def _made(corpus: Corpus, settings: TrainingConfig, maker: TokenizerMaker, making: Path, say: Say) -> Prepared:
    inventor = Inventor(settings.invent)
    training, validation, texts = _read(corpus, settings, making, inventor, say)
    contents = {"training dialogues": training.content, "validation dialogues": validation.content}
    final = making.parent / _name(corpus, settings, maker, corpus.source or json.dumps(contents))
    if found := _open(final):
        return found
    tokenizer = maker.make([*texts, *inventor.samples(len(texts) // 4)])
    whole = making / "whole"
    whole.mkdir(mode=0o700)
    began = time.monotonic()
    how = Tokenizing(tokenizer, settings.longest, *inventor.settings)
    tokens = _write(whole / "train", _lasting(training.pieces(how), say))
    tokens += _write(whole / "valid", validation.pieces(Tokenizing(tokenizer)))
    (whole / "tokenizer.model").write_bytes(tokenizer.model)
    write_manifest(whole, {"version": _VERSION, "contents": contents})
    with contextlib.suppress(OSError):  # somebody else has just made the same
        whole.rename(final)
    found = _open(final)
    assert found is not None
    say(f"{tokens:,} tokens prepared in {time.monotonic() - began:.0f} s, kept in {one_line(str(final))}")
    return found


def _name(corpus: Corpus, settings: TrainingConfig, maker: TokenizerMaker, content: str) -> str:
    """Of the folder: a hash of all that the examples hang on."""
    share = "given" if corpus.validation else settings.validation_share
    parts = [_VERSION, content, maker.key, settings.longest, settings.lowercase_share, settings.invent, share]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:20]


def _open(folder: Path) -> Prepared | None:
    """What was prepared there; what is not whole is removed."""
    manifest = read_manifest(folder)
    if manifest is None or manifest.get("version") != _VERSION:
        return None
    try:
        tokenizer = Tokenizer((folder / "tokenizer.model").read_bytes())
        found = Prepared(tokenizer, Records(folder / "train"), Records(folder / "valid"), manifest["contents"])
    except (CorpusError, OSError):
        shutil.rmtree(folder, ignore_errors=True)
        return None
    os.utime(folder / "manifest.json")
    return found


def _read(
    corpus: Corpus, settings: TrainingConfig, making: Path, inventor: Inventor, say: Say
) -> tuple[Spool, Spool, list[str]]:
    """Read everything: (to train on, to validate with, a sample of what is said in the former)."""
    training, validation, sample = Spool(making / "train.jsonl"), Spool(making / "valid.jsonl"), _Sample(_SAMPLE)
    held_out: set[int] = set()
    for dialogue in corpus.validation() if corpus.validation else ():
        held_out.add(dialogue.key())
        validation.add(dialogue.lower())
    left_out = 0
    for dialogue in _lasting(corpus.training(), say):
        if corpus.validation and dialogue.key() in held_out:
            left_out += 1
        elif not corpus.validation and dialogue.is_held_out(settings.validation_share):
            validation.add(dialogue.lower())
        else:
            said = dialogue.lower() if dialogue.share("case") < settings.lowercase_share else dialogue
            training.add(said)
            inventor.count(said)
            sample.add(turn.text for turn in said.turns)
    if left_out:
        say(f"{left_out:,} dialogue(s) are not trained on, because they are to be validated with")
    if not training.dialogues or not validation.dialogues:
        raise CorpusError(
            f"{training.dialogues} dialogue(s) to train on and {validation.dialogues} to validate with",
            expected="some to train on and some to validate with",
            remedy="give more dialogues, or a validation corpus with --valid",
        )
    return training, validation, sample.texts


def _write(folder: Path, examples: Iterable[Pieces]) -> int:
    """Write examples; how many tokens they are."""
    tokens = 0
    with Writer(folder) as writer:
        for each in examples:
            writer.add(*each)
            tokens += len(each.ids)
    return tokens


def _lasting(items: Iterable[_Item], say: Say) -> Iterator[_Item]:
    """The same, and a line every so often that says how many there were."""
    pace = Pace(20.0)
    for number, item in enumerate(items, start=1):
        yield item
        if pace.due():
            say(f"preparing: {number:,} dialogues so far")


class _Sample:
    """Texts up to so many characters together; of more, an even share, drawn by a seed."""

    def __init__(self, limit: int) -> None:
        self._limit, self._size, self._share = limit, 0, 1.0
        self._kept: list[tuple[float, str]] = []
        self._rng = random.Random(0)

    def add(self, texts: Iterable[str]) -> None:
        for text in texts:
            drawn = self._rng.random()
            if drawn < self._share:
                self._kept.append((drawn, text))
                self._size += len(text)
        while self._size > self._limit:
            self._share /= 2
            self._kept = [(drawn, text) for drawn, text in self._kept if drawn < self._share]
            self._size = sum(len(text) for _, text in self._kept)

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self._kept]


def _prune(cache: Path) -> None:
    """Remove what was not used for long, and what a killed process has left."""
    for folder in cache.iterdir():
        used = folder / "manifest.json"
        with contextlib.suppress(FileNotFoundError):  # another process is doing the same
            age = time.time() - (used if used.exists() else folder).stat().st_mtime
            if age > (1 if folder.name.startswith(_MAKING) else _DAYS) * 86400:
                shutil.rmtree(folder, ignore_errors=True)
