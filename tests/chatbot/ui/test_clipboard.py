"""Which program takes a text into the clipboard, and that it gets it."""

from __future__ import annotations

import sys

import pytest

from chatbot.ui.clipboard import copy_natively, native_command

EVERYTHING = lambda name: f"/bin/{name}"  # noqa: E731


@pytest.mark.parametrize(
    ("environment", "command"),
    [
        ({}, ("/bin/pbcopy",)),
        ({"DISPLAY": ":0"}, ("/bin/xclip", "-selection", "clipboard")),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "w"}, ("/bin/wl-copy",)),
        ({"DISPLAY": ":0", "SSH_CONNECTION": "x"}, None),
        ({"SSH_TTY": "x"}, None),
    ],
)
def test_it_is_that_of_the_desktop_and_none_over_ssh(environment, command):
    assert native_command(environment, EVERYTHING) == command


def test_what_is_not_installed_is_passed_over():
    only = {"xsel": "/usr/bin/xsel"}
    assert native_command({"DISPLAY": ":0"}, only.get) == ("/usr/bin/xsel", "--clipboard", "--input")
    assert native_command({}, {}.get) is None


def test_the_text_arrives_whole(tmp_path):
    taken = tmp_path / "taken"
    code = f"import sys; open({str(taken)!r}, 'wb').write(sys.stdin.buffer.read())"
    assert copy_natively((sys.executable, "-c", code), "Grüße\n[b]")
    assert taken.read_text(encoding="utf-8") == "Grüße\n[b]"


def test_a_program_that_fails_is_no_disaster(tmp_path):
    assert not copy_natively((sys.executable, "-c", "raise SystemExit(1)"), "x")
    assert not copy_natively((str(tmp_path / "nothing"),), "x")
