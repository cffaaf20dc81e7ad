"""Trains a model on dialogues with Keras ``fit`` and leaves a run folder: best weights, log, and the bundle."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
from rich.console import Console

from chatbot.bundle import TOKENIZER, WEIGHTS, Bundle, write_bundle
from chatbot.config import ModelConfig, SamplingConfig
from chatbot.errors import ChatbotError, CorpusError
from chatbot.model import Seq2Seq
from chatbot.text.sanitize import one_line
from chatbot.text.tokenizer import Tokenizer
from train.checkpoint import Checkpoints, steps_made
from train.config import CHECKPOINTS, TrainingConfig
from train.corpora import Dialogue
from train.dataset import Example, examples_of, validation_dataset
from train.export import Precision, load_weights, make_bundle
from train.fitting import Fitting, say
from train.tokenizer import train_tokenizer


@dataclass(frozen=True)
class Run:
    """Everything one training is made of."""

    folder: Path
    """Holds ``tokenizer.model``, ``best.weights.h5``, ``log.csv`` and, at the end, ``bundle/``."""
    model: ModelConfig
    training: TrainingConfig
    sampling: SamplingConfig
    precision: Precision = "int8"
    metadata: Mapping[str, Any] | None = None
    """Goes into the bundle: corpora, credits."""
    name: str = "bundle"
    overwrite: bool = False
    """Begin anew, whatever the folder holds."""
    parent: Bundle | None = None
    """The model to go on from: its tokenizer and its weights; ``model`` is its shape."""


def split(dialogues: Sequence[Dialogue], share: float) -> tuple[list[Dialogue], list[Dialogue]]:
    """Training and validation dialogues; equal dialogues stand on the same side.

    Raises:
        CorpusError: if one of the sides would be empty.
    """
    held_out = [dialogue.share("validation") < share for dialogue in dialogues]
    train = [dialogue for dialogue, held in zip(dialogues, held_out, strict=True) if not held]
    valid = [dialogue for dialogue, held in zip(dialogues, held_out, strict=True) if held]
    _require_both(train, valid)
    return train, valid


def train(run: Run, dialogues: Sequence[Dialogue], validation: Sequence[Dialogue] | None, console: Console) -> Bundle:
    """Train, or go on with a training of this run that was interrupted, and write the run folder.

    ``validation`` None holds some of the dialogues out.

    Raises:
        CorpusError: if there is nothing to train on or to validate with.
        UsageError: if the run folder holds an unfinished training of other settings or other dialogues.
        InterruptedTrainingError: if Ctrl-C stopped it; everything is saved.
        ChatbotError: if the loss or the gradient is no longer a number, or the state cannot be saved.

    Of what was learned before any of the last two there is a bundle all the same.
    """
    if validation is None:
        dialogues, validation = split(dialogues, run.training.validation_share)
    _require_both(dialogues, validation)
    keras.utils.set_random_seed(run.training.seed)
    if run.overwrite:
        Checkpoints(run.folder / CHECKPOINTS, {}).clear()
    dialogues = [d.lower() if d.share("case") < run.training.lowercase_share else d for d in dialogues]
    tokenizer = _tokenizer(run, dialogues)
    examples = [example for d in dialogues for example in examples_of(d, tokenizer, run.training.longest)]
    held_out = [example for d in validation for example in examples_of(d.lower(), tokenizer)]
    model = Seq2Seq(replace(run.model, vocabulary_size=tokenizer.vocabulary_size))
    if run.parent is not None:
        load_weights(model, run.parent.files[WEIGHTS])
    model.label_smoothing = run.training.label_smoothing
    say(console, _summary(model, examples, held_out))
    fitting = Fitting(run.folder, run.training, identity_of(run, dialogues, validation), model, examples, held_out)
    try:
        fitting.run(console)
    except ChatbotError:
        if fitting.best.exists():
            _finish(run, fitting, tokenizer)
            where = one_line(str(run.folder / "bundle"))
            say(console, f"the best weights so far can be talked to: chatbot --model {where}")
        raise
    bundle = _finish(run, fitting, tokenizer)
    fitting.checkpoints.clear()
    return bundle


def _finish(run: Run, fitting: Fitting, tokenizer: Tokenizer) -> Bundle:
    """The bundle of the best weights so far."""
    steps = steps_made(fitting.model)
    fitting.model.load_weights(fitting.best)
    facts = _facts(run, fitting.model, fitting.examples, fitting.held_out, steps)
    return _write(run, fitting.model, tokenizer, {**(run.metadata or {}), **facts})


def _tokenizer(run: Run, dialogues: Sequence[Dialogue]) -> Tokenizer:
    """That of the run folder if a training goes on, or of the parent, else a new one; weights are worth nothing without
    it."""
    path = run.folder / "tokenizer.model"
    if path.exists() and any((run.folder / CHECKPOINTS).glob("step-*")):
        return Tokenizer(path.read_bytes())
    if run.parent is not None:
        tokenizer = Tokenizer(run.parent.files[TOKENIZER])
    else:
        tokenizer = train_tokenizer((t.text for d in dialogues for t in d.turns), run.model.vocabulary_size)
    run.folder.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    beside.write_bytes(tokenizer.model)
    beside.replace(path)
    return tokenizer


def identity_of(run: Run, dialogues: Sequence[Dialogue], validation: Sequence[Dialogue]) -> dict[str, str]:
    """What makes one training the same as another, by the names that users know."""
    settings = {**run.model.to_dict(), **run.training.to_dict()}
    return {
        **{name: str(value) for name, value in settings.items()},
        "parent": "none" if run.parent is None else hashlib.sha256(run.parent.files[WEIGHTS]).hexdigest()[:12],
        "training dialogues": content_of(dialogues),
        "validation dialogues": content_of(validation),
    }


def content_of(dialogues: Sequence[Dialogue]) -> str:
    """How many, and a short hash of what is in them and of their order."""
    digest = hashlib.sha256()
    for dialogue in dialogues:
        digest.update(dialogue.key().to_bytes(8))
        digest.update(f"{dialogue.only} {''.join(turn.role[0] for turn in dialogue.turns)}".encode())
    return f"{len(dialogues)} ({digest.hexdigest()[:12]})"


def _write(run: Run, model: Seq2Seq, tokenizer: Tokenizer, metadata: Mapping[str, Any]) -> Bundle:
    bundle = make_bundle(
        model, tokenizer, name=run.name, sampling=run.sampling, metadata=metadata, precision=run.precision
    )
    write_bundle(run.folder / "bundle", bundle)
    return bundle


def _require_both(dialogues: Sequence[Dialogue], validation: Sequence[Dialogue]) -> None:
    if not dialogues or not validation:
        raise CorpusError(
            f"{len(dialogues)} dialogue(s) to train on and {len(validation)} to validate with",
            expected="some to train on and some to validate with",
            remedy="give more dialogues, or a validation corpus with --valid",
        )


def _summary(model: Seq2Seq, examples: Sequence[Example], held_out: Sequence[Example]) -> str:
    tokens = sum(len(example.layout.ids) for example in examples)
    config = model.config
    gpus = len(tf.config.list_physical_devices("GPU"))
    return (
        f"{config.cell} {config.layers} × {config.units}, {model.count_params():,} parameters, "
        f"{config.vocabulary_size} pieces; {len(examples):,} dialogues, {tokens:,} tokens; "
        f"{len(held_out):,} dialogues to validate with; on {f'{gpus} GPU(s)' if gpus else 'the CPU'}"
    )


def _facts(
    run: Run, model: Seq2Seq, examples: Sequence[Example], held_out: Sequence[Example], steps: int
) -> dict[str, Any]:
    """What can be said of the training afterwards."""
    scores = model.evaluate(validation_dataset(held_out, run.training.batch_positions), verbose=0, return_dict=True)
    return {
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "parameters": int(model.count_params()),
        "training": {
            **run.training.to_dict(),
            "steps": steps,
            "dialogues": len(examples),
            "tokens": int(sum(len(example.layout.ids) for example in examples)),
        },
        "validation": {
            "word_perplexity": round(float(scores["word_perplexity"]), 3),
            "loss_per_piece": round(float(scores["loss"]), 4),
            "dialogues": len(held_out),
            "words": int(sum(example.words for example in held_out)),
        },
    }
