"""The grid of trainings with and without clipping: laws that hold whatever comes of them."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from train.compare import exploding as module
from train.compare.exploding import exploding, kept_grid


def test_both_of_a_pair_begin_from_the_same_weights_and_batches() -> None:
    for run in exploding(gains=(1.0, 2.0), rates=(0.5,), seeds=(1, 2), steps=2)["runs"]:
        assert run["clipped"]["first_norm"] == run["unclipped"]["first_norm"]


def test_a_bound_that_is_never_reached_changes_nothing() -> None:
    for run in exploding(gains=(1.0,), rates=(0.1,), seeds=(1, 2), steps=5, clip=1e9)["runs"]:
        assert run["clipped"] == run["unclipped"]


def test_the_gradient_grows_exponentially_with_gain() -> None:
    """Over 50 steps a factor of 2 a step would be 10^15 if nothing were squashed; a hundredfold is the least of it."""
    runs = exploding(gains=(1.0, 2.0), rates=(0.1,), seeds=(1, 2, 3), steps=1)["runs"]
    first = {(run["gain"], run["seed"]): run["unclipped"]["first_norm"] for run in runs}
    assert all(first[2.0, seed] > 100 * first[1.0, seed] for seed in (1, 2, 3))


def test_a_condition_does_not_hang_on_those_before_it() -> None:
    whole = exploding(gains=(1.0, 1.4), rates=(0.5,), seeds=(1,), steps=3)["runs"][1]
    alone = exploding(gains=(1.4,), rates=(0.5,), seeds=(1,), steps=3)["runs"][0]
    assert whole == alone


def test_guessing_costs_the_logarithm_of_the_symbols() -> None:
    assert exploding(gains=(1.0,), rates=(0.1,), seeds=(1,), steps=1)["guessing"] == pytest.approx(math.log(8))


def test_a_grid_is_made_once_for_a_folder_and_again_where_it_is_torn_or_of_other_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    monkeypatch.setattr(module, "exploding", lambda: made.append(1) or {"guessing": 2.0, "runs": [len(made)]})
    assert kept_grid(tmp_path) == kept_grid(tmp_path) == {"guessing": 2.0, "runs": [1]}
    (tmp_path / "explosion.json").write_text('{"key": ', encoding="utf-8")
    assert kept_grid(tmp_path)["runs"] == [2]
    monkeypatch.setattr(module, "code", lambda: "another")
    assert kept_grid(tmp_path)["runs"] == kept_grid(tmp_path)["runs"] == [3]
