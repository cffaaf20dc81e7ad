"""Trains a model on dialogues with Keras ``fit`` and leaves a run folder: best weights, log, and the bundle."""

from __future__ import annotations

import contextlib
import datetime
import functools
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
from rich.console import Console

from chatbot.bundle import TOKENIZER, WEIGHTS, Bundle, write_bundle
from chatbot.config import ModelConfig, SamplingConfig
from chatbot.errors import ChatbotError
from chatbot.model import Seq2Seq
from chatbot.text.sanitize import one_line
from chatbot.text.tokenizer import Tokenizer
from train.checkpoint import Checkpoints, steps_made
from train.config import CHECKPOINTS, TrainingConfig, is_unfinished
from train.dataset import lengths_of, validation_dataset, words_of
from train.export import Precision, load_weights, make_bundle
from train.extension import describe, extend, foreseeing, grow_weights
from train.fitting import Fitting, say
from train.prepare import Corpus, Prepared, TokenizerMaker, default_cache, prepare
from train.records import Records
from train.samples import Sampler, first_turns
from train.team import Team, together
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
    prompts: Sequence[str] = ()
    """Answered at every validation; none: the first turns of some dialogues to validate with."""
    approve: Callable[[], bool] = lambda: True
    """Asked before a new training starts, once its cost is known."""
    cache: Path | None = None
    """Where prepared examples are kept; None: in the user's cache."""
    parent: Bundle | None = None
    """The model to go on from: its tokenizer and its weights; ``model`` is its shape."""
    extend: int = 0
    """Pieces that the parent's tokenizer learns from the new dialogues, at the most."""
    team: Team | None = None
    """The devices that train it together, if several do."""


def train(run: Run, corpus: Corpus, console: Console) -> Bundle:
    """Train, or go on with a training of this run that was interrupted, and write the run folder.

    Raises:
        CorpusError: if there is nothing to train on or to validate with.
        UsageError: if the run folder holds an unfinished training of other settings or other dialogues.
        InterruptedTrainingError: if Ctrl-C stopped it; everything is saved.
        ChatbotError: if the examples cannot be prepared, the loss or the gradient is no longer a number, or the state
            cannot be saved.

    Of what was learned before any of the last two there is a bundle all the same.
    """
    keras.utils.set_random_seed(run.training.seed)
    if run.overwrite:
        Checkpoints(run.folder / CHECKPOINTS, {}).clear()
    prepared = _prepared(run, corpus, console)
    examples, held_out = prepared.training, prepared.validation
    identity = identity_of(run, prepared)
    model = _model(run, prepared.tokenizer, identity)
    say(console, _summary(model, examples, held_out, run.team))
    prompts = run.prompts or first_turns(held_out, prepared.tokenizer)
    sampler = Sampler(model, prepared.tokenizer, prompts, run.folder)
    fitting = Fitting(run.folder, run.training, identity, model, examples, held_out, sampler, run.approve, run.team)
    try:
        fitting.run(console)
    except ChatbotError:
        if fitting.best.exists():
            _finish(run, fitting, prepared.tokenizer)
            where = one_line(str(run.folder / "bundle"))
            say(console, f"the best weights so far can be talked to: chatbot --model {where}")
        raise
    bundle = _finish(run, fitting, prepared.tokenizer)
    fitting.checkpoints.clear()
    return bundle


def _finish(run: Run, fitting: Fitting, tokenizer: Tokenizer) -> Bundle:
    """The bundle of the best weights so far."""
    steps, model = steps_made(fitting.model), fitting.model
    if run.team is not None or run.training.mixed_precision:  # what is exported is whole, and lies on one device
        model = Seq2Seq(model.config)
    model.load_weights(fitting.best)
    if model is not fitting.model:
        model.compile(jit_compile=False)
    return _write(run, model, tokenizer, {**(run.metadata or {}), **_facts(run, fitting, model, steps)})


def _model(run: Run, tokenizer: Tokenizer, identity: Mapping[str, str]) -> Seq2Seq:
    """With new weights, or with those of the parent, on every device that trains it."""
    config, team = replace(run.model, vocabulary_size=tokenizer.vocabulary_size), run.team
    if team is not None:
        team.require_own(run.folder)
        team.require_same(identity)
    with _on(team), _policy(run.training):
        model = Seq2Seq(config)
    if run.parent is not None:
        grown = grow_weights(run.parent.files[WEIGHTS], tokenizer_of(run.parent), tokenizer)
        load_weights(model, foreseeing(grown, config))
    model.label_smoothing, model.guidance = run.training.label_smoothing, run.training.guidance
    return model


