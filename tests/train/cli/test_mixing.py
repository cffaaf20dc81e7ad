"""`--mix` and `--extend`: mistakes are named before anything is read, and a run is what they say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from chatbot.bundle import TOKENIZER, read_bundle
from chatbot.catalog import open_bundle
from chatbot.cli import main
from chatbot.text.tokenizer import Tokenizer
from train.cli import mixing as module
from train.cli.mixing import Mix, Mixture, mix_in, mixes_of
from train.corpora import Dialogue
from train.corpora.corpus import Reading
from train.corpora.roles import Roles
from train.mixing import measure_by
from train.rehearsal import Talker

words = measure_by(None)


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another corpus, of a hundred and fifty dialogues."""
    path = tmp_path / "other.jsonl"
    lines = []
    for n in range(150):
        turns = [{"speaker": "ab"[t % 2], "text": f"other {n} says {t}"} for t in range(4)]
        lines.append(json.dumps({"turns": turns}))
    path.write_text("\n".join(lines))
    return path


@pytest.fixture
def mixture(dialogues: list[Dialogue], tmp_path: Path) -> Callable[..., Mixture]:
    def make(*mix: Mix, **changes: Any) -> Mixture:
        given = {"measure": words, "reading": Reading(), "seed": 1, "validation": dialogues[30:35], **changes}
        console = Console(stderr=True)
        return Mixture(list(mix), dialogues[:30], folder=tmp_path / "run", console=console, **given)

    return make


def share_of(added: list[Dialogue], mixture: Mixture) -> float:
    own, more = (sum(map(mixture.measure, each)) for each in (mixture.dialogues, added))
    return more / (own + more)


