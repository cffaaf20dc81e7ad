"""Laws of `chatbot train`: a run leaves a bundle that says where it came from, and mistakes are named in time."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from chatbot.bundle import MANIFEST, read_bundle
from chatbot.cli import main
from chatbot.conversation import Conversation
from chatbot.layers import CELLS

ROOT = Path(__file__).resolve().parents[3]
SETTINGS = {"units": 8, "embedding": 8, "layers": 1, "vocabulary": 400, "memory": 16, "passes": 0.5, "seed": 3}
SMALL = [word for name, value in SETTINGS.items() for word in (f"--{name}", str(value))]


class Done(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def train(capfd: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Run `chatbot train` in this process; argparse's exit is an exit code too."""

    def run(*words: Any) -> Done:
        try:
            code = main(["train", *map(str, words)])
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        return Done(code, *capfd.readouterr())

    return run


def in_a_process_of_its_own(*words: Any, cwd: Path) -> Done:
    done = subprocess.run(
        [sys.executable, "-m", "chatbot", *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, sample_path: Path) -> Path:
    """Forty dialogues, and on lines 2 and 5 something else."""
    lines = sample_path.read_bytes().splitlines()[:40]
    lines[1:1] = [b"no dialogue"]
    lines[4:4] = [b'{"turns": []}']
    path = tmp_path_factory.mktemp("somewhere") / "chat" / "train.jsonl"
    path.parent.mkdir()
    path.write_bytes(b"\n".join(lines))
    return path


@pytest.fixture(scope="module")
def trained(corpus: Path, sample_path: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    """A run folder and how the command that made it ended."""
    place = tmp_path_factory.mktemp("trained")
    valid = place / "valid.jsonl.gz"
    valid.write_bytes(gzip.compress(b"\n".join(sample_path.read_bytes().splitlines()[40:50])))
    (place / "credits.txt").write_text("Somebody, with thanks\n\nÉlise <elise@example.org>\n", encoding="utf-8")
    files = ("--valid", valid, "--credits", place / "credits.txt")
    done = in_a_process_of_its_own("train", corpus, *files, "--out", "runs/mine", *SMALL, cwd=place)
    assert done.code == 0, done.err
    return place / "runs" / "mine", done


def test_a_run_leaves_a_whole_bundle_of_the_shape_that_was_asked_for(trained: tuple[Path, Done]) -> None:
    model = read_bundle(trained[0] / "bundle").model
    assert (model.cell, model.units, model.embedding_size, model.layers) == ("lstm", 8, 8, 1)
    assert (model.memory_positions, model.dropout) == (16, 0.1)
    assert model.vocabulary_size <= 400


def test_standard_output_is_the_command_to_talk_to_it(trained: tuple[Path, Done]) -> None:
    assert trained[1].out == "chatbot --model runs/mine/bundle\n"
    assert Conversation.load(trained[0] / "bundle").say("Hello")


def test_broken_lines_are_named_and_training_goes_on(trained: tuple[Path, Done], corpus: Path) -> None:
    skipped = [line for line in trained[1].err.splitlines() if line.startswith("skipped")]
    assert len(skipped) == 2
    assert skipped[0].startswith(f"skipped {corpus}:2: ")
    assert skipped[1].startswith(f"skipped {corpus}:5: ")


def test_standard_error_is_for_people(trained: tuple[Path, Done]) -> None:
    said = trained[1].err
    assert "validation word perplexity" in said
    assert not [word for word in ("Traceback", "WARNING", "INFO:", "cuda", "oneDNN") if word in said]


def test_the_metadata_says_where_the_model_comes_from(trained: tuple[Path, Done], corpus: Path) -> None:
    metadata = read_bundle(trained[0] / "bundle").metadata
    assert metadata["corpora"] == [
        {"name": "chat/train.jsonl", "sha256": hashlib.sha256(corpus.read_bytes()).hexdigest()}
    ]
    assert metadata["credits"] == ["Somebody, with thanks", "Élise <elise@example.org>"]
    assert metadata["training"]["seed"] == 3
    assert metadata["training"]["passes"] == 0.5
    assert metadata["training"]["dialogues"] == 40
    assert metadata["validation"]["dialogues"] == 10
    assert metadata["validation"]["word_perplexity"] > 1
    assert metadata["precision"] == "int8"
    assert f"validation word perplexity {metadata['validation']['word_perplexity']}" in trained[1].err


def test_no_path_of_this_machine_is_in_the_bundle(trained: tuple[Path, Done], corpus: Path) -> None:
    folder = trained[0]
    machine = {str(ROOT), str(Path.home()), str(corpus.parent.parent), str(folder.parent.parent)}

    def texts(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [text for pair in value.items() for part in pair for text in texts(part)]
        return [text for part in value for text in texts(part)] if isinstance(value, list) else [str(value)]

    manifest = json.loads((folder / "bundle" / MANIFEST).read_bytes())
    assert not [text for text in texts(manifest) if text.startswith("/") or any(path in text for path in machine)]
    for path in (folder / "bundle").iterdir():
        assert not [part for part in machine if part.encode() in path.read_bytes()]


def test_missing_packages_are_answered_with_the_command_that_installs_them(
    train: Callable[..., Done], sample_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "tensorflow" else find(name, *rest)
    )
    done = train(sample_path, "--out", tmp_path / "run")
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "tensorflow not installed" in done.err
    assert "pip install 'chatbot[train]'" in done.err
    assert not (tmp_path / "run").exists()


def test_an_unknown_cell_is_answered_with_the_cells_there_are(
    train: Callable[..., Done], tmp_path: Path, sample_path: Path
) -> None:
    done = train(sample_path, "--cell", "lstn", "--out", tmp_path / "run")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "'lstn'" in done.err
    assert all(name in done.err for name in CELLS)


@pytest.mark.parametrize(
    ("text", "said"),
    [(None, "no module 'mycell'"), ("1 / 0", "ZeroDivisionError"), ("", "has no MyCell"), ("MyCell = 3", "is no cell")],
)
def test_a_cell_of_ones_own_that_cannot_be_had_is_named_before_the_corpus_is_read(
    text: str | None, said: str, tmp_path: Path
) -> None:
    if text is not None:
        (tmp_path / "mycell.py").write_text(text)
    done = in_a_process_of_its_own("train", "missing.jsonl", "--cell", "mycell:MyCell", cwd=tmp_path)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert said in done.err


@pytest.mark.parametrize(
    ("option", "value"),
    [("--units", "0"), ("--dropout", "1"), ("--passes", "0"), ("--learning-rate", "nan"), ("--seed", "-1")],
)
def test_a_setting_out_of_range_is_a_mistake_of_usage(
    train: Callable[..., Done], sample_path: Path, tmp_path: Path, option: str, value: str
) -> None:
    done = train(sample_path, option, value, "--out", tmp_path / "run")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert option.strip("-").replace("-", "_") in done.err


def test_a_trained_model_is_not_replaced_unasked(
    train: Callable[..., Done], trained: tuple[Path, Done], tmp_path: Path
) -> None:
    folder = trained[0]
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    refused = train(tmp_path / "missing", "--out", folder, *SMALL)
    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert "--overwrite" in refused.err
    assert train(tmp_path / "missing", "--out", folder, "--overwrite", *SMALL).code == 1  # it got as far as the corpus
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("content", [b"", b"\n\n", b"no dialogue\n"], ids=["empty", "blank", "broken"])
def test_a_corpus_without_dialogues_is_a_failure(train: Callable[..., Done], tmp_path: Path, content: bytes) -> None:
    (tmp_path / "none.jsonl").write_bytes(content)
    done = train(tmp_path / "none.jsonl", "--out", tmp_path / "run", *SMALL)
    assert (done.code, done.out) == (1, "")
    assert "none.jsonl" in done.err.splitlines()[-1]
    assert "expected dialogues" in done.err.splitlines()[-1]
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("option", ["", "--valid", "--credits"], ids=["corpus", "validation", "credits"])
def test_a_file_that_is_not_there_is_a_failure_before_training(
    train: Callable[..., Done], tmp_path: Path, sample_path: Path, option: str
) -> None:
    files = [sample_path, option, tmp_path / "missing"] if option else [tmp_path / "missing"]
    done = train(*files, "--out", tmp_path / "run", *SMALL)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "missing" in done.err
    assert not (tmp_path / "run").exists()


def test_credits_that_are_no_text_are_a_failure(train: Callable[..., Done], tmp_path: Path, sample_path: Path) -> None:
    (tmp_path / "credits").write_bytes(b"\xff\xfe")
    done = train(sample_path, "--credits", tmp_path / "credits", "--out", tmp_path / "run", *SMALL)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "--credits" in done.err


@pytest.mark.parametrize("command", ["train", "evaluate", "corpus"])
def test_the_help_waits_for_no_framework(command: str) -> None:
    code = (
        "import sys; from chatbot.cli import main\n"
        f"try: main([{command!r}, '--help'])\n"
        "finally: print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "example" in done.stdout
    assert not {"tensorflow", "keras", "numpy", "textual"} & set(done.stderr.split())


@pytest.mark.slow
def test_a_model_goes_on_from_another_with_its_shape_and_its_pieces(
    train: Callable[..., Done], trained: tuple[Path, Done], sample_path: Path, tmp_path: Path
) -> None:
    import safetensors.numpy

    from chatbot.bundle import TOKENIZER, WEIGHTS

    parent = trained[0] / "bundle"
    # So low a learning rate that it ends where it began: with the parent's weights, not with new ones.
    done = train(sample_path, "--from", parent, "--passes", "0.3", "--learning-rate", "1e-9", "--out", tmp_path / "run")
    assert done.code == 0, done.err
    before, after = read_bundle(parent), read_bundle(tmp_path / "run" / "bundle")
    assert after.model == before.model
    assert after.files[TOKENIZER] == before.files[TOKENIZER]
    weights = [safetensors.numpy.load(bundle.files[WEIGHTS]) for bundle in (before, after)]
    assert all(abs(weights[0][name] - weights[1][name]).max() < 1e-3 for name in weights[0])
    assert after.metadata["parent"]["name"] == before.name
    assert after.metadata["parent"]["corpora"] == before.metadata["corpora"]


def test_a_shape_beside_a_model_to_go_on_from_is_a_mistake_of_usage(
    train: Callable[..., Done], sample_path: Path, tmp_path: Path
) -> None:
    done = train(sample_path, "--from", "default", "--units", "7", "--cell", "rnn", "--out", tmp_path / "run")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "--cell, --units" in done.err
