"""What `chatbot serve` gives a browser: textual-serve's terminal, in a page of ours, for no other site.

The page of textual-serve takes a font from Google; ours takes it from textual-serve's own files, and forbids the
browser to load anything from elsewhere.  A web socket is open to every page that is open in the browser, whatever site
it comes from, so the site is compared; and so is the name that the browser was told, since the name of any site can be
made to lead to this machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import html
import logging
import secrets
import string
import sys
from functools import partial
from pathlib import Path

from aiohttp import WSCloseCode, web
from textual_serve.app_service import AppService
from textual_serve.server import Server, to_int

from chatbot.cli.serve import is_loopback

_PAGE = Path(__file__).with_name("browser.html")
_SCHEMES = ("http", "https")


class Tab(AppService):
    """The process of one tab."""

    async def run(self) -> None:
        """Run it; the browser is told of its end also if it did not come to say so itself."""
        with contextlib.suppress(asyncio.CancelledError):  # comes of a process that ended before it was listened to
            await super().run()
        await self.remote_close()  # a second time does nothing
        if self._process is not None:
            await self._process.wait()


class ChatServer(Server):
    """Serves the chat, a process for each tab.

    Args:
        command: What a tab runs, for the shell.
        host: The address to be reached at.
        port: Its port.
    """

    def __init__(self, command: str, host: str, port: int) -> None:
        super().__init__(command, host=host, port=port, title="Chatbot")
        self._page = string.Template(_PAGE.read_text(encoding="utf-8"))
        self._sockets: set[web.WebSocketResponse] = set()

    async def on_startup(self, app: web.Application) -> None:
        """Nothing: that it is ready is said once it is."""

    def run(self) -> None:
        """Serve until interrupted.

        Raises:
            OSError: if the address cannot be taken.
        """
        web.run_app(
            self._make_app(),
            host=self.host,
            port=self.port,
            access_log=None,
            print=lambda _: self._announce(),
            loop=asyncio.new_event_loop(),
        )

    def _announce(self) -> None:
        host = f"[{self.host}]" if ":" in self.host else self.host
        print(f"chatbot: the chat is at http://{host}:{self.port} - Ctrl-C ends it", file=sys.stderr, flush=True)

    async def on_shutdown(self, app: web.Application) -> None:
        """End the tabs, which would hold up the end for a minute."""
        for socket in list(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    async def handle_index(self, request: web.Request) -> web.Response:
        """The page; it finds everything where it came from itself."""
        self._admit(request)
        host = html.escape(request.host)
        size = request.query.get("fontsize", "16")
        nonce = secrets.token_urlsafe(16)
        shown = {"host": host, "nonce": nonce, "size": size if size.isascii() and size.isdigit() else "16"}
        policy = (
            f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
            f"font-src 'self'; img-src 'self' data:; connect-src 'self' ws://{host}; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
        return web.Response(text=self._page.substitute(shown), content_type="text/html", headers=headers)

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """The terminal of one tab, until one of browser and chat ends it."""
        self._admit(request)
        socket = web.WebSocketResponse(heartbeat=15)
        await socket.prepare(request)
        tab = Tab(
            self.command,
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=partial(_close, socket),
            download_manager=self.download_manager,
        )
        self._sockets.add(socket)
        try:
            await tab.start(to_int(request.query.get("width", ""), 80), to_int(request.query.get("height", ""), 24))
            await self._process_messages(socket, tab)
        finally:
            self._sockets.discard(socket)
            await tab.stop()
        return socket

    async def handle_download(self, request: web.Request) -> web.StreamResponse:
        """A file that the chat in a tab hands over."""
        self._admit(request)
        return await super().handle_download(request)

    def _admit(self, request: web.Request) -> None:
        """Refuse what another site asks for, or what is asked for under the name of another site.

        Raises:
            HTTPForbidden: then.
        """
        name = request.host.rpartition(":")[0] if request.host.rpartition(":")[2].isdigit() else request.host
        if is_loopback(self.host) and not is_loopback(name):
            raise web.HTTPForbidden(text=f"expected http://{self.host}:{self.port}")
        origin = request.headers.get("Origin")
        if origin is not None and origin not in {f"{scheme}://{request.host}" for scheme in _SCHEMES}:
            raise web.HTTPForbidden(text="expected a page of this chat")


async def _close(socket: web.WebSocketResponse) -> None:
    await socket.close()


def serve(command: str, host: str, port: int) -> None:
    """Serve until interrupted, and say on standard error what goes wrong meanwhile.

    Raises:
        OSError: if the address cannot be taken.
    """
    logging.basicConfig(level=logging.WARNING, format="chatbot: %(message)s", stream=sys.stderr, force=True)
    ChatServer(command, host, port).run()
