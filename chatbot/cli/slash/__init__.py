"""The commands of the plain chat: a line that begins with a slash, answered in words.

Those that need a screen are not here; a line that begins with two slashes is no command but text with one.
"""

from __future__ import annotations

import difflib

from chatbot.cli.slash import comparing, models, reporting, sessions
from chatbot.cli.slash.desk import Command, Desk
from chatbot.errors import UsageError
from chatbot.text.sanitize import one_line

__all__ = ["COMMANDS", "perform"]


def perform(desk: Desk, line: str) -> str | None:
    """Do what a line with a slash says; the answer, None to end.

    Raises:
        ChatbotError: if there is no such command (the nearest is named), or it cannot be done.
    """
    name, _, rest = one_line(line)[1:].partition(" ")
    name = name.lower()
    if name in COMMANDS:
        return COMMANDS[name].run(desk, rest)
    if name in _ON_SCREEN:
        raise UsageError(f"/{name}", expected="a screen to do it on", remedy=_ON_SCREEN[name])
    near = difflib.get_close_matches(name, COMMANDS, n=1, cutoff=0.5)
    raise UsageError(
        f"there is no command /{name}",
        expected=f"one of {', '.join('/' + known for known in COMMANDS)}",
        remedy=f"did you mean /{near[0]}?" if near else "type // to say something that begins with a slash",
    )


def _help(desk: Desk, _: str) -> str:
    rows = [f"/{name} {command.operand}".rstrip() + f": {command.meaning}" for name, command in COMMANDS.items()]
    return "\n".join([*rows, "//: say something that begins with a slash"])


def _quit(desk: Desk, _: str) -> None:
    return None


_ON_SCREEN = {
    "theme": "use `chatbot` without --plain",
    "train": "use `chatbot train`, or `chatbot` without --plain",
}
"""What the chat on a screen has besides, and what to do instead."""
COMMANDS: dict[str, Command] = {
    "new": Command(sessions.new, "", "begin a new conversation; this one stays kept"),
    "reset": Command(sessions.reset, "", "wipe the memory of the model; what was said stays written down"),
    "model": Command(models.model, "[NAME|DIR]", "show the model, or let another go on"),
    "cell": Command(models.cell, "[NAME]", "show the recurrent cell, or let a model with another go on"),
    "temp": Command(models.sampling("temperature", float), "[X]", "show or set the temperature; 0 is greedy"),
    "topk": Command(models.sampling("top_k", int), "[N]", "show or set how many pieces are chosen from; 0 is all"),
    "topp": Command(models.sampling("top_p", float), "[X]", "show or set the share of likely pieces; 1 is all"),
    "seed": Command(models.sampling("seed", int), "[N|none]", "show or set the seed of the random choices"),
    "save": Command(sessions.save, "[TITLE]", "say where this conversation is kept, and give it a title"),
    "load": Command(sessions.load, "[NUMBER|WORDS]", "list the conversations, or go on with one"),
    "fork": Command(sessions.fork, "[TURNS]", "go on in a copy with all or the first turns"),
    "memory": Command(sessions.memory, "", "say what the model remembers, in one line"),
    "export": Command(sessions.export, "FILE", "write this conversation to a new file: .md, .json or .jsonl"),
    "compare": Command(comparing.compare, "[NAMES] : MESSAGE", "let several models answer it; nothing is kept of that"),
    "report": Command(reporting.report, "DIR", "say what a comparison of cells by `chatbot compare` has found"),
    "help": Command(_help, "", "this list"),
    "quit": Command(_quit, "", "end"),
}
"""Every command, by its name without the slash."""
