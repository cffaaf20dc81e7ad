"""A corpus as a data set, and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chatbot.cli import main
from train.corpora.corpus import Reading, dialogues
from train.corpora.places import Place

tfds: Any = pytest.importorskip("tensorflow_datasets")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    lines = []
    for number in [*range(120), 3, 4]:
        turns = [{"speaker": "a", "text": f"question {number}"}, {"speaker": "b", "text": f"answer {number} ☂"}]
        lines.append(json.dumps({"turns": turns}))
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.slow
def test_a_corpus_comes_back_from_its_data_set_once_each_and_split_by_content(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["corpus", str(corpus), "--tfds", str(tmp_path / "data"), "--json"]) == 0
    assert "tfds:dialogues" in capsys.readouterr().err
    want = set(dialogues(Place(str(corpus)), Reading(), lambda skip: None))
    reading = Reading(data_dir=tmp_path / "data")
    splits = [
        list(dialogues(Place(f"tfds:dialogues:{split}"), reading, lambda skip: None))
        for split in ("train", "validation")
    ]
    assert all(splits)
    assert len(splits[0]) + len(splits[1]) == len(want) == 120
    assert set(splits[0]) | set(splits[1]) == want
    assert not set(splits[0]) & set(splits[1])
    assert {dialogue.share("validation") < 0.05 for dialogue in splits[1]} == {True}


@pytest.mark.slow
def test_on_beam_it_is_the_same_data_set(corpus: Path, tmp_path: Path) -> None:
    pytest.importorskip("apache_beam")
    from train.corpora.redact import Redactor
    from train.corpora.tfds_builder import Dialogues

    other = tmp_path / "b.jsonl"
    turns = [{"speaker": "a", "text": "I am a@b.org"}, {"speaker": "b", "text": "ok"}]
    other.write_text(corpus.read_text(encoding="utf-8") + "\n" + json.dumps({"turns": turns}), encoding="utf-8")
    places, found = [Place(str(corpus)), Place(str(other))], []
    for beam in (False, True):
        folder = tmp_path / f"beam {beam}"
        reading = Reading(redactor=Redactor())
        builder = Dialogues(places=places, reading=reading, beam=beam, validation_share=0.2, data_dir=folder)
        config = tfds.download.DownloadConfig(beam_runner="DirectRunner") if beam else None
        builder.download_and_prepare(download_config=config)
        back = Reading(data_dir=folder)
        found.append(
            [
                set(dialogues(Place(f"tfds:dialogues:{split}"), back, lambda skip: None))
                for split in ("train", "validation")
            ]
        )
    assert found[0] == found[1]
    assert [len(part) > 10 for part in found[0]] == [True, True]
    assert sum(map(len, found[0])) == 121
    assert "I am [email]" in {dialogue.turns[0].text for part in found[0] for dialogue in part}


@pytest.mark.slow
def test_what_is_masked_is_counted_once_although_it_is_read_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, pairs = tmp_path / "a.jsonl", []
    for number in range(60):
        turns = [{"speaker": "a", "text": f"I am a{number}@b.org"}, {"speaker": "b", "text": f"ok {number}"}]
        pairs.append(json.dumps({"turns": turns}))
    path.write_text("\n".join(pairs), encoding="utf-8")
    assert main(["corpus", str(path), "--redact", "--tfds", str(tmp_path / "data"), "--json"]) == 0
    assert "masked: 60 email" in capsys.readouterr().err


def test_of_nothing_no_data_set_is_built(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"turns": []}\n', encoding="utf-8")
    assert main(["corpus", str(path), "--tfds", str(tmp_path / "data"), "--json"]) == 1
    assert not (tmp_path / "data").exists()
