"""Where a model comes from: what is said of parents and credits, and what may not be said beside a parent."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import Any

import pytest

from chatbot.bundle import Bundle
from chatbot.errors import CorpusError, UsageError
from train.cli.mixing import Mix
from train.cli.origin import metadata_of, parent_of, shape_of


def arguments(**given: Any) -> argparse.Namespace:
    return argparse.Namespace(**{"credits": None, "parent": None, "extend": 0, **given})


def test_credits_of_all_it_comes_from_stand_once_each(bundle_float32: Bundle, tmp_path: Path) -> None:
    (tmp_path / "credits").write_text("  Ann \n\nBob\n", encoding="utf-8")
    parent = dataclasses.replace(bundle_float32, metadata={"credits": ["Eve", "Ann"], "created": "then"})
    other = dataclasses.replace(bundle_float32, metadata={"credits": ["Eve", "Zoe"]})
    found = metadata_of(arguments(credits=tmp_path / "credits"), [{"name": "x"}], parent, [Mix("m", 0.2, other)])
    assert found["credits"][:3] == ["Eve", "Ann", "Zoe"]
    assert set(found["credits"]) == {"Eve", "Ann", "Zoe", "Bob"}
    assert found["parent"]["name"] == parent.name
    assert found["parent"]["created"] == "then"
    assert found["corpora"] == [{"name": "x"}]


def test_without_a_parent_there_is_none_and_no_word_of_it() -> None:
    assert parent_of(arguments()) is None
    assert metadata_of(arguments(), [], None, []) == {"corpora": [], "credits": []}


def test_credits_that_cannot_be_read_are_a_corpus_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="cannot be read"):
        metadata_of(arguments(credits=tmp_path / "none"), [], None, [])


@pytest.mark.parametrize("given", [{"extend": 5}, {"extend": -1}, {"parent": "default", "units": 7}])
def test_what_makes_no_sense_together_is_a_usage_error(given: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        parent_of(arguments(**given))


def test_a_recipe_may_change_dropout_and_the_gate_of_the_model_it_goes_on_from_and_nothing_else(
    bundle_float32: Bundle,
) -> None:
    shape = dataclasses.replace(bundle_float32.model, tied=True, copying="continued")
    parent = dataclasses.replace(bundle_float32, model=shape)
    wanted = dataclasses.replace(shape, copying="foreseen", dropout=0.3, word_dropout=0.1, vocabulary_size=9999)
    assert shape_of(parent, wanted) == dataclasses.replace(wanted, vocabulary_size=shape.vocabulary_size)
    for changes in ({"units": shape.units + 1}, {"copying": "attended"}, {"tied": False}):
        with pytest.raises(UsageError, match=next(iter(changes))):
            shape_of(parent, dataclasses.replace(wanted, **changes))
