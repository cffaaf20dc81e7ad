"""The workers of a training wait for one another before TensorFlow connects them.

TensorFlow itself waits for ever, and hears neither Ctrl-C nor SIGTERM while it does.  So rank 0 first listens on its
own port; the others call, say who they are, and are told to go on once all have called.
"""

from __future__ import annotations

import contextlib
import json
import select
import socket
import time

from chatbot.errors import ChatbotError, UsageError
from chatbot.text.sanitize import one_line
from train.cluster import Cluster

WAIT_SECONDS = 600.0
"""For the last worker to be started."""
_POLL = 0.2
_LONGEST = 1 << 16
_GO = b"go\n"


def meet(cluster: Cluster, seconds: float = WAIT_SECONDS) -> None:
    """Return when all workers are there.

    Raises:
        ChatbotError: if some are not in time, or this worker's port is taken.
        UsageError: if workers were told of different clusters, or two are of one rank.
    """
    deadline = time.monotonic() + seconds
    if cluster.rank == 0:
        _host(cluster, deadline)
    else:
        with _listening(cluster):
            pass  # TensorFlow needs the port: better to hear now that it is taken
        _call(cluster, deadline)


def _listening(cluster: Cluster) -> socket.socket:
    host, port = Cluster.address(cluster.workers[cluster.rank])
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:  # on every address, as TensorFlow will: the name that others call may be that of a router
        return socket.create_server(("", port), family=family)
    except OSError as error:
        raise ChatbotError(
            f"port {port} of this worker cannot be used ({error.strerror})",
            expected="a free port",
            remedy="end what uses it, or name another port on all workers",
        ) from error


def _host(cluster: Cluster, deadline: float) -> None:
    """Rank 0: collect all the others."""
    arrived: dict[int, socket.socket] = {}
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(_listening(cluster))
        while len(arrived) < len(cluster.workers) - 1:
            readable, _, _ = select.select([server, *arrived.values()], [], [], _POLL)
            for rank, caller in list(arrived.items()):
                if caller in readable:  # it has nothing more to say, so it has gone
                    arrived.pop(rank).close()
            if server in readable:
                caller = stack.enter_context(server.accept()[0])
                greeted = _greeted(caller, cluster, arrived)
                if greeted is not None:
                    arrived[greeted] = caller
            if time.monotonic() > deadline:
                missing = [n for n in range(1, len(cluster.workers)) if n not in arrived]
                raise _late(cluster, missing)
        for caller in arrived.values():
            with contextlib.suppress(OSError):  # who has gone just now is missed by TensorFlow
                caller.sendall(_GO)
        for caller in arrived.values():  # they hang up first: the side that does keeps the port busy for a minute
            with contextlib.suppress(OSError):
                caller.settimeout(_POLL)
                caller.recv(1)


def _greeted(caller: socket.socket, cluster: Cluster, arrived: dict[int, socket.socket]) -> int | None:
    """The rank of one who calls; None if it has been told why it is refused, or was nobody of ours."""
    caller.settimeout(5.0)
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        said = json.loads(_line(caller))
        rank, workers = said["rank"], said["workers"]
        if tuple(workers) != cluster.workers:
            refusal = f"rank 0 was told of other workers: {','.join(cluster.workers)}"
        elif rank in arrived:
            refusal = f"another worker is rank {rank} already"
        elif rank in range(1, len(cluster.workers)):
            return int(rank)
        else:
            return None
        caller.sendall(json.dumps({"refused": refusal}).encode() + b"\n")
    caller.close()
    return None


def _call(cluster: Cluster, deadline: float) -> None:
    """Every other rank: call rank 0 until it answers."""
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            with socket.create_connection(Cluster.address(cluster.workers[0]), timeout=5.0) as line:
                line.sendall(json.dumps({"rank": cluster.rank, "workers": cluster.workers}).encode() + b"\n")
                line.settimeout(max(_POLL, deadline - time.monotonic()))
                answer = _line(line)
            if answer == _GO:
                return
            if answer:
                _refused(answer)
        time.sleep(_POLL)
    raise _late(cluster, [0])


def _refused(answer: bytes) -> None:
    try:
        why = one_line(str(json.loads(answer)["refused"]))
    except (ValueError, TypeError, KeyError):
        why = "somebody else answers at the address of rank 0"
    raise UsageError(why, expected="the same workers everywhere, and a rank for each", remedy="correct the commands")


def _line(connection: socket.socket) -> bytes:
    """What comes up to the end of a line, or of the connection."""
    found = b""
    while not found.endswith(b"\n") and len(found) < _LONGEST and (more := connection.recv(4096)):
        found += more
    return found


def _late(cluster: Cluster, missing: list[int]) -> ChatbotError:
    names = ", ".join(f"rank {rank} ({one_line(cluster.workers[rank])})" for rank in missing)
    return ChatbotError(
        f"{names} did not come",
        expected="all workers, started within some minutes of one another",
        remedy="start it, see that its port can be reached from here, then start all again",
    )
