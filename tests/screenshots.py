"""Draws the pictures of the README from the running program: `python -m tests.screenshot [FOLDER]`.

The conversation is a real one with the shipped model, at a fixed seed.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from chatbot.config import SamplingConfig
from chatbot.conversation import Conversation
from chatbot.ui.app import ChatApp
from chatbot.ui.screens.chat import ChatScreen, Phase

_TURNS = ("Hi! How are you today?", "What kind of music do you like?", "Who is your favorite singer?")
_SIZE = (92, 28)


async def draw(folder: Path) -> None:
    sampling = SamplingConfig(seed=1)
    app = ChatApp(lambda: Conversation.load(sampling=sampling))
    async with app.run_test(size=_SIZE) as pilot:
        screen = app.screen
        assert isinstance(screen, ChatScreen)
        for turn in _TURNS:
            await _until_ready(screen)
            screen.query_one("Prompt").text = turn  # type: ignore[attr-defined]
            await pilot.press("enter")
            await pilot.pause(0.2)
        await _until_ready(screen)
        await pilot.pause(0.2)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "chat.svg").write_text(app.export_screenshot(title="chatbot"), encoding="utf-8")


async def _until_ready(screen: ChatScreen) -> None:
    deadline = time.monotonic() + 30
    while screen.phase is not Phase.READY:
        assert time.monotonic() < deadline, f"still {screen.phase}"
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    asyncio.run(draw(Path(sys.argv[1] if len(sys.argv) > 1 else "data/images")))
