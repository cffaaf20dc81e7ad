"""Trains a model on dialogues with Keras ``fit`` and leaves a run folder: best weights, log, and the bundle."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from rich.console import Console

from chatbot.bundle import Bundle, write_bundle
from chatbot.config import ModelConfig, SamplingConfig
from chatbot.errors import ChatbotError, CorpusError
from chatbot.model import Seq2Seq
from chatbot.text.tokenizer import Tokenizer
from train.callbacks import ProgressBar, StopOnNaN
from train.config import TrainingConfig
from train.corpora import Dialogue
from train.dataset import Example, examples_of, plan, training_dataset, validation_dataset
from train.export import Precision, make_bundle
from train.tokenizer import train_tokenizer

_FEWEST_STEPS = 20
"""Between validations, however small the corpus is."""


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
    """Train, and write the run folder.

    Interrupted (Ctrl-C), it makes the bundle from the best weights so far.

    Args:
        run: The settings.
        dialogues: To train on.
        validation: To validate with; None holds some of the dialogues out.
        console: Where to report to.

    Raises:
        CorpusError: if there is nothing to train on or to validate with.
        ChatbotError: if the loss is no longer a number before anything was learned.
    """
    if validation is None:
        dialogues, validation = split(dialogues, run.training.validation_share)
    _require_both(dialogues, validation)
    keras.utils.set_random_seed(run.training.seed)
    dialogues = [d.lower() if d.share("case") < run.training.lowercase_share else d for d in dialogues]
    tokenizer = train_tokenizer((t.text for d in dialogues for t in d.turns), run.model.vocabulary_size)
    longest = run.training.longest
    examples = [example for d in dialogues for example in examples_of(d, tokenizer, longest)]
    held_out = [example for d in validation for example in examples_of(d.lower(), tokenizer)]
    model = Seq2Seq(replace(run.model, vocabulary_size=tokenizer.vocabulary_size))
    _say(console, _summary(model, examples, held_out))
    run.folder.mkdir(parents=True, exist_ok=True)
    (run.folder / "tokenizer.model").write_bytes(tokenizer.model)  # weights are worth nothing without it
    fitted = _fit(run, model, examples, held_out, console)
    best = run.folder / "best.weights.h5"
    if not best.exists():
        raise ChatbotError(
            "training ended before its first validation",
            expected="at least one validation",
            remedy="lower the learning rate if the loss was no number, else train longer",
        )
    model.load_weights(best)
    metadata = {**(run.metadata or {}), **_facts(run, model, examples, held_out, fitted)}
    return _write(run, model, tokenizer, metadata)


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


def _fit(run: Run, model: Seq2Seq, examples: list[Example], held_out: list[Example], console: Console) -> int:
    """Run ``fit``; the number of steps that were made."""
    settings = run.training
    positions = sum(len(example.layout.ids) for example in examples)
    steps_per_pass = _count_batches(examples, settings)
    steps = max(1, round(settings.passes * steps_per_pass))
    interval = min(settings.validate_every, max(steps_per_pass, _FEWEST_STEPS), steps)
    rounds = math.ceil(steps / interval)
    model.compile(optimizer=_optimizer(settings, steps), jit_compile=False)
    progress = ProgressBar(rounds * interval, positions / steps_per_pass, console)
    stop_on_nan = StopOnNaN()
    best = run.folder / "best.weights.h5"
    best.unlink(missing_ok=True)
    try:
        model.fit(
            training_dataset(examples, settings.batch_positions, settings.seed),
            steps_per_epoch=interval,
            epochs=rounds,
            validation_data=validation_dataset(held_out, settings.batch_positions),
            callbacks=[progress, stop_on_nan, *_keepers(run, best)],
            shuffle=False,  # the dataset brings an order of its own
            verbose=0,
        )
    except KeyboardInterrupt:
        _say(console, "interrupted: keeping the best weights so far")
    finally:
        progress.close()
    if stop_on_nan.step is not None:
        _say(console, f"step {stop_on_nan.step}: the loss is no longer a number; keeping the best weights so far")
    return int(model.optimizer.iterations.numpy())


def _keepers(run: Run, best: Path) -> list[keras.callbacks.Callback]:
    """What keeps the best weights and the log, and ends a training that no longer gets better."""
    goal = {"monitor": "val_word_perplexity", "mode": "min"}
    return [
        # The threshold keeps a perplexity that is no number from being the best so far.
        keras.callbacks.ModelCheckpoint(
            best, **goal, initial_value_threshold=math.inf, save_best_only=True, save_weights_only=True
        ),
        keras.callbacks.EarlyStopping(**goal, patience=run.training.patience),
        keras.callbacks.CSVLogger(run.folder / "log.csv"),
    ]


def _optimizer(settings: TrainingConfig, steps: int) -> keras.optimizers.Optimizer:
    warmup = min(settings.warmup_steps, steps // 2)
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0 if warmup else settings.learning_rate,
        decay_steps=max(1, steps - warmup),
        alpha=0.01,
        warmup_target=settings.learning_rate if warmup else None,
        warmup_steps=warmup,
    )
    return keras.optimizers.Adam(schedule, beta_2=0.99, global_clipnorm=settings.clip_norm)


def _count_batches(examples: Sequence[Example], settings: TrainingConfig) -> int:
    lengths = [len(example.layout.ids) for example in examples]
    return len(plan(lengths, settings.batch_positions, np.random.default_rng((settings.seed, 0))))


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


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
