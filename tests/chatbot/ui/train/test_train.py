"""Laws of the training screens: every key, on processes that only wait and files that a training would write."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, Static

from chatbot.text.template import Turn
from chatbot.training import Plan, Runs, State, Taught, process
from chatbot.training.process import Process
from chatbot.ui.train import FormScreen, LessonsScreen, RunScreen, RunsScreen
from chatbot.ui.train import asking as questions
from chatbot.ui.train.curves import told
from chatbot.ui.train.paths import PathSuggester

Until = Callable[[Callable[[], object]], Awaitable[None]]
SLEEP = "import signal, time; signal.signal(signal.SIGINT, signal.default_int_handler); time.sleep(30)"


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    def start(command: Sequence[str], output: Path, folder: Path) -> Process:
        output.write_text(" ".join(command[3:]) + "\n")
        return process.start([sys.executable, "-c", SLEEP], output, folder)

    return Runs(tmp_path / "runs", start)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "chatbot"


def grow(folder: Path) -> None:
    """What a training would have written after a while."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        {
            "step": n,
            "steps": 40,
            "loss": 5 - n / 10,
            "gradient_norm": 0.5,
            "tokens_per_second": 900,
            "seconds_left": 120,
        }
        for n in range(1, 21)
    ]
    (folder / "progress.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "log.jsonl").write_text(json.dumps({"step": 20, "val_word_perplexity": 61.5}) + "\n")
    sample = {"step": 20, "prompt": "Who [b]are[/b] you?", "reply": "\x1b[31mI'm Chatbot.[/]"}
    (folder / "samples.jsonl").write_text(json.dumps(sample) + "\n")


async def test_a_training_is_planned_begun_and_followed(scripted: Any, opened: Any, until: Until, runs: Runs) -> None:
    async with opened(scripted([]), size=(100, 40)) as chat:
        chat.app._parts.runs = lambda: runs
        await chat.say("/train data/a.jsonl more/")
        await until(lambda: isinstance(chat.app.screen, FormScreen))
        await chat.pilot.pause()
        chat.app.screen.query_one("#name", Input).value = "mine"
        chat.app.screen.query_one("#prompts", Input).value = "Hi! | Who are you?"
        await chat.pilot.press("ctrl+s")
        await until(lambda: isinstance(chat.app.screen, RunScreen))
        (run,) = runs.all()
        assert run.plan == Plan("mine", ("data/a.jsonl", "more/"), prompts=("Hi!", "Who are you?"))
        assert run.state is State.RUNNING
        grow(run.folder)
        await until(lambda: "step 20 of 40" in chat.shown())
        await chat.pilot.pause()
        shown = chat.shown()
        for text in (
            "mine · lstm, small · running", "900 tokens/s · 2 min left", "Loss: 3, falling from 4.9", "held out: 61.5",
            "Gradient norm: 0.5, as before", "Who [b]are[/b] you?", "I'm Chatbot.[/]",
        ):  # fmt: skip
            assert text in shown
        assert "\x1b" not in shown
        await chat.pilot.press("s")
        await until(lambda: run.state is not State.RUNNING)
        (run.folder / "checkpoints" / "last").mkdir(parents=True)
        await until(lambda: "G goes on" in chat.shown())
        await chat.pilot.press("g")
        await until(lambda: runs.get("mine").state is State.RUNNING)
        runs.stop(runs.get("mine"))
        await chat.pilot.press("escape")
        await until(lambda: isinstance(chat.app.screen, RunsScreen))
        assert "mine" in chat.shown()
        await chat.pilot.press("escape")
        await until(lambda: chat.app.screen is chat.screen)


async def test_the_model_of_a_training_is_talked_to_and_compared(
    scripted: Any, opened: Any, until: Until, runs: Runs, tmp_path: Path
) -> None:
    run = runs.start(Plan("mine", ("a",), parent="default"))
    runs.stop(run)
    await until(lambda: run.state is State.FAILED)
    run.bundle.mkdir(parents=True)
    other = scripted(["New."], name=str(run.bundle), cell="gru")
    async with opened(scripted(["Old."], ["Old."]), other) as chat:
        chat.app._parts.runs = lambda: runs
        for key in ("t", "c"):
            await chat.say("/train")
            await until(lambda: isinstance(chat.app.screen, RunsScreen))
            await chat.pilot.press("enter")
            await until(lambda: isinstance(chat.app.screen, RunScreen) and "finished" in chat.shown())
            await chat.pilot.press(key)
            if key == "t":
                await until(lambda: chat.app.screen is chat.screen)
                await until(lambda: chat.conversation.model.name == str(run.bundle))
                await chat.ready()
        await until(lambda: type(chat.app.screen).__name__ == "ComparisonScreen")


async def test_of_one_that_is_not_finished_the_model_is_written_first(
    scripted: Any, opened: Any, until: Until, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runs.start(Plan("mine", ("a",)))
    run.folder.mkdir()
    (run.folder / "best.weights.h5").touch()
    asked: list[Sequence[str]] = []
    monkeypatch.setattr("chatbot.ui.train.run.said_by", lambda command: asked.append(command))
    async with opened(scripted([]), scripted([], name=str(run.so_far))) as chat:
        chat.app._parts.runs = lambda: runs
        await chat.say("/train")
        await until(lambda: isinstance(chat.app.screen, RunsScreen))
        await chat.pilot.press("enter")
        await until(lambda: isinstance(chat.app.screen, RunScreen) and "running" in chat.shown())
        await chat.pilot.press("t")
        await until(lambda: chat.app.screen is chat.screen)
        await until(lambda: chat.conversation.model.name == str(run.so_far))
    assert asked[0][3:] == ["train", "--so-far", *run.plan.arguments(run.folder)]
    runs.stop(run)


async def test_the_form_tells_what_is_in_the_dialogues_and_what_is_wrong(
    scripted: Any, opened: Any, until: Until, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.ui.train.form.report", lambda plan: f"{len(plan.corpora)} [bold]files")
    async with opened(scripted([]), size=(100, 30)) as chat:
        chat.app._parts.runs = lambda: runs
        await chat.say("/train 'my file.jsonl' b")
        await until(lambda: isinstance(chat.app.screen, FormScreen))
        await chat.pilot.press("f5")
        await until(lambda: "2 [bold]files" in chat.shown())
        chat.app.screen.query_one("#name", Input).value = "../x"
        await chat.pilot.press("ctrl+s")
        await until(lambda: "expected letters" in chat.shown())
        assert runs.all() == []


def test_a_report_and_what_is_wrong_come_from_the_program_itself(tmp_path: Path) -> None:
    corpus = Path(__file__).parents[4] / "data" / "sample.jsonl"
    assert "125 dialogues" in questions.report(Plan("x", (str(corpus),)))
    assert "nowhere" in questions.report(Plan("x", (str(tmp_path / "nowhere"),)))


async def test_a_reply_is_kept_or_corrected_and_learned(
    scripted: Any, opened: Any, until: Until, runs: Runs, data: Path
) -> None:
    async with opened(scripted(["Good."], ["Bad."]), size=(110, 30)) as chat:
        chat.app._parts.runs = lambda: runs
        await chat.say("/good")
        await chat.talk("One?")
        await chat.say("/good")
        await chat.talk("Two?")
        await chat.say("/correct Much [b]better.")
        taught = Taught(data / "taught.jsonl")
        await until(lambda: len(taught.all()) == 2)
        assert [(lesson.asked, lesson.reply) for lesson in taught.all()] == [
            ("One?", "Good."),
            ("Two?", "Much [b]better."),
        ]
        assert taught.all()[1].turns[:2] == (Turn("user", "One?"), Turn("assistant", "Good."))
        await chat.say("/teach")
        await until(lambda: isinstance(chat.app.screen, LessonsScreen))
        await chat.pilot.pause()
        assert "Much [b]better." in chat.shown()
        await chat.pilot.press("delete")
        await until(lambda: len(taught.all()) == 1)
        await chat.pilot.press("ctrl+s")
        await until(lambda: isinstance(chat.app.screen, FormScreen))
        await chat.pilot.pause()
        await chat.pilot.press("ctrl+s")
        await until(lambda: isinstance(chat.app.screen, RunScreen))
        (run,) = runs.all()
        assert run.plan == Plan(
            "default-taught", (str(taught.path),), parent="default", mix="default:0.3", assistant="assistant"
        )
        runs.stop(run)


@pytest.mark.parametrize("size", [(60, 20), (300, 100)])
async def test_they_fit_where_they_are_shown(
    scripted: Any, opened: Any, until: Until, runs: Runs, size: tuple[int, int]
) -> None:
    run = runs.start(Plan("mine", ("a",)))
    grow(run.folder)
    async with opened(scripted([]), size=size) as chat:
        chat.app._parts.runs = lambda: runs
        await chat.say("/train")
        await until(lambda: isinstance(chat.app.screen, RunsScreen) and "step 20 of 40" in chat.shown())
        await chat.pilot.press("enter")
        await until(lambda: isinstance(chat.app.screen, RunScreen) and "Loss: 3" in chat.shown())
        await chat.pilot.press("escape", "n")
        await until(lambda: isinstance(chat.app.screen, FormScreen) and "Dialogues" in chat.shown())
        await chat.pilot.press("f1")
        await until(lambda: "form.start" in chat.shown() or size == (60, 20))
        assert chat.app.screen.query(Static)
    runs.stop(run)


def test_a_curve_is_told_in_words() -> None:
    assert told("Loss", []) == "Loss: not known yet"
    assert told("Loss", [2.0]) == "Loss: 2"
    assert told("Loss", [2.0, 4.0, 3.0]) == "Loss: 3, rising from 2; lowest 2, highest 4"


async def test_the_last_path_is_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "talks").mkdir()
    (tmp_path / "talks" / "one.jsonl").touch()
    monkeypatch.chdir(tmp_path)
    suggest = PathSuggester().get_suggestion
    assert await suggest("ta") == "talks/"
    assert await suggest("a.txt talks/o") == "a.txt talks/one.jsonl"
    assert await suggest(f"{tmp_path}/t") == f"{tmp_path}/talks/"
    assert [await suggest(text) for text in ("", "nothing", "talks/x", "a ")] == [None] * 4
