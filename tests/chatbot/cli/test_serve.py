"""Laws of `chatbot serve`: on this machine unless told otherwise, with the options that were given."""

from __future__ import annotations

import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chatbot.cli import browser, build_parser, serve

Run = Callable[..., Any]
NEEDS_POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals")


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, int]]:
    """What would have been served: command, host and port."""
    calls: list[tuple[str, str, int]] = []
    monkeypatch.setattr(browser, "serve", lambda *words: calls.append(words))
    return calls


@pytest.fixture
def port() -> int:
    """One that nobody uses."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_it_is_bound_to_this_machine_and_says_nothing_of_others(chatbot: Run, served: list[Any]) -> None:
    assert chatbot("serve") == (0, "", "")
    ((_, host, port),) = served
    assert (host, port) == ("127.0.0.1", 8000)
    assert serve.is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::", "a.example"])  # noqa: S104
def test_another_address_is_served_with_a_warning_of_what_it_means(chatbot: Run, served: list[Any], host: str) -> None:
    done = chatbot("serve", "--host", host, "--port", 8080)
    assert done.code == 0
    assert [call[1:] for call in served] == [(host, 8080)]
    assert done.err.startswith("chatbot: warning: ")
    for part in (host, "no password", "read and write your conversations"):
        assert part in done.err


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "::1", "[::1]"])
def test_addresses_of_this_machine_are_known(host: str) -> None:
    assert serve.is_loopback(host)


def test_a_tab_runs_this_program_with_what_was_given(chatbot: Run, served: list[Any], tmp_path: Path) -> None:
    model = tmp_path / "a model; touch x"
    args = build_parser("serve").parse_args(["serve", "--model", str(model), "--seed", "3", "--top-p", "0.5"])
    words = shlex.split(serve.command(args))
    assert words[:2] == ["exec", sys.executable]
    assert words[-5:] == ["-m", "chatbot", f"--model={model}", "--top-p=0.5", "--seed=3"]


def test_a_tab_runs_nothing_of_the_current_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert "-P" in shlex.split(serve.command(build_parser("serve").parse_args(["serve"])))


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--port", "0"], 2, "65535"),
        (["--port", "70000"], 2, "65535"),
        (["--temperature", "-1"], 2, "temperature"),
        (["--model", "there-is-none"], 1, "there-is-none"),
    ],
    ids=str,
)
def test_what_cannot_be_is_said_before_anything_is_served(
    chatbot: Run, served: list[Any], words: list[str], code: int, said: str
) -> None:
    done = chatbot("serve", *words)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)
    assert said in done.err
    assert not served


def test_without_the_extra_it_says_what_to_install(process: Run) -> None:
    code = "import sys; sys.modules['textual_serve'] = None; from chatbot.cli import main; sys.exit(main(['serve']))"
    done = process(code=code)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "pip install 'chatbot[serve]'" in done.err


def test_the_help_says_what_it_means(chatbot: Run) -> None:
    text = " ".join(chatbot("serve", "--help").out.split())
    for part in ("no password", "process of its own", "nothing is loaded from the internet", "127.0.0.1"):
        assert part in text


def test_a_port_that_is_taken_is_a_failure_that_names_another(chatbot: Run, port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        done = chatbot("serve", "--port", port)
    assert done.code == 1
    assert f"port {port} is in use" in done.err
    assert f"--port {port + 1}" in done.err


def test_an_address_of_another_machine_is_a_mistake_of_usage(chatbot: Run, port: int) -> None:
    done = chatbot("serve", "--host", "192.0.2.1", "--port", port)
    assert done.code == 2
    assert "address of this machine" in done.err
    assert "Traceback" not in done.err


# In a process of its own


@pytest.fixture
def server(environment: dict[str, str], tmp_path: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """One that runs, and does not outlive the test."""
    command = [sys.executable, "-m", "chatbot", "serve", "--port", str(port)]
    with subprocess.Popen(
        command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as started:
        try:
            yield started
        finally:
            started.kill()


@NEEDS_POSIX
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_it_is_reached_on_this_machine_alone_and_ends_when_asked(
    server: subprocess.Popen[str], port: int, how: signal.Signals
) -> None:
    assert server.stderr is not None
    assert f"http://127.0.0.1:{port}" in server.stderr.readline()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as browser_:
        browser_.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
        assert browser_.recv(100).startswith(b"HTTP/1.1 200")
    listening = Path("/proc/net/tcp")
    if listening.exists():
        addresses = {line.split()[1] for line in listening.read_text().splitlines()[1:]}
        assert [address for address in addresses if address.endswith(f":{port:04X}")] == [f"0100007F:{port:04X}"]
    began = time.monotonic()
    server.send_signal(how)
    assert server.wait(30) == 0
    assert time.monotonic() - began < 20
    assert server.stderr.read() == ""
