"""Dialogues of the catalogue of TensorFlow Datasets: ``tfds:NAME[/config][:split]``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from chatbot.errors import CorpusError, UsageError
from chatbot.text.sanitize import one_line
from train.corpora.dialogue import Conversation, Utterance
from train.corpora.reader import OnSkip

PREFIX = "tfds:"
Example = Mapping[str, Any]


class Named(NamedTuple):
    """What stands behind ``tfds:``."""

    dataset: str
    """With its configuration, if one is named: "wiki_dialog/OQ"."""
    split: str


def parse(path: str) -> Named:
    """Of ``tfds:NAME[/config][:split]``.

    Raises:
        UsageError: if there is no name, or how its examples become turns is not known.
    """
    dataset, _, split = path.removeprefix(PREFIX).partition(":")
    if dataset.split("/")[0] not in TURNS:
        raise UsageError(
            f"{one_line(path)}: it is not known what the turns of {one_line(dataset) or 'nothing'!r} are",
            expected=f"{PREFIX} and one of {', '.join(TURNS)}",
            remedy="name one of these, or add a line to TURNS in train/corpora/catalogue.py",
        )
    return Named(dataset, split or "train")


def conversations(named: Named, data_dir: Path | None, on_skip: OnSkip) -> Iterator[Conversation]:
    """The conversations of a split, prepared (and downloaded) first if it has to be.

    Raises:
        CorpusError: if it is not there and cannot be prepared.
    """
    import tensorflow_datasets as tfds

    try:
        builder = tfds.builder(named.dataset, data_dir=data_dir)
        if not builder.is_prepared():
            builder.download_and_prepare()
        examples = tfds.as_numpy(builder.as_dataset(split=named.split, shuffle_files=False))
    except Exception as error:  # whatever a builder, its downloads and its file system may raise
        where = data_dir or "the usual place of TensorFlow Datasets"
        raise CorpusError(
            f"{PREFIX}{one_line(named.dataset)}:{one_line(named.split)} cannot be had from {one_line(str(where))} "
            f"({type(error).__name__}: {one_line(str(error))[:200]})",
            expected="a data set that is prepared there, or that can be downloaded, with that split",
            remedy="check name and split, or name the folder it was prepared in with --data-dir",
        ) from error
    turns = TURNS[named.dataset.split("/")[0]]
    for number, example in enumerate(examples, start=1):
        said = tuple(utterance for utterance in turns(example) if utterance.text.strip())
        if len(said) < 2:
            on_skip(number, f"{len(said)} turn(s): expected at least 2, so that there is a reply to learn")
        else:
            yield Conversation(said, number)


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _taking_turns(texts: Iterator[str], first: int = 0) -> Iterator[Utterance]:
    for number, text in enumerate(texts, start=first):
        yield Utterance(("user", "assistant")[number % 2], text)


def _ours(example: Example) -> Iterator[Utterance]:
    turns = example["turns"]
    for speaker, text in zip(turns["speaker"], turns["text"], strict=True):
        yield Utterance(_text(speaker), _text(text))


def _schema_guided(example: Example) -> Iterator[Utterance]:
    return _taking_turns(map(_text, example["utterances"]), int(example["first_speaker"]))


def _wiki_dialog(example: Example) -> Iterator[Utterance]:
    """Author 0 is the writer of the article; the questions of the reader, author 1, were made for it."""
    for author, text in zip(example["author_num"], example["utterances"], strict=True):
        yield Utterance("user" if int(author) else "assistant", _text(text))


def _coqa(example: Example) -> Iterator[Utterance]:
    answers = example["answers"]["input_text"]
    for question, answer in zip(example["questions"], answers, strict=False):
        yield Utterance("user", _text(question))
        yield Utterance("assistant", _text(answer))


def _quac(example: Example) -> Iterator[Utterance]:
    """An example is one question; which ones follow each other is not kept in it."""
    yield Utterance("user", _text(example["question"]))
    yield Utterance("assistant", _text(example["orig_answer"]["text"]))


def _media_sum(example: Example) -> Iterator[Utterance]:
    for speaker, text in zip(example["speaker"], example["utt"], strict=True):
        yield Utterance(_text(speaker), _text(text))


TURNS: dict[str, Callable[[Example], Iterator[Utterance]]] = {
    "dialogues": _ours,  # what train.corpora.tfds_builder has made of a corpus
    "schema_guided_dialogue": _schema_guided,
    "wiki_dialog": _wiki_dialog,
    "coqa": _coqa,
    "quac": _quac,
    "media_sum": _media_sum,
}
"""How an example becomes turns, by the name of the data set."""
