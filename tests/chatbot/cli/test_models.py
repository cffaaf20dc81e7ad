"""Laws of `chatbot models`: every model that is found stands in the list, and a broken one hides no other."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chatbot.bundle import GRAPH, Bundle, write_bundle

Run = Callable[..., Any]


def put(directory: Path, bundle: Bundle, **changes: Any) -> Path:
    metadata = {"corpora": [{"name": "chat/train.jsonl"}], "validation": {"word_perplexity": 61.25}}
    write_bundle(directory, dataclasses.replace(bundle, **{"metadata": metadata, **changes}))
    return directory


def test_the_table_has_a_row_for_each_model_with_what_it_is(
    chatbot: Run, no_models: Path, tmp_path: Path, bundle_float32: Bundle
) -> None:
    put(no_models / "default", bundle_float32)
    put(tmp_path / "user" / "mine", bundle_float32, metadata={})
    done = chatbot("models")
    assert (done.code, done.err) == (0, "")
    head, *rows = done.lines
    assert head.split() == ["name", "cell", "size", "perplexity", "corpora", "from", "directory"]
    size = f"{sum(map(len, bundle_float32.files.values())) / 1e6:.1f} MB"
    assert [row.split("  ")[0] for row in rows] == ["default", "mine"]
    for part in ("lstm 2×16", size, "61.2", "chat/train.jsonl", "shipped", str(no_models / "default")):
        assert part in rows[0]
    for part in ("lstm 2×16", size, " - ", "user", str(tmp_path / "user" / "mine")):
        assert part in rows[1]
    columns = [head.index("directory"), *(row.index(str(tmp_path)) for row in rows)]
    assert len(set(columns)) == 1


def test_json_has_one_object_a_line(chatbot: Run, no_models: Path, bundle_float32: Bundle) -> None:
    put(no_models / "default", bundle_float32)
    put(no_models / "other", bundle_float32)
    done = chatbot("models", "--json")
    assert (done.code, done.err) == (0, "")
    first, second = map(json.loads, done.lines)
    assert first == {
        "name": "default",
        "cell": "lstm",
        "units": 16,
        "layers": 2,
        "size_bytes": bundle_float32.size_bytes,
        "word_perplexity": 61.25,
        "corpora": ["chat/train.jsonl"],
        "from": "shipped",
        "directory": str(no_models / "default"),
    }
    assert second["name"] == "other"


def test_a_model_given_by_its_directory_is_listed_too_but_no_model_twice(
    chatbot: Run, no_models: Path, tmp_path: Path, bundle_float32: Bundle
) -> None:
    put(no_models / "default", bundle_float32)
    mine = put(tmp_path / "runs" / "mine", bundle_float32)
    rows = [json.loads(line) for line in chatbot("models", "--model", mine, "--json").lines]
    assert [(row["name"], row["from"]) for row in rows] == [("default", "shipped"), ("mine", "--model")]
    for same in ("default", no_models / "default"):
        assert len(chatbot("models", "--model", same, "--json").lines) == 1


@pytest.mark.parametrize("as_json", [False, True], ids=["table", "json"])
def test_a_broken_model_is_reported_and_the_others_are_listed(
    chatbot: Run, no_models: Path, bundle_float32: Bundle, as_json: bool
) -> None:
    for name in ("a", "broken", "c"):
        put(no_models / name, bundle_float32)
    (no_models / "broken" / GRAPH).write_bytes(b"torn")
    done = chatbot("models", *(["--json"] if as_json else []))
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "broken" in done.err
    assert "Traceback" not in done.err
    names = [json.loads(line)["name"] if as_json else line.split()[0] for line in done.lines]
    assert names == (["a", "c"] if as_json else ["name", "a", "c"])


def test_without_models_it_says_where_they_are_looked_for(chatbot: Run, no_models: Path, tmp_path: Path) -> None:
    done = chatbot("models")
    assert (done.code, done.out) == (0, "")
    assert str(tmp_path / "user") in done.err


def test_an_unknown_model_is_a_failure_on_one_line(chatbot: Run, no_models: Path) -> None:
    done = chatbot("models", "--model", "nobody")
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "nobody" in done.err


@pytest.mark.parametrize(
    "metadata",
    [
        {"corpora": ["sample"], "validation": "good"},
        {"corpora": 5, "validation": [1]},
        {"corpora": None, "validation": {"word_perplexity": "62"}},
    ],
    ids=["texts", "numbers", "mixed"],
)
def test_metadata_of_an_unexpected_form_breaks_nothing(
    chatbot: Run, no_models: Path, bundle_float32: Bundle, metadata: dict[str, Any]
) -> None:
    put(no_models / "default", bundle_float32, metadata=metadata)
    for words in (["models"], ["models", "--json"]):
        done = chatbot(*words)
        assert (done.code, done.err) == (0, "")
        assert "default" in done.out


def test_nothing_that_a_bundle_says_acts_on_the_terminal(chatbot: Run, no_models: Path, bundle_float32: Bundle) -> None:
    evil = "\x1b[31mred\x07"
    model = dataclasses.replace(bundle_float32.model, cell=evil)
    put(no_models / evil, bundle_float32, model=model, metadata={"corpora": [{"name": evil}]})
    for words in (["models"], ["models", "--json"]):
        done = chatbot(*words)
        assert not {"\x1b", "\x07"} & set(done.out + done.err)
        assert "red" in done.out


def test_a_reader_that_goes_away_is_no_error(process: Run, bundle_dir: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = process("models", "--model", bundle_dir, stdout=writer)
    finally:
        os.close(writer)
    assert done.err == ""
