"""The devices and machines that train one model together with ``tf.distribute``, and what they tell one another."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from rich.console import Console

from chatbot.errors import ChatbotError, UsageError
from chatbot.text.sanitize import one_line
from train.cluster import Cluster
from train.rendezvous import meet

_LOST = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.FailedPreconditionError,
)
"""What a step together fails with when another worker has gone: at once, or when its heartbeats stay away for 10 s."""


class WorkerLostError(ChatbotError):
    """Another worker was killed, has crashed or cannot be reached any more."""


class _Speaker(Console):
    """A console on which every line says which worker speaks."""

    def __init__(self, speaker: str) -> None:
        super().__init__(stderr=True)
        self._speaker = speaker

    def print(self, *objects: Any, **options: Any) -> None:
        """Print; bars are left as they are."""
        if objects and isinstance(objects[0], str):
            objects = (f"{self._speaker}{objects[0]}", *objects[1:])
        super().print(*objects, **options)


class Team:
    """Devices that hold the same weights and share each batch.

    Make it before TensorFlow has computed anything: with the first operation its devices are fixed.

    Args:
        cluster: The machines; None for all accelerators of this one.

    Raises:
        UsageError: if the workers were told of different clusters.
        ChatbotError: if some do not come, or TensorFlow cannot connect them.
    """

    def __init__(self, cluster: Cluster | None = None) -> None:
        self.rank, self.workers = (0, 1) if cluster is None else (cluster.rank, len(cluster.workers))
        self.console = Console(stderr=True) if cluster is None else _Speaker(f"rank {self.rank}: ")
        if cluster is None:
            self.strategy = _mirrored()
        else:
            self.console.print(f"waiting for {self.workers - 1} other worker(s)", markup=False, highlight=False)
            meet(cluster)
            self.strategy = _connected(cluster)

    def describe(self) -> str:
        """On what the model is trained."""
        count = self.strategy.num_replicas_in_sync
        gpus = "GPU" in self.strategy.extended.worker_devices[0]
        devices = f"{count} {'GPU' if gpus else 'CPU device'}(s)"
        if self.workers == 1:
            return devices if gpus else f"{devices}, for there is no GPU here"
        return f"{devices} of {self.workers} workers"

    def gather(self, text: str) -> list[str]:
        """What each worker says here, by rank; every worker must come to the same call.

        Raises:
            WorkerLostError: if one does not.
        """
        if self.workers == 1:
            return [text]
        said = np.frombuffer(text.encode(), np.uint8)
        with together():
            lengths = self._sum(np.eye(self.workers, dtype=np.int32)[self.rank] * len(said))
            # One column at least: TensorFlow does not survive a sum of nothing.
            table = np.zeros((self.workers, max(1, int(lengths.max()))), np.int32)
            table[self.rank, : len(said)] = said
            table = self._sum(table)
        rows = zip(table, lengths, strict=True)
        return [row[:length].astype(np.uint8).tobytes().decode() for row, length in rows]

    def _sum(self, values: NDArray[np.int32]) -> NDArray[np.int32]:
        return np.asarray(self._reduce(tf.constant(values.ravel()))).reshape(values.shape)

    @functools.cached_property
    def _reduce(self) -> Callable[[Any], Any]:
        """A graph: outside of one TensorFlow uses threads, which it leaves behind when a worker is lost."""

        def reduce(own: Any) -> Any:
            return self.strategy.reduce(tf.distribute.ReduceOp.SUM, own, axis=None)

        return tf.function(reduce, input_signature=[tf.TensorSpec([None], tf.int32)], autograph=False)

    def require_same(self, identity: Mapping[str, str]) -> None:
        """Make sure that all workers train the same.

        Args:
            identity: Settings and corpora, by the names that users know.

        Raises:
            UsageError: if they do not, on every worker; it names what differs.
        """
        every = [json.loads(text) for text in self.gather(json.dumps(dict(identity)))]
        names = dict.fromkeys(name for each in every for name in each)
        different = [
            f"{name} is {', '.join(f'{each.get(name)} on rank {rank}' for rank, each in enumerate(every))}"
            for name in names
            if len({each.get(name) for each in every}) > 1
        ]
        if different:
            raise UsageError(
                f"the workers do not train the same: {one_line('; '.join(different))}",
                expected="the same settings and corpora on each",
                remedy="give the same options everywhere, but for --rank and --out",
            )

    def require_own(self, folder: Path) -> None:
        """Make sure that no two workers write to the same run folder.

        Raises:
            UsageError: if they do.
        """
        if self.workers == 1:
            return
        folder.mkdir(parents=True, exist_ok=True)
        mark = folder / "worker"
        self.gather("")  # none looks at what another has not yet finished with
        mark.write_text(str(self.rank))
        self.gather("")
        found = mark.read_text() if mark.exists() else ""
        shared = [rank for rank, said in enumerate(self.gather(found)) if said != str(rank)]
        mark.unlink(missing_ok=True)
        if shared:
            raise UsageError(
                f"several workers write to one run folder (rank {', '.join(map(str, shared))} and another)",
                expected="a run folder for each worker",
                remedy="give each an --out of its own",
            )

    def part(self) -> None:
        """Let all come to their end: when rank 0 ends, the others cannot work together any more."""
        with contextlib.suppress(WorkerLostError):
            self.gather("")


@contextlib.contextmanager
def together() -> Iterator[None]:
    """Inside, workers compute together.

    Raises:
        WorkerLostError: if one of the others has gone.
    """
    try:
        yield
    except _LOST as error:
        raise WorkerLostError(
            "another worker is lost (killed, crashed, or not to be reached)",
            expected="all workers until the end",
            remedy="start all again with the same commands: they go on from the last step that all have saved",
        ) from error


@functools.cache
def _mirrored() -> tf.distribute.Strategy:
    """One for the whole process: what a second one sums would meet what the first has summed under the same numbers."""
    return tf.distribute.MirroredStrategy()


def _connected(cluster: Cluster) -> tf.distribute.Strategy:
    main = threading.current_thread() is threading.main_thread()
    before = {kind: signal.getsignal(kind) for kind in (signal.SIGINT, signal.SIGTERM)} if main else {}
    if main:  # Python's handler would wait until TensorFlow returns
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Schedulers write it in forms that TensorFlow reads otherwise than we do: what counts is the cluster.
    written = os.environ.pop("TF_CONFIG", None)
    try:
        resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(
            tf.train.ClusterSpec({"worker": list(cluster.workers)}),
            task_type="worker",
            task_id=cluster.rank,
            num_accelerators={"GPU": len(tf.config.list_physical_devices("GPU"))},
            rpc_layer="grpc",
        )
        return tf.distribute.MultiWorkerMirroredStrategy(cluster_resolver=resolver)
    except (tf.errors.OpError, RuntimeError) as error:
        raise ChatbotError(
            f"TensorFlow cannot connect the workers ({one_line(str(error).splitlines()[0])})",
            expected="workers that reach one another, and a free port",
            remedy="check the addresses and ports, then start all again",
        ) from error
    finally:
        if written is not None:
            os.environ["TF_CONFIG"] = written
        for kind, handler in before.items():  # TensorFlow takes SIGTERM for a notice, and goes on
            signal.signal(kind, handler)
