"""Laws of the bare command: it opens the chat in a terminal, and elsewhere says what to use instead."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chatbot import __version__, ui
from chatbot.conversation import Conversation

Run = Callable[..., Any]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], Conversation]]:
    """The loaders of the chats that were opened."""
    loaders: list[Callable[[], Conversation]] = []

    def run(load: Callable[[], Conversation]) -> int:
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


def test_a_terminal_that_cannot_be_drawn_on_is_none(
    at_terminal: Run, opened: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    code, said = at_terminal()
    assert code == 2
    assert "chatbot reply" in said
    assert not opened


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


@pytest.mark.parametrize("words", [[], ["reply"], ["models"], ["train"], ["evaluate"]], ids=str)
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
