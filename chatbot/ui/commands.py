"""Everything that can be done, in one table: slash commands, command palette, keys and help all read it.

What a command does is the business of ``performing``.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chatbot.errors import UsageError
from chatbot.text.sanitize import one_line


class Command(NamedTuple):
    """Something that can be done."""

    name: str
    """After the slash."""
    title: str
    """In the command palette."""
    help: str
    argument: str = ""
    """What may follow the name, as help shows it; empty if nothing may."""
    choices: str = ""
    """Which list completes the argument; see ``complete``."""
    key: str = ""
    label: str = ""
    """Beside the key in the footer; empty if it does not stand there."""
    any_time: bool = False
    """Whether it can be done while a reply is being said."""
    several: bool = False
    """Whether several values may follow, parted by blanks; each of them is completed."""


COMMANDS = (
    Command("new", "New conversation", "Begin a new conversation; this one stays in the list", key="ctrl+n",
            label="New", any_time=True),
    Command("load", "Open a conversation", "Look for conversations of earlier: open, rename, delete, fork", "[words]",
            key="ctrl+o", label="Open"),
    Command("again", "Another reply", "Replace the last reply by another one", key="ctrl+r", label="Again"),
    Command("retry", "Another reply at another temperature", "As again, with a temperature for this reply alone",
            "[temperature]", "temperatures", key="ctrl+t"),
    Command("edit", "Edit a message", "Change your last message, or the message of that number, and go on from there",
            "[number]"),
    Command("fork", "Fork the conversation", "Go on in a copy; this one stays as it is"),
    Command("save", "Name the conversation", "Everything is saved as it happens; this gives it a title", "[title]"),
    Command("export", "Export the conversation", "Write it as Markdown, JSON or a line of our corpus format",
            "[format] [file]", "formats", any_time=True),
    Command("copy", "Copy to the clipboard", "The last reply, or all that was said", "[all]", "copies", any_time=True),
    Command("reset", "Wipe the memory", "The model forgets all of this conversation; the transcript stays"),
    Command("model", "Change the model", "Another model reads the transcript and goes on", "[name|folder]", "models"),
    Command("cell", "Change the recurrent cell", "Go on with a model of another cell", "[cell]", "cells"),
    Command("temp", "Temperature", "0 always takes the likeliest piece; higher is more daring", "[number]",
            "temperatures"),
    Command("topk", "Top-k", "Choose among the k likeliest pieces; 0 among all", "[number]"),
    Command("topp", "Top-p", "Choose among the likeliest pieces of this much probability", "[number]"),
    Command("seed", "Seed", "The same seed gives the same replies; none draws a new one", "[number|none]"),
    Command("memory", "Memory panel", "See the memory of the network while it talks, or close the panel", key="f2",
            label="Memory", any_time=True),
    Command("compare", "Compare models", "Let several models or cells answer the same message, side by side",
            "[names] [temp=1 …]", "contenders", several=True),
    Command("train", "Train a model", "Make a model of your own dialogues, and follow trainings", "[paths]",
            any_time=True),
    Command("report", "Report of a comparison", "See what `chatbot compare` found: every plot, with a sentence on it",
            "[folder]", any_time=True),
    Command("good", "Keep the last reply", "As one that models learn from"),
    Command("correct", "Correct the last reply", "Keep what it should have been, for models to learn from", "[text]"),
    Command("teach", "Teach a model", "See what was kept by /good and /correct, and let a model learn it"),
    Command("facts", "Facts under replies", "Show or hide time, speed and model under each reply", key="f4",
            any_time=True),
    Command("ghost", "Ghost text", "Let the model guess how your message goes on, or not", any_time=True),
    Command("theme", "Theme", "Change the colours", "[name]", "themes", any_time=True),
    Command("help", "Help", "The keys of where you are, and all commands", key="f1", label="Help", any_time=True),
    Command("quit", "Quit", "Leave; a running reply is stopped and kept", any_time=True),
)  # fmt: skip


class Request(NamedTuple):
    """A command and what was typed after it."""

    command: Command
    argument: str


class Completion(NamedTuple):
    """How a command that is being typed could go on."""

    text: str
    """The whole input then."""
    label: str
    help: str
    complete: bool
    """Whether it can be sent as it is."""


def is_command(text: str) -> bool:
    """Whether a text is meant as a command; a second slash says that it is not."""
    return text.startswith("/") and not text.startswith("//")


def parse(text: str, commands: Sequence[Command] = COMMANDS) -> Request:
    """The command that a text is; ``commands`` are those there are.

    Raises:
        UsageError: if there is none of that name, or it takes no argument.
    """
    name, _, rest = text[1:].strip().partition(" ")
    command = next((each for each in commands if each.name == name.lower()), None)
    if command is None:
        near = difflib.get_close_matches(name.lower(), [each.name for each in commands], n=1)
        raise UsageError(
            f"no command is called /{one_line(name)}",
            expected=f"perhaps /{near[0]}" if near else "one of those that / lists",
            remedy="begin with // to say it to the model",
        )
    argument = one_line(rest)
    if argument and not command.argument:
        raise UsageError(f"/{name} {argument}", expected=f"/{name} alone", remedy="leave the rest out")
    return Request(command, argument)


def complete(
    text: str, choices: Mapping[str, Sequence[tuple[str, str]]], commands: Sequence[Command] = COMMANDS
) -> list[Completion]:
    """How the text of a prompt could go on, as far as it is a command.

    Args:
        text: What was typed.
        choices: For each list that commands name, values and what they mean.
        commands: Those there are.
    """
    if not is_command(text) or "\n" in text:
        return []
    name, blank, rest = text[1:].partition(" ")
    if not blank:
        typed = name.lower()
        found = sorted((each for each in commands if each.name.startswith(typed)), key=lambda each: each.name != typed)
        found += [each for each in commands if each not in found and typed in each.title.lower()]
        return [
            Completion(
                f"/{each.name}{' ' * bool(each.choices)}",
                f"/{each.name} {each.argument}".strip(),
                each.help,
                complete=not each.choices or each.name == typed,
            )
            for each in found
        ]
    command = next((each for each in commands if each.name == name.lower()), None)
    values = choices.get(command.choices, ()) if command else ()
    before, _, last = rest.lstrip().rpartition(" ") if command and command.several else ("", "", rest)
    typed = last.strip().lower()
    if any(value.lower() == typed for value, _ in values) or typed[:1].isdigit():
        return []  # it is whole, or a number of the user's own: Enter must not make another one of it
    return [
        Completion(f"/{name} {f'{before} ' * bool(before)}{value}", value, one_line(meaning), complete=True)
        for value, meaning in values
        if value.lower().startswith(typed)
    ]
