"""`chatbot` without a sub-command: the chat in the terminal."""

from __future__ import annotations

import argparse
import os
import sys

from chatbot.cli.options import check_sampling, open_conversation
from chatbot.errors import UsageError


def run(args: argparse.Namespace) -> int:
    """Open the chat.

    Raises:
        UsageError: if there is no terminal to open it in.
    """
    streams = (sys.stdin, sys.stdout)
    if any(stream is None or not stream.isatty() for stream in streams) or os.environ.get("TERM") == "dumb":
        raise UsageError(
            "no interactive terminal",
            expected="a terminal that can be drawn on",
            remedy="use `chatbot reply` in scripts and pipes",
        )
    check_sampling(args)
    from chatbot import ui

    return ui.run(lambda: open_conversation(args))
