"""Workers wait for one another, and whoever does not belong is told why."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from chatbot.errors import ChatbotError, UsageError
from train.cluster import Cluster
from train.rendezvous import meet


@pytest.fixture
def workers() -> tuple[str, ...]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    names = tuple(f"127.0.0.1:{each.getsockname()[1]}" for each in sockets)
    for each in sockets:
        each.close()
    return names


@pytest.mark.parametrize("late", [0, 2])
def test_none_goes_on_before_the_last_has_come(late: int, workers: tuple[str, ...]) -> None:
    gone_on: list[float] = []

    def worker(rank: int) -> None:
        if rank == late:
            time.sleep(1.0)
        meet(Cluster(workers, rank), seconds=20)
        gone_on.append(time.monotonic())

    began = time.monotonic()
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(worker, range(3)))
    assert len(gone_on) == 3
    assert min(gone_on) - began >= 1.0
    socket.create_server(("", Cluster.address(workers[0])[1])).close()  # the port is free for TensorFlow at once


def test_who_does_not_come_is_named(workers: tuple[str, ...]) -> None:
    with ThreadPoolExecutor(2) as pool:
        host = pool.submit(meet, Cluster(workers, 0), 1.5)
        caller = pool.submit(meet, Cluster(workers, 1), 1.0)
        with pytest.raises(ChatbotError, match=rf"rank 2 \({workers[2]}\) did not come"):
            host.result()
        with pytest.raises(ChatbotError, match=r"rank 0 .* did not come"):
            caller.result()


def test_a_worker_of_another_cluster_is_told_so(workers: tuple[str, ...]) -> None:
    with ThreadPoolExecutor(2) as pool:
        host = pool.submit(meet, Cluster(workers, 0), 2.0)
        with pytest.raises(UsageError, match="told of other workers"):
            meet(Cluster((*workers[:2], "127.0.0.1:9"), 1), 5.0)
        with pytest.raises(ChatbotError, match=r"rank 1 .*rank 2 .* did not come"):
            host.result()


def test_the_second_of_one_rank_is_told_so_and_who_has_gone_is_waited_for_again(workers: tuple[str, ...]) -> None:
    with ThreadPoolExecutor(4) as pool:
        host = pool.submit(meet, Cluster(workers, 0), 20.0)
        first = pool.submit(meet, Cluster(workers, 1), 1.0)
        time.sleep(0.5)
        with pytest.raises(UsageError, match="another worker is rank 1 already"):
            meet(Cluster(workers, 1), 5.0)
        with pytest.raises(ChatbotError, match="did not come"):
            first.result()
        pool.submit(meet, Cluster(workers, 2), 20.0)
        time.sleep(0.5)
        assert not host.done()
        meet(Cluster(workers, 1), 20.0)
        host.result(20.0)


def test_strangers_do_no_harm(workers: tuple[str, ...]) -> None:
    with ThreadPoolExecutor(3) as pool:
        futures = [pool.submit(meet, Cluster(workers, 0), 20.0)]
        time.sleep(0.3)
        for said in (b"GET / HTTP/1.1\r\n\r\n", b"[1]\n", b'{"rank": {}, "workers": 1}\n', b""):
            with socket.create_connection(Cluster.address(workers[0])) as stranger:
                stranger.sendall(said)
        futures += [pool.submit(meet, Cluster(workers, rank), 20.0) for rank in (1, 2)]
        for future in futures:
            future.result(20.0)


@pytest.mark.parametrize("rank", [0, 1])
def test_a_port_that_is_taken_is_said_at_once(rank: int, workers: tuple[str, ...]) -> None:
    with (
        socket.create_server(("", Cluster.address(workers[rank])[1])),
        pytest.raises(ChatbotError, match=r"port .* cannot be used"),
    ):
        meet(Cluster(workers, rank), 5.0)
