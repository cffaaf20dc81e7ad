"""Laws of the bare command: it opens the chat in a terminal, and elsewhere says what to use instead."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chatbot import __version__, ui
from chatbot.cli import chat, plain
from chatbot.conversation import Conversation

Run = Callable[..., Any]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], Conversation]]:
    """The loaders of the chats that were opened."""
    loaders: list[Callable[[], Conversation]] = []

    def run(load: Callable[[], Conversation], preferences: object = None) -> int:
        loaders.append(load)
        return 0

    monkeypatch.setattr(ui, "run", run)
    monkeypatch.setenv("TERM", "xterm")
    return loaders


@pytest.fixture
def at_terminal(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command in what looks like a terminal: exit code and what it said."""
    from chatbot.cli import main

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "stdin", Terminal())
        monkeypatch.setattr(sys, "stdout", Terminal())
        return main(words), capfd.readouterr().err

    return run


def test_without_a_terminal_it_names_the_command_for_scripts(chatbot: Run, opened: list[Any]) -> None:
    done = chatbot()
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert "chatbot reply" in done.err
    assert not opened


@pytest.mark.parametrize(("term", "words"), [("dumb", []), ("dumb", ["--plain"]), ("xterm", ["--plain"])], ids=str)
def test_a_terminal_that_cannot_be_drawn_on_gets_the_chat_line_by_line_as_does_who_asks(
    at_terminal: Run, opened: list[Any], monkeypatch: pytest.MonkeyPatch, term: str, words: list[str]
) -> None:
    plain_chats: list[Any] = []
    monkeypatch.setattr(plain, "run", lambda args: plain_chats.append(args) or 0)
    monkeypatch.setenv("TERM", term)
    assert at_terminal(*words) == (0, "")
    assert len(plain_chats) == 1
    assert not opened


def test_in_a_pipe_the_chat_line_by_line_has_to_be_asked_for(chatbot: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    done = chatbot(stdin=b"Hi\n")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "--plain" in done.err


def test_what_a_browser_draws_needs_no_terminal(
    chatbot: Run, opened: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTUAL_DRIVER", "textual.drivers.web_driver:WebDriver")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr(threading.Thread, "start", lambda thread: None)
    assert chatbot().code == 0
    assert len(opened) == 1


def test_what_a_browser_draws_ends_once_its_server_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    parents, ended = [7, 7, 1], []
    monkeypatch.setattr(os, "getppid", lambda: parents.pop(0))
    monkeypatch.setattr(os, "kill", lambda *words: ended.append((len(parents), *words)))
    chat._end_with(7, every=0.0)
    assert ended == [(0, os.getpid(), signal.SIGTERM)]


@pytest.mark.parametrize("words", [["--plain", "reply"], ["--continue", "models"]], ids=str)
def test_what_is_for_the_chat_alone_goes_with_no_sub_command(chatbot: Run, words: list[str]) -> None:
    done = chatbot(*words, stdin=b"Hi\n")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert words[0] in done.err


def test_without_standard_input_there_is_no_terminal(
    opened: list[Any], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from chatbot.cli import main

    monkeypatch.setattr(sys, "stdin", None)  # as `chatbot <&-` has it
    assert main([]) == 2
    assert "chatbot reply" in capfd.readouterr().err


def test_in_a_terminal_the_chat_opens_with_the_model_and_the_settings_asked_for(
    at_terminal: Run, opened: list[Any], bundle_dir: Path
) -> None:
    code, said = at_terminal("--model", str(bundle_dir), "--seed", "5", "--temperature", "0.25")
    assert (code, said) == (0, "")
    (load,) = opened
    conversation = load()
    assert conversation.model.name == "tiny"
    assert (conversation.sampling.seed, conversation.sampling.temperature) == (5, 0.25)
    assert conversation.sampling.top_p == 0.9  # the bundle's own


def test_an_option_out_of_range_is_refused_before_anything_is_drawn(at_terminal: Run, opened: list[Any]) -> None:
    code, said = at_terminal("--temperature", "-1")
    assert code == 2
    assert "temperature" in said
    assert not opened


def test_the_version_is_printed(chatbot: Run) -> None:
    assert chatbot("--version") == (0, f"chatbot {__version__}\n", "")


@pytest.mark.parametrize("words", [[], ["reply"], ["models"], ["train"], ["evaluate"], ["serve"], ["config"]], ids=str)
def test_the_help_of_every_command_shows_an_example(chatbot: Run, words: list[str]) -> None:
    done = chatbot(*words, "--help")
    assert (done.code, done.err) == (0, "")
    _, _, example = done.out.partition("example")
    assert f"chatbot {' '.join(words)}".strip() in example


@pytest.mark.parametrize("words", [["rpely"], ["--modl", "x"], ["reply", "--nothing"]], ids=str)
def test_an_unknown_word_is_a_mistake_of_usage(chatbot: Run, words: list[str]) -> None:
    done = chatbot(*words)
    assert (done.code, done.out) == (2, "")
    assert "usage:" in done.err
