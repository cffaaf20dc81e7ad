"""Laws of the plain chat in a pipe: a reply for each line, commands in between, all of it kept, nothing that acts."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chatbot.cli import plain
from chatbot.config import SamplingConfig
from chatbot.conversation import Conversation
from chatbot.conversation.database import default_path
from chatbot.conversation.store import Store
from chatbot.text.sanitize import one_line

Run = Callable[..., Any]
LIVELY = ["--seed", "7", "--temperature", "1.5", "--top-k", "0", "--top-p", "1", "--min-length", "4"]
SAMPLING = SamplingConfig(seed=7, temperature=1.5, top_k=0, top_p=1.0, min_length=4)


@pytest.fixture
def talk(chatbot: Run, bundle_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`chatbot --plain` with the tiny model, lively and repeatable, and conversations of its own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    def run(stdin: str | bytes, *words: str) -> Any:
        given = stdin if isinstance(stdin, bytes) else stdin.encode()
        return chatbot("--plain", "--model", bundle_dir, *LIVELY, *words, stdin=given)

    return run


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the model say these pieces."""

    def script(*pieces: str) -> None:
        def stream(self: Conversation, text: str, **_: Any) -> Iterator[str]:
            yield from pieces

        monkeypatch.setattr(Conversation, "stream", stream)

    return script


def replies(bundle_dir: Path, *turns: str) -> list[str]:
    conversation = Conversation.load(bundle_dir, sampling=SAMPLING)
    return [one_line(conversation.say(turn)) for turn in turns]


def kept() -> list[tuple[str, ...]]:
    """What is kept of every conversation, the last first."""
    store = Store()
    found = [tuple(moment.turn.text for moment in store.load(each.id)[1]) for each in store.sessions()]
    store.close()
    return found


def test_each_line_gets_its_reply_without_prompts_and_is_kept(talk: Run, bundle_dir: Path) -> None:
    done = talk("Hello, I am Martha.\n\n  \nWho am I?")
    expected = replies(bundle_dir, "Hello, I am Martha.", "Who am I?")
    assert (done.code, done.err) == (0, "")
    assert [one_line(line) for line in done.lines] == expected
    ((first, _, second, _),) = kept()
    assert (first, second) == ("Hello, I am Martha.", "Who am I?")


def test_a_new_conversation_begins_unless_it_is_to_go_on(talk: Run, bundle_dir: Path) -> None:
    talk("Hello.\n")
    talk("Good morning.\n")
    assert [len(turns) for turns in kept()] == [2, 2]
    done = talk("How are you?\n", "--continue")
    assert done.code == 0
    assert "Going on with Good morning., 2 turns; the memory is as it was" in done.err
    assert [turns[0] for turns in kept()] == ["Good morning.", "Hello."]
    assert [len(turns) for turns in kept()] == [4, 2]


def test_with_nothing_to_go_on_with_a_new_one_begins(talk: Run) -> None:
    done = talk("Hello.\n", "--continue")
    assert (done.code, len(done.lines), done.err.count("\n")) == (0, 1, 1)
    assert "a new one begins" in done.err


def test_an_unknown_command_names_the_nearest_and_the_rest_is_answered(talk: Run) -> None:
    done = talk("/tmep 3\nHello.\n")
    assert (done.code, len(done.lines), done.err.count("\n")) == (1, 1, 1)
    assert "did you mean /temp?" in done.err
    assert "Traceback" not in done.err


def test_quit_ends_before_the_rest_is_read(talk: Run) -> None:
    done = talk("/QUIT\nHello.\n")
    assert done == (0, "", "")
    assert kept() == []


def test_two_slashes_are_text(talk: Run) -> None:
    assert talk("//help\n").code == 0
    assert kept()[0][0] == "/help"


@pytest.mark.parametrize("turn", ["\x1b[31mred\x1b[0m", "a\x07b\x9bm", "left\u202eright"], ids=ascii)
def test_what_a_user_says_never_acts(talk: Run, turn: str) -> None:
    done = talk(f"{turn}\n/save {turn}\n/load\n/export {turn}\n/{turn}\n")
    assert not set("\x1b\x07\x9b\u202e") & set(done.out + done.err)


def test_what_the_model_says_never_acts_and_stays_on_its_line(talk: Run, says: Callable[..., None]) -> None:
    says(" \n", "one\x1b]0;ti", "tle\x07\nsec", "ond\u202e\x9b2J li", "ne")
    done = talk("Hello.\n")
    assert done.out == "one]0;title second2J line\n"


def test_words_come_whole(talk: Run, says: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    says("Go", "od", " mor", "ning", ", ", "Ann")
    written: list[str] = []
    monkeypatch.setattr(sys.stdout, "write", lambda text: written.append(text) or len(text))
    talk("Hello.\n")
    assert [text for text in written if text.strip()] == ["Good ", "morning, ", "Ann"]


def test_bytes_that_are_no_text_and_line_endings_of_others_are_read(talk: Run) -> None:
    assert talk(b"\xef\xbb\xbfHello.\r\ncaf\xe9\r\n").code == 0
    assert [text for text in kept()[0][::2]] == ["Hello.", "caf\ufffd"]  # noqa: C416


def test_a_store_that_cannot_be_used_is_said_and_the_talk_goes_on(talk: Run) -> None:
    default_path().parent.parent.mkdir(parents=True)
    default_path().parent.write_text("a file, no folder")
    done = talk("Hello.\n/load\n/save\n")
    assert len(done.lines) == 1
    assert "nothing is saved until then" in done.err
    assert done.err.count("\n") == 3


def test_a_damaged_store_is_said_and_the_talk_goes_on(talk: Run) -> None:
    default_path().parent.mkdir(parents=True)
    default_path().write_bytes(b"no database at all")
    done = talk("Hello.\n")
    assert (done.code, len(done.lines), done.err.count("\n")) == (0, 1, 1)
    assert "damaged" in done.err


def test_without_standard_input_it_is_a_mistake_of_usage(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from chatbot.cli import main

    monkeypatch.setattr(sys, "stdin", None)
    assert main(["--plain"]) == 2
    assert capfd.readouterr().err.count("\n") == 1


def test_ctrl_c_in_a_pipe_ends_it(talk: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> Iterator[str]:
        raise KeyboardInterrupt

    monkeypatch.setattr(Conversation, "stream", interrupted)
    assert talk("Hello.\n") == (130, "", "chatbot: interrupted\n")


def test_the_first_ctrl_c_only_stops_and_the_second_interrupts() -> None:
    stopped: list[bool] = []
    found = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has what it starts with & ignore it
    try:
        with (  # noqa: PT012
            pytest.raises(KeyboardInterrupt),
            plain._stopped_by_ctrl_c(lambda: stopped.append(True)),
        ):
            os.kill(os.getpid(), signal.SIGINT)
            assert stopped == [True]
            os.kill(os.getpid(), signal.SIGINT)
        assert stopped == [True]
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, found)


def test_to_talk_loads_neither_training_nor_a_screen(process: Run, bundle_dir: Path) -> None:
    code = (
        "import sys\nfrom chatbot.cli import main\ncode = main(sys.argv[1:])\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)\nsys.exit(code)"
    )
    done = process("--plain", "--model", bundle_dir, stdin=b"Hello\n", code=code)
    assert (done.code, len(done.lines)) == (0, 1)
    assert not set(done.err.split()) & {"tensorflow", "keras", "textual", "train", "rich", "aiohttp"}
