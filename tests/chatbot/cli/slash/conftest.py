"""A desk with the tiny model and a store of its own, and a model with another cell."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chatbot.cli import options
from chatbot.cli.slash import perform
from chatbot.cli.slash.desk import Desk
from chatbot.conversation.saved import SavedConversation
from chatbot.conversation.store import Store


@pytest.fixture
def desk(bundle_dir: Path, tmp_path: Path) -> Iterator[Desk]:
    """Nothing was said yet; replies are lively and repeatable."""
    args = argparse.Namespace(model=str(bundle_dir), seed=7, temperature=1.5, top_k=0, top_p=1.0, min_length=4)
    store = Store(tmp_path / "sessions.db")
    yield Desk(args, SavedConversation(options.open_conversation(args), store), store)
    store.close()


@pytest.fixture
def say(desk: Desk) -> Callable[[str], str]:
    """Say something; the reply."""
    return lambda text: "".join(desk.saved.stream(text)).strip()


@pytest.fixture
def do(desk: Desk) -> Callable[[str], str | None]:
    """Do a command; the answer."""
    return lambda line: perform(desk, line)
