"""The table of what was measured: which way a bound goes."""

from __future__ import annotations

import pytest

from tests.benchmarks.report import Row, show


@pytest.mark.parametrize(("value", "at_most", "at_least"), [(0.9, True, False), (1.0, True, True), (1.1, False, True)])
def test_a_bound_holds_on_its_side_alone(value: float, at_most: bool, at_least: bool) -> None:
    assert Row("a", value, 1.0, "×", "").holds is at_most
    assert Row("a", value, 1.0, "×", "", at_least=True).holds is at_least


def test_the_table_shows_the_side(capsys: pytest.CaptureFixture[str]) -> None:
    show([Row("a", 2.0, 3.0, "s", "x"), Row("b", 2.0, 3.0, "×", "y", at_least=True)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2:] == ["| a | 2 s | ≤ 3 s | yes | x |", "| b | 2 × | ≥ 3 × | **no** | y |"]
