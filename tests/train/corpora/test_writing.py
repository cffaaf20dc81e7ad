"""Our own format written: read back the same, whole or not at all, and private."""

from __future__ import annotations

import gzip
import json
import stat
from pathlib import Path

import pytest

from chatbot.text.template import Turn
from train.corpora import Dialogue
from train.corpora.writing import line_of, private_file

DIALOGUE = Dialogue((Turn("user", "Grüß\nGott \ud800"), Turn("assistant", "Hi")))


def test_a_line_holds_roles_and_texts_and_what_stands_beside() -> None:
    found = json.loads(line_of(DIALOGUE, made_of="x"))
    assert found["turns"] == [{"speaker": "user", "text": "Grüß\nGott ?"}, {"speaker": "assistant", "text": "Hi"}]
    assert found["made_of"] == "x"
    assert line_of(DIALOGUE).count(b"\n") == 1


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_what_is_written_is_there_under_its_name_for_its_owner_and_the_same_each_time(
    name: str, tmp_path: Path
) -> None:
    path, contents = tmp_path / "new" / name, []
    for _ in range(2):
        with private_file(path) as file:
            file.write(line_of(DIALOGUE))
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]
    assert (gzip.decompress(contents[0]) if name.endswith(".gz") else contents[0]) == line_of(DIALOGUE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_error_leaves_what_was_there_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"old")

    def broken() -> None:
        with private_file(path) as file:
            file.write(b"new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
