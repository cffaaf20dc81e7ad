"""The steps of a training: rounds of Keras ``fit`` between validations, saved all along, and gone on with."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import keras
import numpy as np
from rich.console import Console

from chatbot.errors import ChatbotError
from chatbot.model import Seq2Seq
from chatbot.text.sanitize import one_line
from train.averaging import averaged
from train.callbacks import ProgressBar, Saver, Watch
from train.checkpoint import Checkpoints, Progress, steps_made
from train.config import CHECKPOINTS, TrainingConfig
from train.dataset import Example, lengths_of, plan, training_dataset, validation_dataset
from train.estimate import chosen, described, keep_chosen
from train.following import Following
from train.log import Log
from train.optimizer import make_optimizer, steps_of
from train.runner import Sampler, runner_of
from train.team import Team, WorkerLostError

_FEWEST_STEPS = 20
"""Between validations, however small the corpus is."""


class InterruptedTrainingError(ChatbotError):
    """Ctrl-C during training; everything is saved."""

    exit_code = 130


class DeclinedError(ChatbotError):
    """The user was asked whether to start, and said no."""


class Fitting:
    """One training of a model in a run folder.

    Args:
        folder: Of the run.
        settings: Of the training.
        identity: What makes this training the same as one that was interrupted.
        model: Not yet compiled.
        examples: To train on.
        held_out: To validate with.
        sampler: Makes sample replies at every validation.
        approve: Asked before a new training starts, once it is known what that takes.
        team: The devices that train together, if several do; the model was made in its scope.
    """

    def __init__(
        self,
        folder: Path,
        settings: TrainingConfig,
        identity: Mapping[str, str],
        model: Seq2Seq,
        examples: Sequence[Example],
        held_out: Sequence[Example],
        sampler: Sampler = lambda step: [],
        approve: Callable[[], bool] = lambda: True,
        team: Team | None = None,
    ) -> None:
        self.folder, self.model = folder, model
        self.best = folder / "best.weights.h5"
        self.checkpoints = Checkpoints(folder / CHECKPOINTS, identity)
        self.examples, self.held_out = examples, held_out
        self.sampler = sampler
        self.approve = approve
        self._runner = runner_of(model, team)
        self._plan(chosen(folder, settings) if self.checkpoints.any() else settings)

    def _plan(self, settings: TrainingConfig) -> None:
        """How many steps there are, and how many between validations."""
        self.settings = settings
        lengths = lengths_of(self.examples)
        batches = len(plan(lengths, settings.batch_positions, np.random.default_rng((settings.seed, 0))))
        self._positions = float(lengths.sum()) / batches
        self.steps = max(1, round(settings.passes * batches))
        self.interval = min(settings.validate_every, max(batches, _FEWEST_STEPS), self.steps)

    def run(self, console: Console) -> int:
        """Train to the end, from wherever it stood; the number of steps that were made.

        Raises:
            InterruptedTrainingError: on Ctrl-C.
            DeclinedError: if the user does not want to start it.
            ChatbotError: if the loss or the gradient is no longer a number, the state cannot be saved, or another
                worker is lost.
        """
        model, progress = self.model, self._begin(console)
        log = Log(self.folder, progress.step)
        log.set_model(model)  # what goes on may have to validate before it trains
        bar = ProgressBar(self.steps, self._positions, console, done=progress.step)
        watch, saver = Watch(progress.step), Saver(self.checkpoints, progress)
        following = Following(self.folder, self.steps, self._positions, progress.step)
        try:
            with self._runner.signals():
                while not progress.over:
                    due = progress.step > progress.validated and (
                        progress.step % self.interval == 0 or progress.step == self.steps
                    )
                    if due:
                        progress = self._validate(progress, log, console)
                        saver.progress = progress
                        self.checkpoints.save(model, progress)
                    else:
                        progress = self._train(progress, [bar, watch, log, following], saver)
        except KeyboardInterrupt:
            raise self._interrupted(saver) from None
        except WorkerLostError as error:
            raise self._left_alone(error) from error
        finally:
            bar.close()
            log.close()
        return progress.step

    def _begin(self, console: Console) -> Progress:
        """Compile, and put back what was saved, or see what the training will take.

        Raises:
            DeclinedError: if the user does not want to start it.
        """
        self._compile()
        self._runner.agree(self.checkpoints)
        progress, torn = self.checkpoints.restore(self.model)
        for each in torn:
            say(console, f"torn checkpoint, passed over: {each}")
        if progress.step:
            say(console, f"going on from step {progress.step} of {self.steps}")
        else:
            self.best.unlink(missing_ok=True)
            self._estimate(console)
        return progress

    def _estimate(self, console: Console) -> None:
        found = self._runner.estimate(self.settings, self.examples)
        if found is None:
            return
        if found.settings != self.settings:
            smaller = found.settings.batch_positions
            say(console, f"batches of {self.settings.batch_positions:,} positions do not fit; {smaller:,} do")
            self._plan(found.settings)
            self._compile()
        keep_chosen(self.folder, self.settings)
        say(console, described(found, self.steps, self.steps / self.settings.passes))
        if not self.approve():
            raise DeclinedError(
                "not started", expected="yes to what it takes", remedy="choose a smaller --preset or fewer --passes"
            )

    def _compile(self) -> None:
        with self._runner.scope():
            optimizer = make_optimizer(self.settings, steps_of(self.steps, self.settings))
            self.model.compile(optimizer=optimizer, jit_compile=False)
            self.model.optimizer.build(self.model.trainable_variables)

    def _train(self, progress: Progress, callbacks: list[keras.callbacks.Callback], saver: Saver) -> Progress:
        """Up to the next validation."""
        settings = self.settings
        batches = training_dataset(self.examples, settings.batch_positions, settings.seed, start=progress.step)
        steps = min(self.interval - progress.step % self.interval, self.steps - progress.step)
        self._runner.fit(batches, steps, callbacks, saver)
        return dataclasses.replace(progress, step=steps_made(self.model))

    def _validate(self, progress: Progress, log: Log, console: Console) -> Progress:
        """Measure, and keep the weights if they are the best so far."""
        held_out = validation_dataset(self.held_out, self.settings.batch_positions)
        with averaged(self.model):
            scores = self._runner.evaluate(held_out)
            perplexity = float(scores["word_perplexity"])
            better = perplexity < progress.best
            if better:
                self._keep()
            samples = self._runner.samples(self.sampler, progress.step)
        log.validated(progress.step, scores)
        say(
            console,
            f"step {progress.step}: validation word perplexity {perplexity:.2f} (loss per piece {scores['loss']:.3f})",
        )
        for prompt, reply in samples:
            say(console, f"  {one_line(prompt)} → {one_line(reply)}")
        waited = 0 if better else progress.waited + 1
        over = progress.step >= self.steps or waited >= self.settings.patience
        if over and not self.best.exists():
            raise ChatbotError(
                f"step {progress.step}: the validation perplexity was never a number",
                expected="a model that learns",
                remedy="lower the learning rate (--learning-rate)",
            )
        return Progress(progress.step, perplexity if better else progress.best, progress.step, waited, over)

    def _keep(self) -> None:
        beside = self.best.with_name("best.part.weights.h5")
        self.model.save_weights(beside)
        beside.replace(self.best)

    def _left_alone(self, error: WorkerLostError) -> WorkerLostError:
        kept = self.checkpoints.kept()
        saved = f"all up to step {kept[0].step} is saved here" if kept else "nothing is saved yet"
        return WorkerLostError(f"{error.received}; {saved}", expected=error.expected, remedy=error.remedy)

    def _interrupted(self, saver: Saver) -> InterruptedTrainingError:
        saver.save()
        where = one_line(str(self.folder))
        return InterruptedTrainingError(
            f"interrupted at step {saver.progress.step} of {self.steps}, all of which is saved in {where}",
            expected="to be gone on with",
            remedy="give the same command again",
        )


def say(console: Console, text: str) -> None:
    """Print a line as it stands."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)
