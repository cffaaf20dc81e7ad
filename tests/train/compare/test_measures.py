"""Measures leave the model as it was, and end with the weights that are reported."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from train.compare.measures import gradients, synthetic
from train.compare.synthetic import TASKS
from train.compare.training import keep_weights

if TYPE_CHECKING:
    from train.compare.conditions import Conditions


def test_gradients_are_those_of_the_weights_of_each_stage(
    make_model: Any, conditions: Conditions, tmp_path: Path
) -> None:
    model = make_model(1)
    keep_weights(model, tmp_path, "start")
    for variable in model.trainable_variables:
        variable.assign(variable * 1.5)
    keep_weights(model, tmp_path, "middle")
    for variable in model.trainable_variables:
        variable.assign(variable * 1.5)
    kept = [np.array(v) for v in model.trainable_variables]
    found = gradients(model, tmp_path, conditions.prepared.validation, 6)
    radii = [np.array(found[stage]["spectral_radii"]) for stage in ("start", "middle", "end")]
    np.testing.assert_allclose(radii[1], 1.5 * radii[0], rtol=1e-4)
    np.testing.assert_allclose(radii[2], 2.25 * radii[0], rtol=1e-4)
    assert all(np.array_equal(a, b) for a, b in zip(kept, model.trainable_variables, strict=True))
    assert len(found["end"]["norms"]) == 7


def test_every_form_of_the_task_is_made(conditions: Conditions) -> None:
    settings = dataclasses.replace(conditions.settings, synthetic_steps=1, distances=(1,))
    assert [part["task"] for part in synthetic("mingru", settings, 1)] == [task.name for task in TASKS]
