"""The machines that train one model together: who they are, and which of them this one is; nothing of TensorFlow."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chatbot.errors import UsageError
from chatbot.text.sanitize import one_line

STRATEGIES = ("mirrored", "multiworker")
"""On all accelerators of one machine, and on those of several machines."""
VARIABLE = "TF_CONFIG"
"""In the environment, where schedulers write what TensorFlow calls a cluster."""

_ADDRESS = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(?P<port>[0-9]{1,5})")
_EXAMPLE = '{"cluster": {"worker": ["a:4000", "b:4000"]}, "task": {"type": "worker", "index": 0}}'


@dataclass(frozen=True)
class Cluster:
    """Several workers, in the same order for all of them, and the place of this one."""

    workers: tuple[str, ...]
    """``host:port`` of each."""
    rank: int
    """From 0."""

    @staticmethod
    def address(worker: str) -> tuple[str, int]:
        """Host (without the brackets of IPv6) and port.

        Raises:
            UsageError: if it is none.
        """
        found = _ADDRESS.fullmatch(worker)
        if found is None or not 0 < int(found["port"]) < 1 << 16:
            raise UsageError(
                f"worker {one_line(worker)!r}", expected="HOST:PORT, a port from 1 to 65535", remedy="correct it"
            )
        return found["host"].strip("[]"), int(found["port"])


def cluster_of(
    strategy: str | None, workers: str | None, rank: int | None, environment: Mapping[str, str]
) -> Cluster | None:
    """What the command line or the environment says of the machines; None unless the strategy is ``multiworker``.

    Args:
        strategy: One of ``STRATEGIES``, or None.
        workers: ``host:port,host:port``.
        rank: Of this worker among them.
        environment: Where ``TF_CONFIG`` may stand.

    Raises:
        UsageError: if something is missing, is not what it must be, or contradicts the rest.
    """
    if strategy != "multiworker":
        _require_none(workers, rank)
        return None
    written = _from_environment(environment[VARIABLE]) if environment.get(VARIABLE) else None
    if workers is None and rank is None:
        if written is None:
            raise UsageError(
                f"--strategy multiworker without --workers and without {VARIABLE}",
                expected="the machines to train on",
                remedy="give --workers HOST:PORT,HOST:PORT and --rank N on each of them",
            )
        return written
    if workers is None or rank is None:
        here, absent = ("--rank", "--workers") if workers is None else ("--workers", "--rank")
        raise UsageError(f"{here} without {absent}", expected="both", remedy=f"add {absent}")
    given = _cluster([word.strip() for word in workers.split(",")], rank, "--workers", "--rank")
    if written not in (None, given):
        raise UsageError(
            f"--workers and --rank say something else than {VARIABLE} in the environment",
            expected="one of them, or the same in both",
            remedy=f"leave --workers and --rank out, or unset {VARIABLE}",
        )
    return given


def _require_none(workers: str | None, rank: int | None) -> None:
    if workers is not None or rank is not None:
        option = "--workers" if workers is not None else "--rank"
        raise UsageError(
            f"{option} without --strategy multiworker",
            expected="both or neither",
            remedy=f"add --strategy multiworker, or leave {option} out",
        )


def _cluster(workers: list[str], rank: int, where: str, where_rank: str) -> Cluster:
    addresses = [Cluster.address(worker) for worker in workers]
    if len(workers) < 2:
        raise UsageError(f"{where} names one worker", expected="two or more", remedy="name all of them, this one too")
    if len(set(addresses)) < len(addresses):
        twice = next(worker for worker, address in zip(workers, addresses, strict=True) if addresses.count(address) > 1)
        raise UsageError(
            f"{where} names {one_line(twice)} twice", expected="each worker once", remedy="give each a port of its own"
        )
    if not 0 <= rank < len(workers):
        raise UsageError(
            f"{where_rank} {rank} of {len(workers)} workers",
            expected=f"from 0 to {len(workers) - 1}",
            remedy="give the place of this machine in the list",
        )
    return Cluster(tuple(workers), rank)


def _from_environment(text: str) -> Cluster:
    try:
        config = json.loads(text)
    except ValueError as error:
        raise _wrong(f"is no JSON ({one_line(str(error))})") from error
    cluster, task = _object(config, "cluster"), _object(config, "task")
    if others := sorted(set(cluster) - {"chief", "worker"}):
        raise _wrong(f"names {one_line(', '.join(others))}, which is no worker")
    lists = {kind: _names(cluster.get(kind, []), kind) for kind in ("chief", "worker")}
    kind, index = task.get("type"), task.get("index")
    if kind not in lists:
        raise _wrong('lacks "task": {"type": "worker"}')
    if not isinstance(index, int) or isinstance(index, bool):
        raise _wrong('lacks "task": {"index": a whole number}')
    if not 0 <= index < len(lists[kind]):
        raise _wrong(f"says index {index} of {len(lists[kind])} {kind}(s)")
    rank = index + (len(lists["chief"]) if kind == "worker" else 0)
    return _cluster(lists["chief"] + lists["worker"], rank, VARIABLE, "index")


def _object(config: Any, name: str) -> dict[str, Any]:
    found = config.get(name) if isinstance(config, dict) else None
    if not isinstance(found, dict):
        raise _wrong(f'lacks "{name}": {{…}}')
    return found


def _names(found: Any, kind: str) -> list[str]:
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise _wrong(f'"{kind}" is no list of addresses')
    return found


def _wrong(what: str) -> UsageError:
    return UsageError(f"{VARIABLE} {what}", expected=_EXAMPLE, remedy=f"correct it, or unset {VARIABLE}")
