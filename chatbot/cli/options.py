"""Options that several sub-commands share."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from chatbot.config import SamplingConfig

if TYPE_CHECKING:
    from chatbot.conversation import Conversation


def add_model(parser: argparse.ArgumentParser) -> None:
    """``--model``."""
    parser.add_argument(
        "--model",
        metavar="NAME|DIR",
        default=argparse.SUPPRESS,  # so that a sub-command's silence does not undo what was given before it
        help="a model of `chatbot models`, or the directory of a bundle (default: the one that ships)",
    )


def as_help(text: str) -> str:
    """A docstring as argparse takes it: it begins small, ends without a stop, and a percent sign is not a format."""
    return (text[0].lower() + text[1:]).rstrip(".").replace("%", "%%")


def add_sampling(parser: argparse.ArgumentParser) -> None:
    """An option for each field of ``SamplingConfig``; what is not given is the bundle's own."""
    group = parser.add_argument_group("how replies are chosen (default: as the model's bundle recommends)")
    texts = SamplingConfig.describe()
    for field in dataclasses.fields(SamplingConfig):
        kind = float if field.type == "float" else int
        group.add_argument(
            "--" + field.name.replace("_", "-"),
            type=kind,
            metavar="X" if kind is float else "N",
            default=argparse.SUPPRESS,
            help=as_help(texts[field.name]),
        )


def check_sampling(args: argparse.Namespace) -> dict[str, Any]:
    """The sampling options that were given, each within its range.

    Raises:
        ConfigError: if one is not; nothing has to be loaded to know.
    """
    given = {f.name: getattr(args, f.name) for f in dataclasses.fields(SamplingConfig) if hasattr(args, f.name)}
    if "max_length" not in given:  # whether the bundle's own is long enough is seen once it is read
        SamplingConfig.from_dict({**given, "max_length": max(1, given.get("min_length", 1))})
    else:
        SamplingConfig.from_dict(given)
    return given


def open_conversation(args: argparse.Namespace) -> Conversation:
    """The conversation that ``--model`` and the sampling options ask for.

    Raises:
        BundleError: if there is no such model, or it is not whole.
        ConfigError: if an option is out of range.
    """
    given = check_sampling(args)
    from chatbot.catalog import open_bundle
    from chatbot.conversation import Conversation

    bundle = open_bundle(getattr(args, "model", None))
    sampling = SamplingConfig.from_dict({**bundle.sampling.to_dict(), **given})
    return Conversation(bundle, sampling=sampling)


@contextlib.contextmanager
def native_silence() -> Iterator[None]:
    """Keeps what C++ libraries write to descriptor 2 off the terminal; Python's own standard error goes on.

    LiteRT announces its delegate there at every start and has no switch for it in Python.
    """
    sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # no standard error at all: nothing to keep clean
        yield
        return
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
