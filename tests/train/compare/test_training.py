"""The clock of a training, by hand; and that a training that is interrupted and goes on ends in the same weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
from rich.console import Console

from train.compare.models import make_model
from train.compare.training import Measured, keep_weights, put_weights, seconds_by_step, steady_rate
from train.fitting import InterruptedTrainingError

if TYPE_CHECKING:
    from train.compare.conditions import Conditions

QUIET = Console(quiet=True)


def write_clock(folder: Path, *spans: tuple[int, int, float]) -> None:
    lines = [json.dumps({"from": a, "to": b, "seconds": s}) for a, b, s in spans]
    (folder / "clock.jsonl").write_text("\n".join(lines) + "\n")


def test_seconds_add_up(tmp_path: Path) -> None:
    write_clock(tmp_path, (0, 10, 5.0), (10, 20, 2.0), (20, 25, 1.0))
    assert seconds_by_step(tmp_path) == [(10, 5.0), (20, 7.0), (25, 8.0)]
    assert steady_rate(tmp_path) == pytest.approx(0.2), "the first round compiles"


def test_what_a_kill_has_undone_counts_once(tmp_path: Path) -> None:
    write_clock(tmp_path, (0, 10, 5.0), (10, 20, 2.0), (10, 20, 3.0))
    assert seconds_by_step(tmp_path) == [(10, 5.0), (20, 8.0)]


def test_what_was_lost_took_as_long_as_what_came_after(tmp_path: Path) -> None:
    write_clock(tmp_path, (0, 10, 5.0), (15, 20, 1.0))
    assert seconds_by_step(tmp_path)[-1] == (20, pytest.approx(5.0 + 10 * 0.2))


def test_weights_are_put_back(tmp_path: Path, make_model: Any) -> None:
    model = make_model(1)
    kept = [np.array(v) for v in model.trainable_variables]
    keep_weights(model, tmp_path, "start")
    for variable in model.trainable_variables:
        variable.assign(variable + 1.0)
    put_weights(model, tmp_path, "start")
    assert all(np.array_equal(a, b) for a, b in zip(kept, model.trainable_variables, strict=True))


class Stops(Measured):
    """Ctrl-C in the middle of a round."""

    stop_at = -1

    def _train(self, progress: Any, callbacks: Any, saver: Any) -> Any:
        class Stop(keras.callbacks.Callback):
            count = progress.step

            def on_train_batch_end(inner, batch: int, logs: Any = None) -> None:  # noqa: N805
                inner.count += 1
                if inner.count == self.stop_at:
                    raise KeyboardInterrupt

        return super()._train(progress, [*callbacks, Stop()], saver)


@pytest.mark.parametrize("cell", ["rnn", "transformer"])
def test_an_interrupted_training_ends_in_the_same_weights(cell: str, conditions: Conditions, tmp_path: Path) -> None:
    settings, found = conditions.settings, []
    examples, held_out = conditions.prepared.training, conditions.prepared.validation
    for name, stop in (("whole", -1), ("stopped", 3)):
        for place in (stop, -1):
            keras.utils.set_random_seed(1)
            model = make_model(settings, cell, 12, conditions.vocabulary_size)
            training = settings.training(1, 0.5)
            fitting = Stops(tmp_path / name, training, {"a": "b"}, model, examples, held_out)
            fitting.stop_at = place
            if place > 0:
                with pytest.raises(InterruptedTrainingError):
                    fitting.run(QUIET)
            else:
                fitting.run(QUIET)
                break
        found.append([np.array(v) for v in model.trainable_variables])
        assert all((tmp_path / name / f"{stage}.safetensors").exists() for stage in ("start", "middle"))
        assert seconds_by_step(tmp_path / name)[-1][0] == fitting.steps
    assert all(np.array_equal(a, b) for a, b in zip(*found, strict=True))
