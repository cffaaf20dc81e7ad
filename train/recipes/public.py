"""The public corpora that recipes name: where they lie, how they are read, and one file of them all in our own format.

They are not part of the project, and nothing of them is: they are fetched when a model is made, into the user's cache.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import platformdirs

from chatbot.errors import CorpusError, UsageError
from chatbot.text.sanitize import one_line
from train.corpora.detect import reader_named
from train.corpora.dialogue import Utterance
from train.corpora.places import sources
from train.corpora.source import Source
from train.corpora.turns import merged
from train.corpora.writing import private_file
from train.recipes.download import INSTEAD, Downloads

_GITHUB = "https://raw.githubusercontent.com"
_TOPICAL_CHAT = f"{_GITHUB}/alexa/Topical-Chat/8a485f76337a40dfab842426caeaa94fd8212db4/conversations"
_VERSION = 1
"""Goes up when what is made of the same corpora changes."""


@dataclass(frozen=True)
class PublicCorpus:
    """Where a corpus lies, and whose it is."""

    urls: tuple[str, ...]
    """At a commit, so that they hold the same for ever."""
    format: str
    """One of ``_FORMATS``."""
    licence: str
    credit: str


# What could be found out without a network, in a stored index of GitHub: that repositories, commits and paths are
# these, and what the files look like (self-dialogues: the README at this commit, tables at earlier ones; Topical-Chat:
# the beginning of valid_freq.json at this commit, the others by name; personality chat: beginning and end at this
# commit). That the addresses answer, and the SHA-256 of what they give, could not be. The project was developed with
# other copies: of Topical-Chat the same four files, of the self-dialogues 22,989, and of personality chat another
# edition (6,522 questions; answers that were compared are the same). So a model can be made again like this, but not
# bit by bit.
CORPORA: Mapping[str, PublicCorpus] = {
    "self_dialogue": PublicCorpus(
        # The README counts 24,165 dialogues on 23 topics. GitHub packs the archive when it is asked for: should it ever
        # pack in another way, its SHA-256 is another although the files in it are the same.
        ("https://codeload.github.com/jfainberg/self_dialogue_corpus/zip/aca920f7b0a57eee537e0d1b7edd1b5a50486677",),
        "mechanical_turk",
        "BSD 3-Clause",
        "Self-dialogue Corpus (Fainberg et al. 2018)",
    ),
    "topical_chat": PublicCorpus(
        # Version TCS-1.1, 2,156 conversations.  train.json beside them has 8,636 more; the recipe was made without.
        tuple(f"{_TOPICAL_CHAT}/{part}.json" for part in ("valid_freq", "valid_rare", "test_freq", "test_rare")),
        "topical_chat",
        "CDLA-Sharing-1.0",
        "Topical-Chat (Amazon; Gopalakrishnan et al. 2019)",
    ),
    "personality_chat": PublicCorpus(
        # The friendly edition. BotBuilder-PersonalityChat itself only points to a store of QnA Maker, a service that is
        # given up; Microsoft's bf command line keeps the same. (Not its commit e115d34: answers are "undefined" there.)
        (
            f"{_GITHUB}/microsoft/botframework-cli/be805a8330db33398298a4cc828e64e5ab936112"
            "/packages/qnamaker/docs/qnaFormat/english/qna_chitchat_friendly.qna",
        ),
        "qna",
        "MIT",
        "BotBuilder-PersonalityChat (Microsoft)",
    ),
}


def public_corpora(
    names: Iterable[str],
    *,
    cache: Path | None = None,
    say: Callable[[str], None] = print,
    table: Mapping[str, PublicCorpus] = CORPORA,
    local: bool = False,
) -> Path:
    """A file of these corpora, a dialogue a line; fetched and written only if it is not there yet.

    Args:
        names: Which.
        cache: Where they are kept; None: the user's cache.
        say: Told what is done.
        table: The corpora there are.
        local: Whether their addresses may be of this machine: for tests.

    Raises:
        UsageError: if there is no corpus of that name.
        CorpusError: if one cannot be fetched, is not what it was, or holds no dialogue.
    """
    names = _known(names, table)
    folder = cache or platformdirs.user_cache_path("chatbot") / "public"
    path = folder / _name(names, table)
    if path.exists():
        return path
    downloads = Downloads(folder / "fetched", say, local)
    fetched = {name: [downloads.get(url) for url in table[name].urls] for name in names}
    try:
        with private_file(path) as file:
            for name in names:
                count = _write(file, name, _FORMATS[table[name].format], fetched[name])
                say(f"{name}: {count} dialogues ({table[name].credit}, {table[name].licence})")
    except OSError as error:
        raise CorpusError(
            f"{one_line(str(path))} cannot be written ({one_line(error.strerror or str(error))})",
            expected="a folder with room in it",
            remedy=f"make room, or {INSTEAD}",
        ) from error
    return path


def _name(names: Sequence[str], table: Mapping[str, PublicCorpus]) -> str:
    """Of the file: another one where anything about the corpora is another."""
    described = json.dumps([_VERSION, {name: asdict(table[name]) for name in names}])
    return f"{'-'.join(names)}-{hashlib.sha256(described.encode()).hexdigest()[:12]}.jsonl.gz"


def _known(names: Iterable[str], table: Mapping[str, PublicCorpus]) -> list[str]:
    """The names, each once."""
    names = sorted(set(names))
    assert names
    if unknown := [name for name in names if name not in table]:
        raise UsageError(
            f"no public corpus {one_line(unknown[0])!r}", expected=f"one of {', '.join(table)}", remedy=INSTEAD
        )
    return names


Said = list[Utterance]


def _write(file: BinaryIO, name: str, read: Callable[[list[Source]], Iterator[Said]], paths: Iterable[Path]) -> int:
    """How many dialogues were written: those of two turns and more, the same one only once, blanks folded."""
    seen: set[bytes] = set()
    for utterances in read([source for path in paths for source in sources(str(path))]):
        turns = _turns(utterances)
        line = json.dumps({"source": name, "turns": turns}, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        digest = hashlib.sha256(line).digest()
        if len(turns) > 1 and digest not in seen:
            seen.add(digest)
            file.write(line)
    if not seen:
        raise CorpusError(f"no dialogue in what was fetched of {name}", expected="some", remedy=INSTEAD)
    return len(seen)


def _turns(utterances: Said) -> list[dict[str, str]]:
    """What is said, with speakers called by letters; several utterances of one in a row are a single turn."""
    said = [Utterance(speaker, " ".join(text.split())) for speaker, text in merged(utterances)]
    letters = {speaker: chr(ord("a") + n) for n, speaker in enumerate(dict.fromkeys(each.speaker for each in said))}
    return [{"speaker": letters[speaker], "text": text} for speaker, text in said]


def _with_reader(format_: str) -> Callable[[list[Source]], Iterator[Said]]:
    """All sources in a format that has a reader."""

    def read(found: list[Source]) -> Iterator[Said]:
        for source in found:
            for conversation in reader_named(format_).read(source, lambda line, reason: None):
                yield list(conversation.utterances)

    return read


def _mechanical_turk(found: list[Source]) -> Iterator[Said]:
    """Self-dialogues: tables in ``corpus`` with a dialogue a row, its sentences in columns ``Answer.sentence1`` to 20.

    As the corpus's own script has it, neither what was rejected is taken nor what workers did who are listed in
    ``blocked_workers.txt``, and "{}" is no sentence.
    """
    blocked = {line.strip() for each in found if each.filename == "blocked_workers.txt" for _, line in each.lines()}
    done: set[str] = set()
    for source in found:
        if source.filename.endswith(".csv") and "corpus" in PurePosixPath(source.name).parts:
            for row in _rows(source):
                refused = (row.get("Reject") or "").strip() or row.get("WorkerId") in blocked
                if not refused and row["AssignmentId"] not in done:
                    done.add(row["AssignmentId"])
                    answers = (row.get(f"Answer.sentence{number}") or "" for number in range(1, 21))
                    said = [text for text in answers if text.strip() not in ("", "{}")]
                    yield [Utterance("ab"[n % 2], text) for n, text in enumerate(said)]


def _rows(source: Source) -> Iterator[dict[str, Any]]:
    try:
        with source.text() as text:
            rows = csv.DictReader(text)
            if "AssignmentId" not in (rows.fieldnames or ()):
                raise CorpusError(f"{one_line(source.name)} has other columns", expected="AssignmentId", remedy=INSTEAD)
            yield from rows
    except csv.Error as error:
        raise CorpusError(
            f"{one_line(source.name)} cannot be read ({one_line(str(error))})", expected="CSV", remedy=INSTEAD
        ) from error


def _qna(found: list[Source]) -> Iterator[Said]:
    """The .qna format: ``# ? question``, other wordings with ``- `` before them, filters, a fence with the answer."""
    for source in found:
        questions: list[str] = []
        # Inside of an answer a line means nothing but itself: the text is cut at the fences first.
        for number, part in groupby(_fences(line for _, line in source.lines()), key=lambda each: each[0]):
            block = [line for _, line in part]
            if number % 2 == 0:
                questions = _questions(block)
            else:
                yield from ([Utterance("a", each), Utterance("b", "\n".join(block[1:]))] for each in questions)


def _fences(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """(number of the fences so far, line): odd inside of an answer, whose first line is its fence."""
    count = 0
    for line in lines:
        fence = line.startswith("```")
        count += fence
        yield count, line


def _questions(lines: list[str]) -> list[str]:
    """The wordings between the last heading and what stands in bold after them (filters, prompts)."""
    start = max((n for n, line in enumerate(lines) if line.startswith("# ?")), default=len(lines))
    end = next((n for n in range(start, len(lines)) if lines[n].startswith("**")), len(lines))
    return [re.sub(r"^(# \?|-)\s*", "", line) for line in lines[start:end] if line.startswith(("# ?", "-"))]


_FORMATS: Mapping[str, Callable[[list[Source]], Iterator[Said]]] = {
    "mechanical_turk": _mechanical_turk,
    "topical_chat": _with_reader("topical_chat"),
    "qna": _qna,
}
