"""Options that several sub-commands share."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chatbot import preferences
from chatbot.config import Config, SamplingConfig

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


def add_settings(
    parser: argparse.ArgumentParser, defaults: Config, title: str, short: Mapping[str, str], shown: bool = False
) -> None:
    """An option for each field of a configuration; what is not given does not stand in the result.

    Args:
        parser: Gets them, as a group.
        defaults: Whose fields; a field that is None by default takes a whole number.
        title: Of the group.
        short: Options that are called otherwise than their fields.
        shown: Whether the help names the defaults.
    """
    group = parser.add_argument_group(title)
    texts = defaults.describe()
    for name, default in defaults.to_dict().items():
        kind = int if default is None else type(default)
        how: dict[str, Any] = {"type": kind, "metavar": {int: "N", float: "X"}.get(kind, "NAME")}
        group.add_argument(
            "--" + short.get(name, name).replace("_", "-"),
            dest=name,
            default=argparse.SUPPRESS,
            help=as_help(texts[name]) + (f" (default: {_shown(default)})" if shown else ""),
            **({"action": argparse.BooleanOptionalAction} if kind is bool else how),
        )


def _shown(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def given_settings(kind: type[Config], args: argparse.Namespace) -> dict[str, Any]:
    """The settings of a configuration that were given on the command line, by name."""
    return {name: getattr(args, name) for name in kind.names() if hasattr(args, name)}


def add_sampling(parser: argparse.ArgumentParser) -> None:
    """An option for each field of ``SamplingConfig``; what is not given is the bundle's own."""
    add_settings(parser, SamplingConfig(), "how replies are chosen (default: as the model's bundle recommends)", {})


def check_sampling(args: argparse.Namespace) -> dict[str, Any]:
    """The sampling options that were given, each within its range.

    Raises:
        ConfigError: if one is not; nothing has to be loaded to know.
    """
    given = given_settings(SamplingConfig, args)
    preferences.check_sampling(given)
    return given


def apply_preferences(args: argparse.Namespace) -> preferences.Preferences:
    """The settings of the user, which are put into ``args`` where the command line left model and sampling open.

    A file that cannot be used is named on standard error.

    Raises:
        ConfigError: if a sampling option on the command line is out of range; the file is not to blame for it.
    """
    check_sampling(args)
    found, problem = preferences.load_preferences()
    if problem is not None:
        print(f"chatbot: {problem}", file=sys.stderr)
    for name, value in {"model": found.model_path, **found.sampling}.items():
        if value is not None and not hasattr(args, name):
            setattr(args, name, value)
    return found


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
