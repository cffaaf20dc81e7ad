"""The clipboard of the machine this runs on, through the small program that its desktop brings, if there is one.

Terminals are told by OSC 52 as well, which also reaches the user's own machine over SSH; but some do not listen.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping

_SECONDS = 2.0


def native_command(
    environment: Mapping[str, str], which: Callable[[str], str | None] = shutil.which
) -> tuple[str, ...] | None:
    """The command that takes a text on standard input into the clipboard; None if there is none here.

    Over SSH there is none: it would be the clipboard of a machine that the user does not sit at.
    """
    if "SSH_CONNECTION" in environment or "SSH_TTY" in environment:
        return None
    candidates: list[tuple[str, ...]] = [("pbcopy",), ("clip.exe",)]
    if environment.get("DISPLAY"):
        candidates[:0] = [("xclip", "-selection", "clipboard"), ("xsel", "--clipboard", "--input")]
    if environment.get("WAYLAND_DISPLAY"):
        candidates.insert(0, ("wl-copy",))
    for name, *options in candidates:
        path = which(name)
        if path is not None:
            return (path, *options)
    return None


def copy_natively(command: tuple[str, ...], text: str) -> bool:
    """Hand ``text`` to the command; whether it took it.  Blocks for a moment."""
    try:
        done = subprocess.run(  # noqa: S603 - one of the commands above
            command,
            input=text.encode("utf-8", "replace"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
