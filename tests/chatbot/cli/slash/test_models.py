"""Laws of commands about who replies: settings hold for the next model too, which reads what was said."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chatbot.bundle import write_bundle
from chatbot.cli.slash.desk import Desk
from chatbot.errors import BundleError, ChatbotError

Do = Callable[[str], str | None]


@pytest.fixture
def others(make_model: Any, tokenizer: Any, no_models: Path, bundle_float32: Any) -> Path:
    """Two models that ship, one of them with another cell, and one that is torn."""
    from train.export import make_bundle

    write_bundle(no_models / "default", dataclasses.replace(bundle_float32, name="default"))
    write_bundle(no_models / "gru", make_bundle(make_model(cell="gru"), tokenizer, name="gru", precision="float32"))
    write_bundle(no_models / "torn", bundle_float32)
    next((no_models / "torn").glob("*.tflite")).write_bytes(b"torn")
    return no_models


@pytest.mark.parametrize(
    ("command", "setting", "value"),
    [("temp", "temperature", 0.25), ("topk", "top_k", 5), ("topp", "top_p", 0.5), ("seed", "seed", 11)],
)
def test_a_setting_is_shown_and_changed(desk: Desk, do: Do, command: str, setting: str, value: float) -> None:
    before = getattr(desk.saved.conversation.sampling, setting)
    assert do(f"/{command}") == f"{setting} is {before}."
    assert do(f"/{command} {value}") == f"{setting} is {value}."
    assert getattr(desk.saved.conversation.sampling, setting) == value


def test_a_seed_can_be_taken_away_and_makes_replies_repeat(desk: Desk, do: Do, say: Callable[[str], str]) -> None:
    do("/seed 3")
    first = say("Hello")
    do("/new")
    do("/seed 3")
    assert say("Hello") == first
    assert "none" in str(do("/seed none"))
    assert desk.saved.conversation.sampling.seed is None


@pytest.mark.parametrize("line", ["/temp -1", "/temp warm", "/temp nan", "/topk 1.5", "/topp 2", "/seed -1", "/seed x"])
def test_a_value_that_cannot_be_changes_nothing(desk: Desk, do: Do, line: str) -> None:
    before = desk.saved.conversation.sampling, dict(vars(desk.args))
    with pytest.raises(ChatbotError):
        do(line)
    assert (desk.saved.conversation.sampling, vars(desk.args)) == before


def test_another_model_goes_on_with_the_settings_that_hold(
    desk: Desk, do: Do, say: Callable[[str], str], others: Path
) -> None:
    say("Hello, I am Martha.")
    do("/topk 5")
    assert "model gru, gru" in str(do("/model gru"))
    assert "has read 2 turns" in str(do("/model gru"))
    conversation = desk.saved.conversation
    assert (conversation.model.name, conversation.sampling.top_k, conversation.sampling.temperature) == (
        "gru",
        5,
        1.5,
    )
    assert conversation.transcript[0].text == "Hello, I am Martha."
    assert say("Who am I?")
    assert desk.store is not None
    assert [each.turns for each in desk.store.sessions()] == [4]


def test_a_model_with_a_cell_is_found(desk: Desk, do: Do, others: Path) -> None:
    assert do("/cell") == "The cell is lstm."
    assert "model gru, gru" in str(do("/cell gru"))
    assert do("/cell") == "The cell is gru."
    with pytest.raises(ChatbotError, match=r"expected one of gru, lstm;"):
        do("/cell rnn")


def test_the_models_there_are_are_named(do: Do, others: Path) -> None:
    assert str(do("/model")).startswith("model tiny, lstm")
    assert "default, gru, torn" in str(do("/model"))


def test_a_model_that_cannot_be_leaves_the_one_there_is(desk: Desk, do: Do, others: Path) -> None:
    before = desk.saved.conversation
    for line in ("/model nobody", "/model torn"):
        with pytest.raises(BundleError):
            do(line)
    assert desk.saved.conversation is before
    assert "nobody" not in str(desk.args)