@contextlib.contextmanager
def _on(team: Team | None) -> Iterator[None]:
    """Where a model is made."""
    if team is None:
        yield
        return
    with team.strategy.scope(), together():
        yield


@contextlib.contextmanager
def _policy(settings: TrainingConfig) -> Iterator[None]:
    """The precision that layers made inside compute in."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16" if settings.mixed_precision else "float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def tokenizer_of(bundle: Bundle) -> Tokenizer:
    """That of a bundle."""
    return Tokenizer(bundle.files[TOKENIZER])


def _prepared(run: Run, corpus: Corpus, console: Console) -> Prepared:
    """The examples, by the tokenizer of the run folder if a training goes on: weights are worth nothing without it."""
    path = run.folder / "tokenizer.model"
    going_on = path.exists() and is_unfinished(run.folder)
    own = Tokenizer(path.read_bytes()) if going_on else None
    maker = _maker(run, console)

    def prepared(maker: TokenizerMaker) -> Prepared:
        return prepare(corpus, run.training, maker, run.cache or default_cache(), functools.partial(say, console))

    found = prepared(maker if own is None else maker._replace(make=lambda _: own))
    if own is not None and found.tokenizer.model != own.model:  # somebody has prepared the same with one like it
        found = prepared(TokenizerMaker(hashlib.sha256(own.model).hexdigest(), lambda _: own))
    run.folder.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    beside.write_bytes(found.tokenizer.model)
    beside.replace(path)
    return found


def _maker(run: Run, console: Console) -> TokenizerMaker:
    """The parent's tokenizer, as it is or extended, or a new one."""
    if run.parent is None:
        size = run.model.vocabulary_size
        return TokenizerMaker(f"unigram {size}", lambda texts: train_tokenizer(texts, size))
    parent = tokenizer_of(run.parent)

    def extended(texts: Iterable[str]) -> Tokenizer:
        known = list(texts)
        grown = extend(parent, known, run.extend)
        say(console, describe(parent, grown, known))
        return grown

    key = f"{hashlib.sha256(parent.model).hexdigest()} {run.extend}"
    return TokenizerMaker(key, extended if run.extend else lambda _: parent)


def identity_of(run: Run, prepared: Prepared) -> dict[str, str]:
    """What makes one training the same as another, by the names that users know."""
    settings = {**run.model.to_dict(), **run.training.to_dict()}
    return {
        **{name: str(value) for name, value in settings.items()},
        "parent": "none" if run.parent is None else hashlib.sha256(run.parent.files[WEIGHTS]).hexdigest()[:12],
        **prepared.contents,
        **({"extend": str(run.extend)} if run.extend else {}),
        "tokenizer": hashlib.sha256(prepared.tokenizer.model).hexdigest()[:12],
    }


def _write(run: Run, model: Seq2Seq, tokenizer: Tokenizer, metadata: Mapping[str, Any]) -> Bundle:
    bundle = make_bundle(
        model, tokenizer, name=run.name, sampling=run.sampling, metadata=metadata, precision=run.precision
    )
    write_bundle(run.folder / "bundle", bundle)
    return bundle


def _summary(model: Seq2Seq, examples: Records, held_out: Records, team: Team | None) -> str:
    tokens = int(examples.positions.sum())
    config = model.config
    gpus = len(tf.config.list_physical_devices("GPU"))
    devices = team.describe() if team is not None else f"{gpus} GPU(s)" if gpus else "the CPU"
    return (
        f"{config.cell} {config.layers} × {config.units}, {model.count_params():,} parameters, "
        f"{config.vocabulary_size} pieces; {len(examples):,} dialogues, {tokens:,} tokens; "
        f"{len(held_out):,} dialogues to validate with; on {devices}"
    )


def _facts(run: Run, fitting: Fitting, model: Seq2Seq, steps: int) -> dict[str, Any]:
    """What can be said of the training afterwards."""
    examples, held_out = fitting.examples, fitting.held_out
    scores = model.evaluate(validation_dataset(held_out, run.training.batch_positions), verbose=0, return_dict=True)
    return {
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "parameters": int(model.count_params()),
        "training": {
            **run.training.to_dict(),
            "steps": steps,
            "dialogues": len(examples),
            "tokens": int(lengths_of(examples).sum()),
        },
        "validation": {
            "word_perplexity": round(float(scores["word_perplexity"]), 3),
            "loss_per_piece": round(float(scores["loss"]), 4),
            "dialogues": len(held_out),
            "words": int(words_of(held_out).sum()),
        },
    }
