"""Commands of the plain chat about who replies: the model, its cell, and how replies are chosen."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from chatbot.cli import options
from chatbot.cli.slash.desk import Desk, counted, describe, number
from chatbot.errors import BundleError, UsageError
from chatbot.native import native_silence
from chatbot.text.sanitize import one_line


def model(desk: Desk, name: str) -> str:
    """Show which model replies, or let another go on."""
    from chatbot.catalog import bundle_directories

    if not name:
        names = ", ".join(dict.fromkeys(directory.name for _, directory in bundle_directories()))
        return f"{describe(desk.saved.conversation.model)}. There are: {names}."
    return _switch(desk, name)


def _switch(desk: Desk, model: str) -> str:
    args = argparse.Namespace(**{**vars(desk.args), "model": model})
    with native_silence():
        conversation = options.open_conversation(args)
    desk.args = args
    resumed = desk.saved.switch(conversation)
    read = f", and has read {counted(resumed.turns)}" if resumed.turns else ""
    return f"From now on {describe(conversation.model)} replies{read}."


def cell(desk: Desk, cell: str) -> str:
    """Show its recurrent cell, or let a model with another go on."""
    from chatbot.bundle import read_bundle
    from chatbot.catalog import bundle_directories

    if not cell:
        return f"The cell is {desk.saved.conversation.model.cell}."
    cells = set()
    for _, directory in bundle_directories():
        try:
            found = read_bundle(directory).model.cell
        except BundleError:  # `chatbot models` says what is wrong with it
            continue
        if found == cell:
            return _switch(desk, str(directory))
        cells.add(one_line(found))
    raise UsageError(
        f"no model has the cell {cell!r}",
        expected=f"one of {', '.join(sorted(cells)) or 'none'}",
        remedy="train one: chatbot train --cell",
    )


def sampling(setting: str, kind: type[int] | type[float]) -> Callable[[Desk, str], str]:
    """The command that shows or changes one setting."""

    def command(desk: Desk, text: str) -> str:
        conversation = desk.saved.conversation
        if text:
            value = None if setting == "seed" and text in ("none", "off") else number(text, kind)
            conversation.sample_with(**{setting: value})
            setattr(desk.args, setting, value)
        now = getattr(conversation.sampling, setting)
        return f"{setting} is {'none: new luck each time' if now is None else now}."

    return command
