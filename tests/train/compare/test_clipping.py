"""The count of pairs in which clipping was for the better."""

from __future__ import annotations

from train.compare.clipping import lower_with_clipping


def pair(clipped: float | None, unclipped: float | None) -> dict[str, dict[str, float | None]]:
    return {"clipped": {"last_loss": clipped}, "unclipped": {"last_loss": unclipped}}


def test_a_tie_is_not_counted_and_no_number_is_the_worst() -> None:
    assert lower_with_clipping([pair(1.0, 2.0), pair(2.0, 1.0), pair(1.0, 1.0)]) == 1
    assert lower_with_clipping([pair(9.0, None), pair(None, 9.0), pair(None, None)]) == 1
    assert lower_with_clipping([]) == 0
