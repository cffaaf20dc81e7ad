"""Laws of several processes: what was kept is there after a SIGKILL, and two at once lose nothing of each other."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chatbot.bundle import Bundle, write_bundle
from chatbot.conversation import Moment
from chatbot.conversation.store import Store

WRITER = Path(__file__).with_name("writer.py")
ROOT = Path(__file__).resolve().parents[3]
Dialogue = Callable[..., list[Moment]]


def start(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, str(WRITER), *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> Any:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return json.loads(out.splitlines()[-1])[0]


@pytest.mark.slow
def test_twenty_kills_lose_nothing_but_the_unfinished_reply(
    place: Path, bundle_float32: Bundle, tmp_path: Path
) -> None:
    write_bundle(tmp_path / "bundle", bundle_float32)
    rng, kept = random.Random(0), 0
    for _ in range(20):
        process = start("talk", place, tmp_path / "bundle")
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(rng.random() * 0.3)
        process.kill()
        rest, _ = process.communicate(timeout=30)
        # Of the last line a part may be missing: the kill came while it was told.
        lines = [first, *(line for line in rest.splitlines(keepends=True) if line.endswith("\n"))]
        told = [json.loads(line) for line in lines]
        store = Store(place)
        assert store.notice is None
        moments = store.load(told[0][0])[1]
        texts = [moment.turn.text for moment in moments]
        for _, number, text in told:
            assert texts[number] == text
        assert len(texts) <= len(told) + 2
        assert [moment.turn.role for moment in moments] == [("user", "assistant")[n % 2] for n in range(len(texts))]
        whole = len(texts) - len(texts) % 2
        assert all(moment.gain is not None for moment in moments[max(0, whole - 100) : whole])
        kept += len(texts)
        store.close()
    assert kept > 60
    assert not list(place.parent.glob("*.damaged-*"))


@pytest.mark.slow
def test_two_processes_that_write_at_once_lose_nothing_of_each_other(place: Path, dialogue: Dialogue) -> None:
    store = Store(place)
    assert store.create(dialogue("first")) == 1
    processes = {name: start("write", place, name, 60) for name in ("ann", "bob")}
    own = {name: finish(process) for name, process in processes.items()}
    for name, session in own.items():
        assert [m.turn.text for m in store.load(session)[1]] == [f"{name} {number}" for number in range(60)]
    both = [moment.turn.text for moment in store.load(1)[1]]
    assert len(both) == 121
    for name in own:
        assert [text for text in both if text.startswith(name)] == [f"{name} {number}" for number in range(60)]
    assert len(store.search("ann", limit=500)) == 120
    store.close()


@pytest.mark.slow
def test_of_several_that_find_it_damaged_one_sets_it_aside(place: Path) -> None:
    place.parent.mkdir(parents=True)
    place.write_bytes(b"garbage" * 1000)
    notices = [finish(process) for process in [start("open", place) for _ in range(4)]]
    assert len([notice for notice in notices if notice is not None]) == 1
    (aside,) = place.parent.glob("sessions.db.damaged-*")
    assert aside.read_bytes() == b"garbage" * 1000


@pytest.mark.slow
def test_several_that_begin_it_at_once_all_can(place: Path, dialogue: Dialogue) -> None:
    assert [finish(process) for process in [start("open", place) for _ in range(4)]] == [None] * 4
    store = Store(place)
    assert store.create(dialogue("Hello")) == 1
    store.close()
