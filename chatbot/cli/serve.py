"""`chatbot serve`: the chat in a browser.

What the browser is given is the business of ``browser``, which needs packages that the base installation leaves out.
"""

from __future__ import annotations

import argparse
import errno
import ipaddress
import shlex
import subprocess
import sys
from pathlib import Path

import chatbot
from chatbot.cli import options
from chatbot.config import SamplingConfig
from chatbot.errors import ChatbotError, MissingExtraError, UsageError
from chatbot.text.sanitize import one_line

HOST, PORT = "127.0.0.1", 8000
_EXAMPLE = """examples:
  chatbot serve
  chatbot serve --model runs/mine/bundle --port 8080

It is the chat of the terminal, drawn by the browser; every tab is a process of its own on this machine, with your
conversations.  There is no password.  Only this machine can reach it unless --host says otherwise, but all of its users
can; pages of other sites that are open in your browser are refused.  Everything the page is made of comes from this
machine: nothing is loaded from the internet.  Ctrl-C ends it.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `chatbot serve`."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = "Chat in a browser."
    parser.epilog = _EXAMPLE
    parser.add_argument(
        "--host",
        default=HOST,
        help="the address to be reached at (default: 127.0.0.1, which only this machine reaches)",
    )
    parser.add_argument("--port", type=int, default=PORT, metavar="N", help="the port (default: 8000)")
    options.add_model(parser)
    options.add_sampling(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until interrupted.

    Raises:
        MissingExtraError: without the packages that this needs.
        BundleError: if there is no such model; nothing is served then.
        UsageError: if the address cannot be taken.
    """
    if not 1 <= args.port <= 65535:
        raise UsageError(f"--port {args.port}", expected="a number from 1 to 65535", remedy="choose another port")
    options.check_sampling(args)
    if getattr(args, "model", None) is not None:
        from chatbot.catalog import open_bundle

        open_bundle(args.model)  # better said here than in an empty page
    try:
        from chatbot.cli import browser
    except ModuleNotFoundError as error:
        raise _missing(error.name or "textual-serve") from error
    if not is_loopback(args.host):
        print(warning(args.host), file=sys.stderr)
    try:
        browser.serve(command(args), args.host, args.port)
    except OSError as error:
        raise _unreachable(error, args.host, args.port) from error
    return 0


def command(args: argparse.Namespace) -> str:
    """What a tab runs, for the shell: this program, with the model and the sampling options that were given here."""
    ours = Path(chatbot.__file__).parents[1]
    alone = [] if Path.cwd() == ours else ["-P"]  # what is called chatbot in another current directory is not ours
    words = [sys.executable, *alone, "-m", "chatbot"]
    given = options.given_settings(SamplingConfig, args)
    if getattr(args, "model", None) is not None:
        given = {"model": args.model, **given}
    words += [f"--{name.replace('_', '-')}={value}" for name, value in given.items()]
    # Without a shell between them, a tab sees the end of the server.
    return subprocess.list2cmdline(words) if sys.platform == "win32" else f"exec {shlex.join(words)}"


def is_loopback(host: str) -> bool:
    """Whether an address is one that only this machine reaches."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def warning(host: str) -> str:
    """What it means to be reached from elsewhere."""
    return (
        f"chatbot: warning: at {one_line(host)} other machines can reach this chat. There is no password and no "
        "encryption: everyone who reaches it can read and write your conversations and run this program as you do. "
        "Use it only in a network that you trust; --host 127.0.0.1 keeps it on this machine."
    )


def _missing(package: str) -> MissingExtraError:
    return MissingExtraError(
        f"{package} not installed",
        expected="the packages that a browser needs",
        remedy="run: pip install 'chatbot[serve]' (in a checkout: pip install '.[serve]')",
    )


def _unreachable(error: OSError, host: str, port: int) -> ChatbotError:
    if error.errno == errno.EADDRINUSE:
        return ChatbotError(f"port {port} is in use", expected="a free one", remedy=f"try --port {port % 65535 + 1}")
    return UsageError(
        f"{host}:{port} cannot be served ({error.strerror or error})",
        expected="an address of this machine and a port that you may open",
        remedy="change --host or --port",
    )
