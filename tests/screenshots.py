"""Draws the pictures of the README from the running program: `python -m tests.screenshots [FOLDER]`.

The conversation is a real one with the shipped model, at a fixed seed, and is kept nowhere; no setting of whoever runs
this has any say.
"""

from __future__ import annotations

import asyncio
import dataclasses
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from chatbot.config import SamplingConfig
from chatbot.conversation import Conversation
from chatbot.preferences import Preferences
from chatbot.training import Plan, Runs, State
from chatbot.ui.app import ChatApp
from chatbot.ui.compare.screen import ComparisonScreen
from chatbot.ui.screens.chat import ChatScreen
from chatbot.ui.screens.conversation import Phase
from chatbot.ui.sources import sources_of
from chatbot.ui.train import RunScreen

TURNS = ("Hi! My name is Mara.", "I have a dog. His name is Rex.", "What is my name?")
SIZES = {"chat": (92, 28), "memory": (132, 32)}
"""Of the pictures, in columns and rows."""
COMPARED, ASKED = "/compare default default temp=1.3", "What should I do today?"
COMPARED_SIZE = (112, 36)
TRAINED = Plan(
    "mine", ("data/sample.jsonl",), cell="gru", preset="tiny", assistant="b", prompts=("Hi!", "Who are you?")
)
TRAINED_SIZE, CHECKPOINTS = (100, 32), 5
_PATIENCE = 60.0


async def draw(folder: Path, load: Callable[[], Conversation]) -> None:
    """Write all pictures to ``folder``, talking to what ``load`` returns."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, size in SIZES.items():
        svg = await picture(load, size, memory=name == "memory")
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
    (folder / "compare.svg").write_text(await comparison(load), encoding="utf-8")
    (folder / "train.svg").write_text(await training(load), encoding="utf-8")


async def comparison(load: Callable[[], Conversation]) -> str:
    """The model beside itself after the conversation and one more message, with what that did to its memory."""
    app = ChatApp(dataclasses.replace(sources_of(load), store=lambda: None), Preferences())
    async with app.run_test(size=COMPARED_SIZE) as pilot:
        chat = app.screen
        assert isinstance(chat, ChatScreen)
        for turn in (*TURNS, COMPARED):
            await _until(lambda: chat.phase is Phase.READY)
            chat.prompt.text = turn
            await pilot.press("enter")
            await pilot.pause(0.2)
        await _until(lambda: isinstance(app.screen, ComparisonScreen) and app.screen.phase is Phase.READY)
        screen = app.screen
        assert isinstance(screen, ComparisonScreen)
        screen.prompt.text = ASKED
        await pilot.press("enter", "f2")
        await _until(lambda: bool(screen.comparison.log) and screen.phase is Phase.READY)
        await pilot.pause(0.5)
        return app.export_screenshot(title="chatbot")


async def training(load: Callable[[], Conversation]) -> str:
    """A training that runs, once it has answered what it is asked at some checkpoints."""
    app = ChatApp(dataclasses.replace(sources_of(load), store=lambda: None), Preferences())
    with tempfile.TemporaryDirectory() as home:
        runs = Runs(Path(home) / "runs")
        async with app.run_test(size=TRAINED_SIZE) as pilot:
            run = runs.start(TRAINED)
            app.push_screen(RunScreen(runs, run))
            await _until(
                lambda: len(_lines(run.folder / "samples.jsonl")) >= CHECKPOINTS * len(TRAINED.prompts), 10 * _PATIENCE
            )
            await pilot.pause(2.5)
            drawn = app.export_screenshot(title="chatbot")
            if run.state is State.RUNNING:
                runs.stop(run)
            await _until(lambda: run.state is not State.RUNNING)
            return drawn


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


async def picture(load: Callable[[], Conversation], size: tuple[int, int], *, memory: bool, tab: str = "state") -> str:
    """The screen after the conversation, with or without the memory panel, as SVG."""
    sources = dataclasses.replace(sources_of(load), store=lambda: None)
    app = ChatApp(sources, Preferences(memory_panel=memory))
    async with app.run_test(size=size) as pilot:
        screen = app.screen
        assert isinstance(screen, ChatScreen)
        for turn in TURNS:
            await _until(lambda: screen.phase is Phase.READY)
            screen.prompt.text = turn
            await pilot.press("enter")
            await pilot.pause(0.2)
        await _until(lambda: screen.phase is Phase.READY)
        if screen.panel is not None:
            panel = screen.panel
            panel.show_tab(tab)
            await _until(lambda: "Reading" not in panel.summary and "Measuring" not in panel.summary)
        await pilot.pause(0.5)
        return app.export_screenshot(title="chatbot")


async def _until(condition: Callable[[], bool], patience: float = _PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.05)


def main() -> None:
    """Draw them where the README looks for them, or in a folder that is named."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "data/images")
    asyncio.run(draw(folder, lambda: Conversation.load(sampling=SamplingConfig(seed=1))))


if __name__ == "__main__":
    main()
