"""How commands name corpora: weights, roles, what is skipped, and what the metadata says of them."""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import pytest

from chatbot.errors import CorpusError, UsageError
from train.cli.reading import add_reading, described, places_of, read, reading_of, times
from train.corpora.corpus import Reading
from train.corpora.dialogue import Dialogue, Utterance


def written(path: Path, *dialogues: list[tuple[str, str]]) -> Path:
    lines = [json.dumps({"turns": [{"speaker": s, "text": t} for s, t in dialogue]}) for dialogue in dialogues]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    pairs = ([("Ada", f"question {n}"), ("Ben", f"answer {n} from a@b.org")] for n in range(200))
    (tmp_path / "chats").mkdir()
    return written(tmp_path / "chats" / "a.jsonl", *pairs)


def arguments(*words: object) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_reading(parser)
    return parser.parse_args([str(word) for word in words])


def test_a_weight_says_how_often_dialogues_are_seen(corpus: Path) -> None:
    counts = {
        weight: len(list(read(places_of([f"{corpus}:{weight}"]), Reading()))) for weight in ("1", "2", "0.3", "2.5")
    }
    assert counts["1"] == 200
    assert counts["2"] == 400
    assert counts["0.3"] == pytest.approx(60, abs=25)
    assert counts["2.5"] == pytest.approx(500, abs=30)


def test_which_dialogues_a_share_takes_hangs_on_their_content() -> None:
    some = [Dialogue.of([Utterance("a", f"{n}"), Utterance("b", "ok")]) for n in range(100)]
    assert [times(d, 0.4) for d in some] == [times(d, 0.4) for d in some]
    assert {d for d in some if times(d, 0.4)} < {d for d in some if times(d, 0.7)}


def test_the_assistant_and_the_mask_are_what_the_arguments_say(corpus: Path) -> None:
    reading = reading_of(arguments(corpus, "--me", "ada", "--redact"))
    first = next(read(places_of([str(corpus)]), reading))
    assert [turn.role for turn in first.turns] == ["assistant", "user"]
    assert first.turns[1].text == "answer 0 from [email]"
    assert reading_of(arguments(corpus)).redactor is None


def test_a_speaker_nobody_is_called_is_answered_with_those_there_are(corpus: Path) -> None:
    with pytest.raises(UsageError, match=r"'Cleo'.*Ada, Ben"):
        list(read(places_of([str(corpus)]), reading_of(arguments(corpus, "--assistant", "Cleo"))))


def test_an_unknown_format_is_answered_with_the_nearest(corpus: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'jsonl'"):
        list(read(places_of([str(corpus)]), reading_of(arguments(corpus, "--format", "json"))))


def test_what_is_skipped_is_named_and_the_rest_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.jsonl"
    good = json.dumps({"turns": [{"speaker": "a", "text": "Hi"}, {"speaker": "b", "text": "Hello"}]})
    path.write_text("\n".join([good, *['{"turns": []}'] * 8]), encoding="utf-8")
    assert len(list(read(places_of([str(path)]), Reading()))) == 1
    said = capsys.readouterr().err.splitlines()
    assert said[0].startswith(f"skipped {path}:2: ")
    assert said[-1] == "skipped 3 more record(s)"
    assert len(said) == 6


def test_a_corpus_of_nothing_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"turns": []}\n', encoding="utf-8")
    with pytest.raises(CorpusError, match=r"no dialogue in .*a\.jsonl \(1 record"):
        list(read(places_of([str(path)]), Reading()))


def test_the_metadata_names_a_corpus_by_its_content_and_the_end_of_its_path(corpus: Path) -> None:
    digest = hashlib.sha256(corpus.read_bytes()).hexdigest()
    (place,) = places_of([str(corpus)])
    assert described(place) == {"name": "chats/a.jsonl", "sha256": digest}
    (half,) = places_of([f"{corpus}:0.5"])
    assert described(half) == {"name": "chats/a.jsonl", "sha256": digest, "weight": 0.5}
    (folder,) = places_of([str(corpus.parent)])
    assert described(folder)["sha256"] == digest
