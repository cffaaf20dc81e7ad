"""The command line: `chatbot` opens the chat, and a sub-command for everything else.

Standard output is data, standard error is talk; exit codes are 0, 1 (failure) and 2 (usage).  Each sub-command imports
what it needs when it runs, so that none waits for another's packages.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from chatbot import __version__
from chatbot.cli import chat, models, options, reply
from chatbot.errors import ChatbotError, MissingExtraError, UsageError
from chatbot.text.sanitize import one_line

_EXAMPLE = """examples:
  chatbot                              chat in the terminal
  echo "Hi there" | chatbot reply      one reply on standard output
  chatbot train data/sample.jsonl --out runs/mine
  chatbot --model runs/mine/bundle     chat with your own model
  chatbot --plain                      line by line, for screen readers and pipes
"""
_HELP = {
    "reply": "read user turns from standard input, print replies",
    "models": "list the models that are found",
    "train": "train a model on dialogues",
    "evaluate": "measure a model on dialogues",
    "corpus": "find out what is in a corpus of dialogues, in whatever format",
    "compare": "train several cells under the same conditions and see what changes",
    "serve": "chat in a browser",
    "config": "show your settings, and where they are",
}
_FLAGS = ("-h", "--help", "--version", "--plain", "--continue")
"""The options before a sub-command that take no value."""


def build_parser(command: str | None) -> argparse.ArgumentParser:
    """The parser; what chatting does not load - ``train``, a browser - gives ``command`` alone its arguments."""
    parser = argparse.ArgumentParser(
        prog="chatbot",
        description="Talk to a recurrent encoder-decoder that remembers the conversation.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"chatbot {__version__}")
    chat.add_arguments(parser)
    options.add_model(parser)
    options.add_sampling(parser)
    parser.set_defaults(run=chat.run)
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    sub = {name: commands.add_parser(name, help=text) for name, text in _HELP.items()}
    reply.add_arguments(sub["reply"])
    models.add_arguments(sub["models"])
    if command == "config":
        from chatbot.cli import config

        config.add_arguments(sub["config"])
    if command == "serve":
        from chatbot.cli import serve

        serve.add_arguments(sub["serve"])
    if command in ("train", "evaluate", "corpus", "compare"):
        from train.cli import COMMANDS

        for name, add_arguments in COMMANDS.items():
            add_arguments(sub[name])
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program; the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    args = build_parser(_command(words)).parse_args(words)
    run: Callable[[argparse.Namespace], int] = args.run
    try:
        if (args.plain or args.go_on) and run is not chat.run:
            option = "--plain" if args.plain else "--continue"
            raise UsageError(f"{option} with a sub-command", expected="no sub-command", remedy=f"leave {option} out")
        return _with_extras(run, args)
    except ChatbotError as error:
        print(f"chatbot: {one_line(str(error))}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:  # whoever read our output has had enough
        _abandon_output()
        return 1
    except OSError as error:  # what commands expect of their own files, they catch: this is our output, on a full disk
        print(f"chatbot: {one_line(str(error))}; expected to be able to go on; free some space", file=sys.stderr)
        _abandon_output()
        return 1
    except KeyboardInterrupt:
        print("chatbot: interrupted", file=sys.stderr)
        return 130


def _with_extras(run: Callable[[argparse.Namespace], int], args: argparse.Namespace) -> int:
    """Run a command; a package that only the extra brings is asked for by name where it is missing.

    Raises:
        MissingExtraError: then.
    """
    try:
        return run(args)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing not in MissingExtraError.PACKAGES:
            raise
        raise MissingExtraError.of(missing) from error


def _command(words: Sequence[str]) -> str | None:
    """The sub-command: the first word that is neither an option nor the value of one."""
    rest = iter(words)
    for word in rest:
        if not word.startswith("-"):
            return word
        if "=" not in word and word not in _FLAGS:
            next(rest, None)
    return None


def _abandon_output() -> None:
    """Lead standard output nowhere, so that Python's own flush at the end does not fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
