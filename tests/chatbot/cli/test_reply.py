"""Laws of `chatbot reply` line by line: line n of the output answers line n of the input, and nothing else is there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chatbot.config import SamplingConfig
from chatbot.conversation import Conversation
from chatbot.text.sanitize import one_line

Run = Callable[..., Any]
LIVELY = ["--seed", "7", "--temperature", "1.5", "--top-k", "0", "--top-p", "1", "--min-length", "4"]
SAMPLING = SamplingConfig(seed=7, temperature=1.5, top_k=0, top_p=1.0, min_length=4)
TURNS = ["Hello, I am Martha.", "My old bicycle squeaks.", "Who am I?"]


@pytest.fixture
def answer(chatbot: Run, bundle_dir: Path) -> Run:
    """`chatbot reply` with the tiny model, lively and repeatable."""

    def run(stdin: bytes, *words: str) -> Any:
        return chatbot("reply", "--model", bundle_dir, *LIVELY, *words, stdin=stdin)

    return run


@pytest.fixture
def replies_of(bundle_dir: Path) -> Callable[[list[str]], list[str]]:
    """What a conversation says to some turns, without the command line."""

    def talk(turns: list[str]) -> list[str]:
        conversation = Conversation.load(bundle_dir, sampling=SAMPLING)
        return [one_line(conversation.say(turn)) for turn in turns]

    return talk


def test_each_line_gets_one_line_in_one_conversation(answer: Run, replies_of: Run) -> None:
    done = answer("\n".join(TURNS).encode() + b"\n")
    assert (done.code, done.err) == (0, "")
    assert done.lines == replies_of(TURNS)
    assert len(set(done.lines)) == len(TURNS)


@pytest.mark.parametrize("ending", [b"\r\n", b"\n"], ids=["CRLF", "LF"])
@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b""], ids=["BOM", "no BOM"])
@pytest.mark.parametrize("last", [True, False], ids=["ended", "open"])
def test_line_endings_and_byte_order_mark_are_no_text(
    answer: Run, replies_of: Run, ending: bytes, mark: bytes, last: bool
) -> None:
    text = ending.join(turn.encode() for turn in TURNS) + (ending if last else b"")
    done = answer(mark + text)
    assert (done.code, done.err, done.lines) == (0, "", replies_of(TURNS))


def test_an_empty_line_is_answered_by_an_empty_line_and_named(answer: Run, replies_of: Run) -> None:
    done = answer(b"Hello\n\n \t \nWho am I?\n\x00\n")
    first, second = replies_of(["Hello", "Who am I?"])
    assert done.code == 0
    assert done.lines == [first, "", "", second, ""]
    notes = done.err.splitlines()
    assert [note.split(": ")[1] for note in notes] == ["line 2", "line 3", "line 5"]
    assert all("empty turn" in note for note in notes)


def test_no_input_gives_no_output(answer: Run) -> None:
    assert answer(b"") == (0, "", "")


def test_what_is_not_utf_8_is_named_and_answered_as_replacement_characters(answer: Run, replies_of: Run) -> None:
    done = answer(b"Hello\ncaf\xe9 au lait\n")
    assert done.code == 0
    assert done.lines == replies_of(["Hello", "caf\ufffd au lait"])
    assert done.err.count("\n") == 1
    assert "line 2: byte 4 is not UTF-8" in done.err


@pytest.mark.parametrize("turn", ["a\0b", "\x1b[31mred", "left\u202eright", "a\rb"], ids=ascii)
def test_control_characters_are_named_and_left_out(answer: Run, replies_of: Run, turn: str) -> None:
    done = answer(turn.encode() + b"\n")
    assert (done.code, done.lines) == (0, replies_of([turn]))
    assert done.err == "chatbot: line 1: control characters are left out\n"


@pytest.mark.parametrize("turn", ["a\u2028b\x0bc\x85d", "🙂 é 한", "tab\tinside", "<end>"], ids=ascii)
def test_whatever_stands_in_a_line_it_gets_one_line(answer: Run, turn: str) -> None:
    done = answer(turn.encode() + b"\nNext\n")
    assert done.code == 0
    assert len(done.lines) == 2
    assert all(done.lines)


def test_interrupted_it_says_so_and_ends(answer: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(Conversation, "say", interrupted)
    assert answer(b"Hello\n") == (130, "", "chatbot: interrupted\n")


# In a process of its own


def test_standard_output_holds_replies_alone_and_standard_error_nothing(process: Run, bundle_dir: Path) -> None:
    done = process("reply", "--model", bundle_dir, *LIVELY, stdin=b"Hello\nWho am I?\n")
    assert (done.code, done.err, len(done.lines)) == (0, "", 2)


WITNESS = """
import sys
from chatbot.cli import main
code = main(sys.argv[1:])
print(*sorted({name.split(".")[0] for name in sys.modules}), file=sys.stderr)
sys.exit(code)
"""


def test_to_reply_loads_neither_training_nor_a_screen(process: Run, bundle_dir: Path) -> None:
    done = process("reply", "--model", bundle_dir, stdin=b"Hello\n", code=WITNESS)
    loaded = set(done.err.split())
    assert done.code == 0
    assert {"chatbot", "numpy", "ai_edge_litert"} <= loaded
    assert not loaded & {"tensorflow", "keras", "textual", "train", "rich", "safetensors"}


def test_each_reply_is_out_before_the_next_line_is_read(bundle_dir: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "chatbot", "reply", "--model", str(bundle_dir)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as talker:
        assert talker.stdin is not None
        assert talker.stdout is not None
        for turn in (b"Hello\n", b"Who am I?\n"):
            talker.stdin.write(turn)
            talker.stdin.flush()
            assert talker.stdout.readline().strip()
        talker.stdin.close()
        assert talker.wait(30) == 0


def test_a_reader_that_has_had_enough_is_no_error(bundle_dir: Path, environment: dict[str, str]) -> None:
    command = f'"{sys.executable}" -m chatbot reply --model "{bundle_dir}" | head -1'
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        input=b"Hello\n" * 300,
        env=environment,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0
    assert done.stdout.count(b"\n") == 1
    assert done.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_is_a_failure_on_one_line(process: Run, bundle_dir: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = process("reply", "--model", bundle_dir, stdin=b"Hello\n", stdout=full)
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "Traceback" not in done.err
