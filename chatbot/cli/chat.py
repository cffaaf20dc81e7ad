"""`chatbot` without a sub-command: the chat in the terminal, on a screen or line by line."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time

from chatbot.cli.options import apply_preferences, open_conversation
from chatbot.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `chatbot` alone."""
    parser.add_argument(
        "--plain",
        action="store_true",
        help="line by line instead of on a screen: for screen readers, pipes and terminals that cannot be drawn on",
    )
    parser.add_argument(
        "--continue",
        dest="go_on",
        action="store_true",
        help="with --plain: go on with the last conversation, as the screen does by itself",
    )


def run(args: argparse.Namespace) -> int:
    """Open the chat: on a screen, or line by line if that is asked for or the terminal can do no more.

    Raises:
        UsageError: if there is no terminal to open it in.
    """
    at_terminal = all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))
    served = os.environ.get("TEXTUAL_DRIVER", "").endswith("WebDriver")  # then a browser draws, through pipes
    if args.plain or (at_terminal and not served and os.environ.get("TERM") == "dumb"):
        from chatbot.cli import plain

        return plain.run(args)
    if not at_terminal and not served:
        raise UsageError(
            "no interactive terminal",
            expected="a terminal that can be drawn on",
            remedy="use `chatbot reply` in scripts and pipes, or `chatbot --plain`",
        )
    preferences = apply_preferences(args)
    if served:
        threading.Thread(target=_end_with, args=(os.getppid(),), name="served", daemon=True).start()
    from chatbot import ui

    return ui.run(lambda: open_conversation(args), preferences)


def _end_with(server: int, every: float = 2.0) -> None:
    """Leave once the server that this was started by is gone, however it went; nobody sees the screen then."""
    while os.getppid() == server:
        time.sleep(every)
    os.kill(os.getpid(), signal.SIGTERM)