@pytest.mark.parametrize(
    "word", ["default", "default:", ":0.3", "default:x", "default:0", "default:1", "x:nan", "x:-1"]
)
def test_what_is_no_share_is_a_mistake_of_usage(word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", str(tmp_path / "missing"), f"--mix={word}", "--out", str(tmp_path / "run")]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"--mix {word}" in said
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--mix", "default:0.5", "--mix", "default:0.5"], "less than 1 together"),
        (["--mix", "defualt:0.3"], "neither a corpus nor a model"),
        (["--extend", "5"], "without --from"),
        (["--extend", "-5", "--from", "default"], "--extend -5"),
    ],
)
def test_mistakes_are_named_before_the_corpus_is_read(
    options: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", str(tmp_path / "missing"), *options, "--out", str(tmp_path / "run")]) == 2
    printed = capsys.readouterr().err
    assert printed.count("\n") == 1
    assert said in printed
    assert not (tmp_path / "run").exists()


def test_a_name_is_a_model_and_a_path_that_is_there_a_corpus(other: Path) -> None:
    (model, corpus, catalogued, pattern) = mixes_of(
        ["default:0.25", f"{other}:.5", "tfds:some/config:train:0.1", "chats/*.txt:0.1"]
    )
    assert model.bundle is not None
    assert (model.bundle.name, model.share) == ("default", 0.25)
    assert corpus == Mix(str(other), 0.5, None)
    assert catalogued == Mix("tfds:some/config:train", 0.1, None)
    assert pattern.bundle is None


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_corpus_makes_up_its_share_and_says_so_where_it_is_small(
    share: float, other: Path, mixture: Callable[..., Mixture], capsys: pytest.CaptureFixture[str]
) -> None:
    given = mixture(Mix(str(other), share, None))
    added, (fact,) = mix_in(given)
    assert share_of(added, given) == pytest.approx(share, abs=0.01)
    assert (fact["share"], fact["dialogues"], len(fact["sha256"])) == (share, len(added), 64)
    assert fact["name"].endswith("other.jsonl")
    assert not fact["name"].startswith("/")
    assert ("it is small" in capsys.readouterr().err) == (share == 0.9)


def test_nothing_that_is_validated_with_is_mixed_in(sample_path: Path, mixture: Callable[..., Mixture]) -> None:
    given = mixture(Mix(str(sample_path), 0.9, None))
    added, _ = mix_in(given)
    assert not set(added) & set(given.validation)
    assert set(added) > set(given.dialogues)


@pytest.mark.parametrize("assistant", [None, "Ada"])
def test_where_an_assistant_is_named_its_side_alone_is_rehearsed(
    assistant: str | None, other: Path, mixture: Callable[..., Mixture]
) -> None:
    (model,) = mixes_of(["default:0.2"])
    given = mixture(model, Mix(str(other), 0.2, None), reading=Reading(roles=Roles(assistant)))
    added, _ = mix_in(given)
    assert {dialogue.only for dialogue in added} == {"assistant" if assistant else None}
    assert share_of(added, given) == pytest.approx(0.4, abs=0.02)


def test_a_model_is_rehearsed_once_and_the_second_time_read_again(
    mixture: Callable[..., Mixture], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = mixture(*mixes_of(["default:0.2"]))
    added, (fact,) = mix_in(given)
    said = capsys.readouterr().err
    assert f"mixed in: {len(added)} dialogues of " in said
    assert "left out" in said
    assert (fact["rehearsal"], fact["share"], fact["dialogues"]) == ("default", 0.2, len(added))
    # To the nearest dialogue: how long those are that a model holds differs from machine to machine.
    nearest = max(map(given.measure, added)) / sum(map(given.measure, given.dialogues))
    assert share_of(added, given) == pytest.approx(0.2, abs=nearest)
    assert (given.folder / "rehearsal.jsonl.gz").exists()
    monkeypatch.setattr("train.rehearsal.Engine", lambda bundle: pytest.fail("it need not talk again"))
    assert mix_in(given)[0] == added
    assert "made before" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("seconds_each", "said"),
    [
        (
            1.0,
            ["80 s left", "30 of 100 pieces, 70 s left", "60 of 100 pieces, 40 s left", "90 of 100 pieces, 10 s left"],
        ),
        (0.1, ["8 s left"]),
    ],
)
def test_how_long_a_rehearsal_takes_is_said_after_the_first_dialogues_and_then_now_and_then(
    seconds_each: float,
    said: list[str],
    dialogues: list[Dialogue],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = SimpleNamespace(now=0.0, monotonic=lambda: clock.now)
    for place in ("train.cli.mixing", "train.timing"):
        monkeypatch.setattr(f"{place}.time", clock)

    def sized() -> Iterator[tuple[int, Dialogue]]:
        for dialogue in dialogues[:100]:
            clock.now += seconds_each
            yield 1, dialogue

    assert [each for _, each in module._watched(sized(), 100, Console(stderr=True, width=200))] == dialogues[:100]
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == len(said)
    assert all(words in line for words, line in zip(said, lines, strict=True))
    assert "as measured on 20 dialogues" in lines[0]


@pytest.mark.slow
def test_a_run_that_is_extended_and_mixed_leaves_a_bundle_that_says_so(
    tmp_path: Path, other: Path, sample_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    corpus = tmp_path / "mine.jsonl"
    turns = [{"speaker": "ab"[t % 2], "text": "Grüezi wohl Brimborium, schnörkelt Xylophonquark?"} for t in range(4)]
    lines = [json.dumps({"turns": [*turns, {"speaker": "a", "text": f"Nummer {n}"}]}) for n in range(40)]
    corpus.write_text("\n".join(lines))
    options = ["--from", "default", "--extend", "12", "--mix", f"{other}:0.3", "--mix", "default:0.1"]
    short = ["--passes", "0.05", "--batch-positions", "256", "--out", str(tmp_path / "run")]
    assert main(["train", str(corpus), *options, *short]) == 0
    said = capfd.readouterr().err
    bundle, parent = read_bundle(tmp_path / "run" / "bundle"), open_bundle("default")
    new = bundle.model.vocabulary_size - parent.model.vocabulary_size
    assert 0 < new <= 12
    assert f"{new} new pieces: " in said
    assert bundle.metadata["parent"]["vocabulary_size"] == parent.model.vocabulary_size
    assert [(fact.get("rehearsal"), fact["share"]) for fact in bundle.metadata["mixed"]] == [
        (None, 0.3),
        ("default", 0.1),
    ]
    assert bundle.metadata["credits"] == parent.metadata["credits"], "each line once"
    assert bundle.metadata["validation"]["dialogues"] < 10
    assert Tokenizer(bundle.files[TOKENIZER]).vocabulary_size == bundle.model.vocabulary_size
    Talker(bundle, 1)  # the graph has logits for all of them
