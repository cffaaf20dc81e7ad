"""Laws of the chat in a real terminal: it draws, answers and leaves the terminal as it found it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chatbot.bundle import GRAPH, Bundle, write_bundle
from tests.terminal import CTRL_Q, ENTER, ESCAPE, F2, READY, Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def start(*words: object) -> Terminal:
        opened.append(Terminal(*words, home=tmp_path))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


@pytest.fixture
def bundle_dir(tmp_path: Path, bundle_float32: Bundle) -> Path:
    write_bundle(tmp_path / "tiny", bundle_float32)
    return tmp_path / "tiny"


def test_it_answers_and_leaves_the_terminal_as_it_was(terminal: Callable[..., Terminal], bundle_dir: Path) -> None:
    window = terminal("--model", bundle_dir, "--seed", 1)
    window.wait_for(READY)
    assert window.raw.count(b"\x1b[?1049h") == 1
    before = window.type(b"Hello" + ENTER)
    window.wait_for(r"You.*Hello.*Chatbot.*[\d.]+ m?s · [\d,]+ tokens/s", since=before)
    window.type(CTRL_Q)
    assert window.leave() == 0
    assert window.is_as_before()
    assert window.after_the_screen().strip() == ""
    assert "Traceback" not in window.text()
    assert "INFO:" not in window.text()


def test_it_can_be_left_in_the_middle_of_a_reply(terminal: Callable[..., Terminal], bundle_dir: Path) -> None:
    window = terminal("--model", bundle_dir, "--seed", 1, "--min-length", 10**6, "--max-length", 10**6)
    window.wait_for(READY)
    before = window.type(b"Hello" + ENTER)
    window.wait_for("Replying", since=before)
    window.type(CTRL_Q)
    assert window.leave() == 0
    assert window.is_as_before()
    assert window.after_the_screen().strip() == ""


def test_a_model_that_cannot_be_loaded_is_named_on_the_screen_and_after_it(
    terminal: Callable[..., Terminal], bundle_dir: Path
) -> None:
    (bundle_dir / GRAPH).write_bytes(b"torn")
    window = terminal("--model", bundle_dir)
    window.wait_for("could not be loaded")
    window.wait_for("bytes")
    window.type(CTRL_Q)
    assert window.leave() == 1
    assert window.is_as_before()
    assert GRAPH in window.after_the_screen()
    assert "Traceback" not in window.text()


def test_the_memory_can_be_looked_at(terminal: Callable[..., Terminal], bundle_dir: Path) -> None:
    window = terminal("--model", bundle_dir, "--seed", 1)
    window.wait_for(READY)
    before = window.type(b"Hello" + ENTER)
    window.wait_for(r"[\d.]+ m?s · [\d,]+ tokens/s", since=before)
    before = window.type(F2)
    window.wait_for(r"State.*turn 2 · reply.*▀", since=before)
    before = window.type(b"5")
    window.wait_for(r"The state owes", since=before)
    before = window.type(b"b")
    window.wait_for(r"Asked again without state and notes, with", since=before)
    before = window.type(ESCAPE)  # and not what follows with it: that would be a key of its own
    window.wait_for("Menu", since=before)
    window.type(b"Still there?" + ENTER)
    window.wait_for(r"You.*Still there\?.*turn 4 · reply", since=before)
    window.type(CTRL_Q)
    assert window.leave() == 0
    assert window.is_as_before()
    assert "Traceback" not in window.text()
