"""Laws of what a browser is given: all of it from here, for no other site, and a process that ends with its tab."""

from __future__ import annotations

import asyncio
import re
import shlex
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from chatbot.cli.browser import ChatServer

APP = """
import os, sys, json
def send(kind, data): os.write(1, kind + len(data).to_bytes(4, "big") + data)
open("started", "w").close()
os.write(1, b"__GANGLION__\\n")
send(b"D", b"drawn %s" % os.environ["COLUMNS"].encode())
while head := sys.stdin.buffer.read(5):
    data = sys.stdin.buffer.read(int.from_bytes(head[1:], "big"))
    if head[:1] == b"M" and json.loads(data)["type"] == "quit": break
    if data == b"crash": os._exit(3)
    if head[:1] == b"D": send(b"D", b"heard " + data)
open("ended", "w").close()
send(b"M", json.dumps({"type": "exit"}).encode())
"""
"""Speaks as Textual does to a browser."""

Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    """A browser without a window, and the server it talks to."""
    monkeypatch.chdir(tmp_path)
    server = ChatServer(shlex.join([sys.executable, "-c", APP]), "127.0.0.1", 8000)
    async with TestClient(TestServer(await server._make_app())) as made:
        yield made


async def test_the_page_loads_nothing_from_elsewhere(client: Client) -> None:
    response = await client.get("/")
    page = await response.text()
    assert response.status == 200
    links = re.findall(r'(?:src|href)="([^"]*)"|url\("([^"]*)"\)', page)
    paths = [one or other for one, other in links]
    assert {path[:1] for path in paths if path != "data:,"} == {"/"}
    assert not any(path.startswith("//") for path in paths)
    for path in paths:
        if path != "data:,":
            assert (await client.get(path)).status == 200, path
    assert re.findall(r"\w+://[^\s\"')]+", page) == [f"ws://127.0.0.1:{client.port}/ws"]
    assert "$" not in page


async def test_the_browser_is_forbidden_to_load_anything_from_elsewhere(client: Client) -> None:
    response = await client.get("/")
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert re.findall(r"\w+://\S+", policy) == [f"ws://127.0.0.1:{client.port};"]
    assert "frame-ancestors 'none'" in policy
    (nonce,) = re.findall(r"'nonce-([\w-]+)'", policy)
    assert f'<script nonce="{nonce}">' in await response.text()
    assert nonce not in (await client.get("/")).headers["Content-Security-Policy"]


@pytest.mark.parametrize("size", ["24", '"><script>', "٣"])
async def test_what_the_address_says_is_a_size_or_nothing(client: Client, size: str) -> None:
    page = await (await client.get("/", params={"fontsize": size})).text()
    assert f'data-font-size="{size if size == "24" else 16}"' in page
    assert size == "24" or size not in page.replace("<script", "", 1)


@pytest.mark.parametrize("path", ["/", "/ws", "/download/x"])
@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"Host": "evil.example:8000"}, {"Origin": "http://evil.example"}, {"Origin": "null"}],
    ids=str,
)
async def test_other_sites_are_refused(client: Client, path: str, headers: dict[str, str], tmp_path: Path) -> None:
    response = await client.get(path, headers=headers)
    assert response.status == 403
    assert not (tmp_path / "started").exists()


async def test_this_machine_may_be_called_by_its_names(client: Client) -> None:
    for name in ("localhost", "127.0.0.1", "[::1]"):
        host = f"{name}:{client.port}"
        response = await client.get("/", headers={"Host": host, "Origin": f"http://{host}"})
        assert response.status == 200
        assert f'"ws://{host}/ws"' in await response.text()


async def test_a_server_for_others_takes_any_name_but_no_other_site(tmp_path: Path) -> None:
    server = ChatServer("false", "0.0.0.0", 8000)  # noqa: S104
    async with TestClient(TestServer(await server._make_app())) as client:
        assert (await client.get("/", headers={"Host": "ada.example:8000"})).status == 200
        crossed = {"Host": "ada.example:8000", "Origin": "http://evil.example"}
        assert (await client.get("/ws", headers=crossed)).status == 403


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0.02)


async def until_closed(socket: aiohttp.ClientWebSocketResponse) -> None:
    async with asyncio.timeout(30):
        async for _ in socket:
            pass
    assert socket.closed


async def test_a_tab_has_a_process_that_ends_with_it(client: Client, tmp_path: Path) -> None:
    async with client.ws_connect("/ws", params={"width": "99", "height": "x"}) as socket:
        assert await socket.receive_bytes(timeout=30) == b"drawn 99"
        await socket.send_json(["stdin", "Hello"])
        assert await socket.receive_bytes(timeout=30) == b"heard Hello"
        assert not (tmp_path / "ended").exists()
    await until(lambda: (tmp_path / "ended").exists())


async def test_a_process_that_dies_closes_its_tab(client: Client, tmp_path: Path) -> None:
    async with client.ws_connect("/ws") as socket:
        await socket.receive_bytes(timeout=30)
        await socket.send_json(["stdin", "crash"])
        await until_closed(socket)
    assert not (tmp_path / "ended").exists()


async def test_a_process_that_never_begins_closes_its_tab(caplog: pytest.LogCaptureFixture) -> None:
    server = ChatServer("echo no model >&2", "127.0.0.1", 8000)
    async with TestClient(TestServer(await server._make_app())) as client, client.ws_connect("/ws") as socket:
        await until_closed(socket)
    assert "failed to start" in caplog.text


async def test_the_end_of_the_server_ends_the_tabs(client: Client, tmp_path: Path) -> None:
    socket: Any = await client.ws_connect("/ws")
    await socket.receive_bytes(timeout=30)
    await client.server.close()
    await until(lambda: (tmp_path / "ended").exists())
