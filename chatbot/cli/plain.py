"""`chatbot --plain`: the conversation line by line, for screen readers, pipes and terminals that cannot be drawn on.

Replies and what a command answers go to standard output, everything else to standard error.  Nothing here colours,
moves the cursor or writes over what stands there, and what is said comes in whole words, so that it can be read aloud.
The commands are the business of ``slash``.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from chatbot.cli import options
from chatbot.errors import ChatbotError, UsageError
from chatbot.native import native_silence
from chatbot.text.sanitize import one_line, printable, visible

if TYPE_CHECKING:
    from chatbot.cli.slash.desk import Desk
    from chatbot.conversation.store import Store

_YOU, _CHATBOT = "You: ", "Chatbot: "


def run(args: argparse.Namespace) -> int:
    """Talk until the input ends; 1 if something in a pipe could not be done.

    Raises:
        UsageError: if there is nothing to read from or write to.
    """
    if sys.stdin is None or sys.stdout is None:
        raise UsageError(
            "standard input or output is closed", expected="both open", remedy="give a terminal, a file or a pipe"
        )
    options.apply_preferences(args)
    at_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    with native_silence():
        conversation = options.open_conversation(args)
    from chatbot.cli.slash.desk import Desk, describe
    from chatbot.conversation.saved import SavedConversation

    store = _open_store()
    desk = Desk(args, SavedConversation(conversation, store), store)
    _prepare_streams()
    if at_terminal:
        _note(f"{describe(conversation.model)}. Ctrl-C stops a reply, /help lists commands, Ctrl-D ends.")
    try:
        if args.go_on:
            _go_on(desk)
        return _talk(desk, at_terminal)
    finally:
        if store is not None:
            store.close()


def _open_store() -> Store | None:
    """Where conversations are kept; None, and a note, if that cannot be used."""
    from chatbot.conversation.database import StoreError
    from chatbot.conversation.store import Store

    try:
        store = Store()
    except StoreError as error:
        _note(str(error))
        return None
    if store.notice is not None:
        _note(store.notice)
    return store


def _prepare_streams() -> None:
    """Whatever bytes come in are read as text, and whatever text there is can be written."""
    streams: tuple[tuple[Any, dict[str, str]], ...] = ((sys.stdin, {"newline": "\n"}), (sys.stdout, {}))
    for stream, how in streams:
        if not stream.isatty():
            stream.reconfigure(encoding="utf-8", **how)
        stream.reconfigure(errors="replace")


def _go_on(desk: Desk) -> None:
    """Take up the conversation that was used last."""
    from chatbot.cli.slash.sessions import open_session

    try:
        session = None if desk.store is None else desk.store.last_used()
        if session is None:
            _note("no earlier conversation is kept; a new one begins")
        else:
            for line in open_session(desk, session).split("\n"):
                _note(line)
    except ChatbotError as error:
        _note(f"{error}; a new conversation begins")


def _talk(desk: Desk, at_terminal: bool) -> int:
    """Answer line by line; the exit code."""
    from chatbot.cli.slash import perform

    failed = False
    for line in _lines(at_terminal):
        try:
            if line.startswith("/") and not line.startswith("//"):
                answer = perform(desk, line)
                if answer is None:
                    break
                print(printable(answer), flush=True)
            elif one_line(line):
                _reply(desk, line[1:] if line.startswith("//") else line, at_terminal)
        except ChatbotError as error:
            failed = True
            _note(str(error))
        except KeyboardInterrupt:
            if not at_terminal:
                raise
            _note("interrupted")
        for notice in desk.notices():
            _note(notice)
    return 1 if failed and not at_terminal else 0


def _lines(at_terminal: bool) -> Iterator[str]:
    """What the user says, line by line, without anything that acts instead of being seen."""
    read = _reader(at_terminal)
    while True:
        try:
            yield printable(read()).strip("\n")
        except EOFError:
            if at_terminal:
                print(flush=True)
            return
        except KeyboardInterrupt:
            if not at_terminal:
                raise
            print(flush=True)
            _note("Ctrl-D or /quit ends")


def _reader(at_terminal: bool) -> Callable[[], str]:
    """Reads one line; raises EOFError after the last."""
    if at_terminal and os.environ.get("TERM") != "dumb":
        with contextlib.suppress(ImportError):  # not on Windows, where the console edits the line
            import readline  # noqa: F401 - from now on `input` lets the line be edited
        return lambda: input(_YOU)

    def read() -> str:
        if at_terminal:
            print(_YOU, end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line

    return read


def _reply(desk: Desk, text: str, at_terminal: bool) -> None:
    """Say the reply as it comes; on standard output that is no terminal, all of it on one line."""
    labelled = sys.stdout.isatty()
    with _stopped_by_ctrl_c(desk.saved.conversation.cancel) if at_terminal else contextlib.nullcontext():
        pieces = desk.saved.stream(text)
        print(_CHATBOT if labelled else "", end="", flush=True)
        try:
            for words in _by_words(pieces):
                print(words if labelled else words.replace("\n", " "), end="", flush=True)
        finally:
            print(flush=True)
    said = desk.saved.conversation.moments[-1:]
    if said and said[0].facts.stopped:
        _note("stopped")


def _by_words(pieces: Iterable[str]) -> Iterator[str]:
    """A growing text, given out up to the last blank: a screen reader would spell out the pieces of words."""
    held, begun = "", False
    for piece in pieces:
        held += visible(piece)
        held = held if begun else held.lstrip()
        end = max(held.rfind(blank) for blank in " \n\t") + 1
        if end:
            begun = True
            yield held[:end]
            held = held[end:]
    if held:
        yield held


@contextlib.contextmanager
def _stopped_by_ctrl_c(stop: Callable[[], None]) -> Iterator[None]:
    """While open, the first Ctrl-C only calls ``stop``; the second interrupts, and what was begun is taken back."""
    if threading.current_thread() is not threading.main_thread():  # who gets no signals has nothing to catch
        yield
        return

    def caught(*_: object) -> None:
        signal.signal(signal.SIGINT, before)
        stop()

    before = signal.getsignal(signal.SIGINT) or signal.default_int_handler
    signal.signal(signal.SIGINT, caught)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _note(text: str) -> None:
    print(f"chatbot: {one_line(text)}", file=sys.stderr, flush=True)
