"""Laws of holding others off: of one path, one at a time; of another, nobody waits."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from chatbot.locking import alone, rewrite


def test_one_at_a_time(tmp_path: Path) -> None:
    path, inside, most = tmp_path / "data" / "file", [0], [0]

    def change() -> None:
        for _ in range(50):
            with alone(path):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                threading.Event().wait(0.0001)  # lets others in, if anything does
                inside[0] -= 1

    threads = [threading.Thread(target=change) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
    assert stat.S_IMODE((tmp_path / "data" / "file.lock").stat().st_mode) == 0o600


def test_of_another_path_nobody_waits_and_what_fails_lets_go(tmp_path: Path) -> None:
    with alone(tmp_path / "one"), alone(tmp_path / "two"):
        pass
    with pytest.raises(KeyError), alone(tmp_path / "one"):
        raise KeyError
    with alone(tmp_path / "one"):
        pass


def test_what_is_rewritten_is_whole_for_its_owner_alone_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_text("old")
    rewrite(path, "n\u00e9w")
    assert path.read_text(encoding="utf-8") == "n\u00e9w"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]
    (tmp_path / "file.part").mkdir()
    with pytest.raises(OSError, match="part"):
        rewrite(path, "lost")
    assert path.read_text(encoding="utf-8") == "n\u00e9w"
