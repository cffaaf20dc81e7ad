"""Steps that several devices make together: each reads some rows of the batch, and all change the same weights.

Keras's ``fit`` cannot be used with several machines (Keras 3.15: keras-team/keras issue 20585).  The batches, and so
the loss and its gradient, are those of a single device; only dropout draws other masks on every device but the first.
"""

from __future__ import annotations

import contextlib
import functools
import json
import math
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from chatbot.errors import ChatbotError
from chatbot.layers.cells.base import Tensor
from chatbot.model import Seq2Seq
from train.callbacks import Saver
from train.checkpoint import Checkpoints, Progress
from train.config import TrainingConfig
from train.corpora import UNKNOWN
from train.dataset import Example
from train.team import Team, together

_MASKS_APART = 1_000_003
"""Between the seeds of one device and the next."""


class Distributed:
    """Trains and measures a model on all devices of a team.

    Args:
        team: The devices.
        model: Made in the scope of the team's strategy.
    """

    def __init__(self, team: Team, model: Seq2Seq) -> None:
        self._team, self._model = team, model
        self._stopping = False
        self._functions: dict[str, Any] = {}

    def scope(self) -> contextlib.AbstractContextManager[object]:
        """Inside, the model is compiled and its optimizer built, on all devices."""
        return self._team.strategy.scope()

    def agree(self, checkpoints: Checkpoints) -> None:
        """Remove what was saved after the newest state that every worker has.

        Raises:
            WorkerLostError: if another worker has gone.
            ChatbotError: if some have saved, but not the same.
        """
        common = agreed(self._team, checkpoints)
        if common is not None:
            checkpoints.forget_after(common.step)

    def estimate(self, settings: TrainingConfig, examples: Sequence[Example]) -> None:
        """What a step takes here says little of what it takes together."""

    def samples(self, sampler: Callable[[int], list[tuple[str, str]]], step: int) -> list[tuple[str, str]]:
        """None: the weights lie on several devices."""
        return []

    def fit(
        self, batches: tf.data.Dataset, steps: int, callbacks: Sequence[keras.callbacks.Callback], saver: Saver
    ) -> None:
        """So many steps, with callbacks as of ``keras.Model.fit``; what ``saver`` finds due on rank 0 all workers save.

        Raises:
            WorkerLostError: if another worker has gone.
            KeyboardInterrupt: on every worker and after the same step, if one of them got Ctrl-C or SIGTERM.
        """
        step = self._function("train", self._step, batches)
        callbacks = [*callbacks, saver]
        for callback in callbacks:
            callback.set_model(self._model)
            callback.on_train_begin()
        total = pieces = words = 0.0
        for number, batch in enumerate(batches.take(steps)):
            wishes = tf.constant([self._stopping, saver.due and self._team.rank == 0], tf.float32)
            with together():
                summed, stop, save = (float(value) for value in step(batch, wishes))
            total, pieces, words = total + summed, pieces + _sum(batch["counted"]), words + _sum(batch["words"])
            logs = _scores(total, pieces, words)
            for callback in callbacks[:-1]:
                callback.on_train_batch_end(number, logs)
            if stop:
                raise KeyboardInterrupt
            if save:
                saver.save()
        for callback in callbacks:
            callback.on_train_end()

    def evaluate(self, batches: tf.data.Dataset) -> dict[str, float]:
        """Loss per piece and word perplexity; the same on every worker.

        Raises:
            WorkerLostError: if another worker has gone.
        """
        score = self._function("score", self._score, batches)
        total = pieces = words = 0.0
        for batch in batches:
            with together():
                total += float(score(batch))
            pieces, words = pieces + _sum(batch["counted"]), words + _sum(batch["words"])
        return _scores(total, pieces, words)

    @contextlib.contextmanager
    def signals(self) -> Iterator[None]:
        """Inside, the first Ctrl-C or SIGTERM is a wish to stop that all workers hear of; the second acts at once."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        kinds = (signal.SIGINT, signal.SIGTERM)
        before = {kind: signal.getsignal(kind) for kind in kinds}

        def stop(number: int, frame: object) -> None:
            self._stopping = True
            for kind in kinds:
                signal.signal(kind, before[kind])

        for kind in kinds:
            signal.signal(kind, stop)
        try:
            yield
        finally:
            for kind in kinds:
                signal.signal(kind, before[kind])

    def _function(self, name: str, step: Any, batches: tf.data.Dataset) -> Any:
        """A step as a graph for batches of any shape, made once."""
        if name not in self._functions:
            signature = [batches.element_spec, *([tf.TensorSpec([2], tf.float32)] if name == "train" else [])]
            self._functions[name] = tf.function(step, input_signature=signature, autograph=False)
        return self._functions[name]

    def _step(self, batch: dict[str, Tensor], wishes: Tensor) -> tuple[Tensor, ...]:
        """One step: the summed negative log-likelihood of the batch, and whether anybody wishes to stop or to save."""
        total, wishes = self._first(self._team.strategy.run(self._train_share, args=(batch, wishes)))
        return total, wishes[0], wishes[1]

    def _score(self, batch: dict[str, Tensor]) -> Tensor:
        return self._first(self._team.strategy.run(self._score_share, args=(batch,)))

    def _first(self, values: Any) -> Any:
        """Those of one device here: they are reduced, and so the same on all."""
        return tf.nest.map_structure(lambda value: self._team.strategy.experimental_local_results(value)[0], values)

    def _train_share(self, batch: dict[str, Tensor], wishes: Tensor) -> tuple[Tensor, Tensor]:
        """The part of one device.  Its loss is divided by what the *whole* batch counts, so that gradients add up."""
        model, context = self._model, tf.distribute.get_replica_context()
        variables = [variable.value for variable in model.trainable_variables]
        with self._own_masks(context.replica_id_in_sync_group), tf.GradientTape() as tape:
            total = _negative(model, _share(batch, context), training=True)
            loss = total / ops.maximum(ops.sum(batch["counted"]), 1.0)
        gradients = [tf.convert_to_tensor(gradient) for gradient in tape.gradient(loss, variables)]
        wishes = tf.identity(wishes)  # an argument lies on no device
        *gradients, total, wishes = context.all_reduce(tf.distribute.ReduceOp.SUM, [*gradients, total, wishes])
        model.optimizer.apply(gradients, model.trainable_variables)
        return total, wishes

    def _score_share(self, batch: dict[str, Tensor]) -> Tensor:
        context = tf.distribute.get_replica_context()
        total = _negative(self._model, _share(batch, context), training=False)
        return context.all_reduce(tf.distribute.ReduceOp.SUM, total)

    @functools.cached_property
    def _seeds(self) -> list[Any]:
        """The random states of the compiled model."""
        known = {id(variable) for variable in (*self._model.weights, *self._model.metrics_variables)}
        return [variable for variable in self._model.variables if id(variable) not in known]

    @contextlib.contextmanager
    def _own_masks(self, replica: Tensor) -> Iterator[None]:
        """Inside, dropout has the seeds of this device; outside they are the same on all, and that is what is saved."""
        shifts = [ops.cast(ops.stack([replica * _MASKS_APART, 0]), seed.dtype) for seed in self._seeds]
        for seed, shift in zip(self._seeds, shifts, strict=True):
            seed.value.assign_add(shift)
        yield
        for seed, shift in zip(self._seeds, shifts, strict=True):
            seed.value.assign_sub(shift)


def agreed(team: Team, checkpoints: Checkpoints) -> Progress | None:
    """The newest state that every worker has saved, as far as it is whole; None if none has saved any.

    Raises:
        WorkerLostError: if another worker has gone.
        ChatbotError: if some have saved, but not the same.
    """
    own = [(kept.step, kept.validated) for kept in checkpoints.kept()]
    every = [[tuple(pair) for pair in json.loads(said)] for said in team.gather(json.dumps(own))]
    if not any(every):
        return None
    common = set.intersection(*(set(pairs) for pairs in every))
    if not common:
        steps = (f"rank {rank}: {', '.join(str(s) for s, _ in pairs) or 'none'}" for rank, pairs in enumerate(every))
        raise ChatbotError(
            f"there is no step that all workers have saved ({'; '.join(steps)})",
            expected="the run folders that all of them had",
            remedy="bring back those that are missing, or give --overwrite on all to begin anew",
        )
    return next(kept for kept in checkpoints.kept() if (kept.step, kept.validated) == max(common))


def _share(batch: dict[str, Tensor], context: Any) -> dict[str, Tensor]:
    """Every n-th row, from the number of the device on; where there are too few, one of which nothing is counted."""
    count = context.num_replicas_in_sync
    ids = batch["ids"]
    missing = tf.maximum(0, count - tf.shape(ids)[0])
    filling = {"ids": 0, "starts": tf.shape(ids)[1], "asked": 0, "counted": 0.0, "guide": UNKNOWN}
    return {
        name: tf.pad(batch[name], [[0, missing], [0, 0]], constant_values=value)[
            context.replica_id_in_sync_group :: count
        ]
        for name, value in filling.items()
    }


def _negative(model: Seq2Seq, share: dict[str, Tensor], *, training: bool) -> Tensor:
    """The negative log-likelihood of all counted pieces together, and in training what guides it."""
    scored = -ops.sum(model(share, training=training) * share["counted"])
    return scored + sum(model.losses) if training else scored


def _sum(values: Tensor) -> float:
    return float(values.numpy().sum())


def _scores(total: float, pieces: float, words: float) -> dict[str, float]:
    """As the metrics of the model have them."""
    mean = total / max(words, 1.0)
    perplexity = math.exp(mean) if mean < 700 else math.inf if mean == mean else math.nan
    return {"loss": total / max(pieces, 1.0), "word_perplexity": perplexity}
