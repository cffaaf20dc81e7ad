"""From the times of a contest to its rows."""

from __future__ import annotations

import pytest

from tests.benchmarks.contest import Result
from tests.benchmarks.layers import LARGEST, MASKED, SHAPES, Shape, rows_of
from tests.benchmarks.report import Row

TIMES = {"ours": 0.2, "keras": 0.4, "keras-jit": 0.3, "torch": 0.1, "matmul": 0.1}
PEAKS = {"ours": 50.0, "keras": 200.0}


def rows(layer: str, shape: Shape, **times: float) -> dict[str, Row]:
    """By what is compared; the median of each implementation's times is the one that is given."""
    results = {
        name: Result(first=1.0, times=[9 * time, time, 0.5 * time], peak_mb=PEAKS.get(name, 1.0))
        for name, time in (TIMES | times).items()
    }
    return {row.what.removeprefix(f"{layer} {shape}: "): row for row in rows_of(layer, shape, results)}


@pytest.mark.parametrize("layer", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_ratio_above_one_means_that_ours_is_faster(layer: str, shape: Shape) -> None:
    found = rows(layer, shape)
    assert found["keras / ours"].value == pytest.approx(2.0)
    assert found["the faster of keras and keras-jit / ours"].value == pytest.approx(1.5)
    assert found["torch / ours"].value == pytest.approx(0.5)
    assert found["peak memory / keras's"].value == pytest.approx(0.25)
    assert [row.holds for row in found.values() if "product" not in row.what] == [True, True, False, True]


def test_the_faster_keras_may_be_the_one_without_xla() -> None:
    row = rows("gru", MASKED, keras=0.25)["the faster of keras and keras-jit / ours"]
    assert row.value == pytest.approx(1.25)
    assert "keras 250" in row.detail


def test_the_rate_counts_three_products_of_the_layer() -> None:
    row = rows("lstm", LARGEST)["rate / that of a 2048³ product"]
    operations = 6 * (32 * 64) * (512 + 1024) * (4 * 1024)  # of one product [batch × steps, in + units] × [·, 4 units]
    assert row.value == pytest.approx((operations / 0.2) / (2 * 2048**3 / 0.1))
    assert row.at_least


def test_the_cost_of_a_mask_is_that_of_ours_with_it() -> None:
    row = rows("rnn", MASKED, **{"ours, masked": 0.23})["with a mask / without"]
    assert row.value == pytest.approx(1.15)
    assert not row.holds
