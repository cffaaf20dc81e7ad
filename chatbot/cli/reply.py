"""`chatbot reply`: the conversation for scripts, line by line or as JSON lines."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from chatbot.cli import options
from chatbot.errors import UsageError
from chatbot.native import native_silence
from chatbot.text.sanitize import one_line, printable

if TYPE_CHECKING:
    from chatbot.conversation import Conversation

_EXAMPLE = """examples:
  printf 'Hi!\\nWhat do you like?\\n' | chatbot reply --seed 1
  echo '{"id": 7, "turns": ["I am Ann.", "Who am I?"]}' | chatbot reply --jsonl --temperature 0

A line that cannot be used is named on standard error.  For an empty line an empty line is printed, so that line n of
the output answers line n of the input; with --jsonl a broken line gives none, and the exit code is 1.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `chatbot reply`."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = (
        "Read one user turn a line from standard input and print one reply a line, in one conversation."
    )
    parser.epilog = _EXAMPLE
    options.add_model(parser)
    options.add_sampling(parser)
    parser.add_argument(
        "--jsonl",
        action="store_true",
        help='read {"id": …, "turns": ["…", …]} a line, each a fresh conversation; print {"id": …, "replies": […]}',
    )
    parser.add_argument(
        "--wipe-before-last", action="store_true", help="with --jsonl: wipe the memory before the last turn of each"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Answer; 1 if some JSON line could not be used.

    Raises:
        UsageError: if the options do not go together.
    """
    if args.wipe_before_last and not args.jsonl:
        raise UsageError("--wipe-before-last without --jsonl", expected="both", remedy="add --jsonl")
    if sys.stdin is None or sys.stdout is None:
        raise UsageError(
            "standard input or output is closed", expected="both open", remedy="give a file or a pipe, or /dev/null"
        )
    options.apply_preferences(args)
    with native_silence():
        conversation = options.open_conversation(args)
    if sys.stdin.isatty():
        print("one turn a line; Ctrl-D ends", file=sys.stderr)
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    if args.jsonl:
        return _answer_records(conversation, wipe=args.wipe_before_last)
    for number, text in _lines():
        print(_answer(conversation, text, f"line {number}"), flush=True)
    return 0


def _lines() -> Iterator[tuple[int, str]]:
    """The lines of standard input with their numbers; what is not UTF-8 is read as U+FFFD and said."""
    for number, line in enumerate(sys.stdin.buffer, start=1):
        text = line.rstrip(b"\r\n")
        try:
            yield number, text.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            _note(f"line {number}", f"byte {error.start + 1} is not UTF-8; it is read as U+FFFD")
            yield number, text.decode("utf-8", errors="replace")


def _answer(conversation: Conversation, text: str, where: str) -> str:
    """The reply on one line; for a turn without text an empty one, and a note."""
    if not one_line(text):
        _note(where, "an empty turn; expected some text; no reply is made")
        return ""
    if printable(text) != text:
        _note(where, "control characters are left out")
    return one_line(conversation.say(text))


class _Record(NamedTuple):
    id: Any
    turns: list[str]


def _answer_records(conversation: Conversation, *, wipe: bool) -> int:
    failed = 0
    for number, line in _lines():
        if not line.strip():
            continue
        try:
            record = _record(line)
        except (ValueError, RecursionError) as error:
            failed += 1
            _note(f"line {number}", f'{error}; expected {{"id": …, "turns": ["…", …]}}; the line is skipped')
            continue
        conversation.reset()
        replies = []
        for position, turn in enumerate(record.turns, start=1):
            if wipe and position == len(record.turns):
                conversation.forget()
            replies.append(_answer(conversation, turn, f"line {number}, turn {position}"))
        print(_as_json({"id": record.id, "replies": replies}), flush=True)
    return 1 if failed else 0


def _as_json(answer: dict[str, Any]) -> str:
    text = json.dumps(answer, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # an id with half a surrogate pair comes back as it came, escaped
        return json.dumps(answer)
    return text


def _record(line: str) -> _Record:
    record = json.loads(line)
    if not isinstance(record, dict):
        raise ValueError(f"a JSON {type(record).__name__}")
    turns = record.get("turns")
    if not isinstance(turns, list) or not all(isinstance(turn, str) for turn in turns):
        raise ValueError('no list of texts under "turns"')
    return _Record(record.get("id"), turns)


def _note(where: str, text: str) -> None:
    print(f"chatbot: {where}: {one_line(text)}", file=sys.stderr)
