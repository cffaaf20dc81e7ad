"""The options of several devices: what is no strategy is refused, and without one there is no team."""

from __future__ import annotations

import argparse

import pytest

from train.cli.strategy import add_strategy, team_of


def test_without_a_strategy_there_is_no_team() -> None:
    assert team_of(None, None) is None


def test_the_options_are_read_and_an_unknown_strategy_is_refused() -> None:
    parser = argparse.ArgumentParser()
    add_strategy(parser)
    args = parser.parse_args(["--strategy", "multiworker", "--workers", "a:1,b:2", "--rank", "1"])
    assert (args.strategy, args.workers, args.rank) == ("multiworker", "a:1,b:2", 1)
    with pytest.raises(SystemExit):
        parser.parse_args(["--strategy", "parallel"])
