"""`chatbot corpus`: what it reports, what it writes, and what it says where there is nothing."""

from __future__ import annotations

import gzip
import json
import stat
from pathlib import Path

import pytest

from chatbot.cli import main

GOOD = [["Hi, I am Ada", "Hello Ada"], ["What is 2+2?", "4", "Thanks"], ["Hi, I am Ada", "Hello Ada"]]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    lines = [json.dumps({"turns": [{"speaker": "ab"[n % 2], "text": t} for n, t in enumerate(d)]}) for d in GOOD]
    path = tmp_path / "mine.jsonl"
    path.write_text("\n".join([*lines, "not json", '{"turns": []}']), encoding="utf-8")
    return path


def test_json_is_one_object_with_what_scripts_need(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["corpus", str(corpus), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    wanted = {"format": "jsonl", "dialogues": 3, "turns": 7, "words": 17, "skipped": 2, "duplicates": 1, "speakers": 2}
    assert {name: report[name] for name in wanted} == wanted
    where = [first["where"] for reason in report["skipped_by_reason"].values() for first in reason["first"]]
    assert sorted(where) == [f"{corpus}:4", f"{corpus}:5"]


def test_people_get_the_same_figures(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["corpus", str(corpus)]) == 0
    shown = capsys.readouterr().out
    for text in ("jsonl", "3, 1 repeated", "17", "turns per dialogue", "words per turn", "Hello Ada", "mine.jsonl:4"):
        assert text in shown


def test_what_is_converted_reads_back_the_same_and_is_the_owners_alone(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "made" / "out.jsonl.gz"
    assert main(["corpus", str(corpus), "--convert", str(out)]) == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    lines = [json.loads(line) for line in gzip.decompress(out.read_bytes()).decode().splitlines()]
    assert [[turn["text"] for turn in line["turns"]] for line in lines] == GOOD
    assert [turn["speaker"] for turn in lines[1]["turns"]] == ["user", "assistant", "user"]
    capsys.readouterr()
    assert main(["corpus", str(out), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["dialogues"], report["turns"], report["words"], report["skipped"]) == (3, 7, 17, 0)
    first = out.read_bytes()
    assert main(["corpus", str(corpus), "--convert", str(out)]) == 0
    assert out.read_bytes() == first, "the same dialogues give the same file"


def test_a_dialogue_without_the_assistant_is_left_out_and_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = [[("Ann", "Hi"), ("Bob", "Hello")], [("Eve", "Hi"), ("Bob", "Hello you")]]
    lines = [json.dumps({"turns": [{"speaker": s, "text": t} for s, t in each]}) for each in said]
    (tmp_path / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    out = tmp_path / "out.jsonl"
    words = ["corpus", str(tmp_path / "in.jsonl"), "--convert", str(out), "--assistant", "ann", "--json"]
    assert main(words) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["skipped"] == 1
    (line,) = out.read_text(encoding="utf-8").splitlines()
    assert [turn["speaker"] for turn in json.loads(line)["turns"]] == ["assistant", "user"]


def test_overlap_with_a_validation_corpus_is_counted(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    valid = tmp_path / "valid.jsonl"
    valid.write_text("\n".join([corpus.read_text(encoding="utf-8").splitlines()[0]] * 2), encoding="utf-8")
    assert main(["corpus", str(corpus), "--valid", str(valid), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["validation"] == {"dialogues": 2, "overlap": 2}


def test_masks_are_counted_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "a.jsonl", tmp_path / "out.jsonl"
    turns = [{"speaker": "a", "text": "I am a@b.org"}, {"speaker": "b", "text": "call +44 20 7946 0958"}]
    path.write_text(json.dumps({"turns": turns}), encoding="utf-8")
    assert main(["corpus", str(path), "--redact", "--convert", str(out)]) == 0
    assert "masked: 1 email, 1 phone" in capsys.readouterr().err
    assert "b.org" not in out.read_text()
    assert "7946" not in out.read_text()


def test_nothing_of_a_corpus_acts_on_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.jsonl"
    turns = [{"speaker": "[red]a[/]\x1b[31m", "text": "[bold]\x1b]0;x\x07hi[/bold]"}, {"speaker": "b", "text": "ok"}]
    path.write_text(json.dumps({"turns": turns}), encoding="utf-8")
    assert main(["corpus", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "[bold]hi[/bold]" in shown
    assert "\x1b" not in shown
    assert "\x07" not in shown


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["missing.jsonl"], 1, "missing.jsonl"),
        (["{corpus}", "--convert", "out.txt"], 2, "OUT.jsonl"),
        (["{corpus}", "--format", "nothing"], 2, "unknown format"),
        (["{corpus}", "--me", "Zoe"], 0, ""),
        (["{corpus}:0"], 2, "weight"),
    ],
)
def test_mistakes_are_one_line(
    words: list[str], code: int, said: str, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["corpus", *(word.format(corpus=corpus) for word in words)]) == code
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == (1 if code else 0)


def test_a_file_without_dialogues_is_a_failure_that_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"turns": []}\n', encoding="utf-8")
    assert main(["corpus", str(path), "--json"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["skipped"] == 1
    assert "no dialogue in" in err


def test_where_a_file_cannot_be_written_nothing_is_left(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["corpus", str(corpus), "--convert", "/proc/nowhere/out.jsonl"]) == 1
    assert "cannot be written" in capsys.readouterr().err
