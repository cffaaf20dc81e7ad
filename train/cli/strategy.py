"""`chatbot train --strategy`: several devices, or several machines, train together."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from train.cluster import STRATEGIES, Cluster

if TYPE_CHECKING:
    from train.team import Team


def add_strategy(parser: argparse.ArgumentParser) -> None:
    """``--strategy``, ``--workers`` and ``--rank``."""
    group = parser.add_argument_group("several devices and machines")
    group.add_argument(
        "--strategy",
        choices=STRATEGIES,
        help="mirrored: all GPUs of this machine share each batch; multiworker: several machines do, each of which is "
        "given the same command and a --rank of its own (default: one device)",
    )
    group.add_argument(
        "--workers",
        metavar="HOST:PORT,...",
        help="all machines, in the same order on each; they trust one another, and whoever reaches these ports "
        "(default: what TF_CONFIG in the environment says)",
    )
    group.add_argument("--rank", type=int, metavar="N", help="the place of this machine among --workers, from 0")


def team_of(strategy: str | None, cluster: Cluster | None) -> Team | None:
    """The devices that train together, connected; before anything else is computed."""
    if strategy is None:
        return None
    from train.team import Team

    return Team(cluster)
