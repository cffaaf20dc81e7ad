"""What a model says while it is trained is what its bundle would say, and follows its weights."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chatbot.runtime.engine import Engine
from chatbot.text.template import Turn, lay_out
from chatbot.text.tokenizer import Tokenizer
from train.dataset import Example
from train.export import make_bundle
from train.samples import LiveEngine, Sampler, first_turns

SHAPES: list[dict[str, Any]] = [
    {"cell": "lstm", "layers": 2},
    {"cell": "gru", "layers": 1, "tied": True},
    {"cell": "lstm", "layers": 1, "tied": True, "lookback": 5, "hops": 2},
]


@pytest.mark.parametrize("changes", SHAPES)
def test_the_live_steps_are_those_of_the_bundle(changes: dict[str, Any], make_model: Any, tokenizer: Tokenizer) -> None:
    model = make_model(**changes)
    engine = Engine(make_bundle(model, tokenizer, name="x", precision="float32"))  # rounds the model's weights too
    live = LiveEngine(model)
    state, its = engine.initial_state(), live.initial_state()
    annotations = np.zeros((1, model.config.memory_positions, model.config.units), np.float32)
    for place, token in enumerate((7, 30, 11)):
        (state, one), (its, two) = engine.encode_step(token, state), live.encode_step(token, its)
        np.testing.assert_allclose(one, two, atol=1e-5)
        annotations[0, place] = one
    np.testing.assert_allclose(engine.look_back((7, 30, 11)), live.look_back((7, 30, 11)), atol=1e-5)
    visible = (np.arange(model.config.memory_positions) < 3)[None].astype(np.float32)
    one, two = (each.decode_step(3, s, annotations, visible) for each, s in ((engine, state), (live, its)))
    np.testing.assert_allclose(one.logits, two.logits, atol=1e-4)
    np.testing.assert_allclose(one.attention, two.attention, atol=1e-5)
    assert one.copy == pytest.approx(two.copy, abs=1e-5)


def test_every_prompt_is_answered_with_the_weights_of_the_moment_and_written_down(
    make_model: Any, randomised: Any, tokenizer: Tokenizer, tmp_path: Path
) -> None:
    model = make_model(layers=1)
    sampler = Sampler(model, tokenizer, ["Hello!", "It is raining."], tmp_path)
    first = sampler(10)
    assert [prompt for prompt, _ in first] == ["Hello!", "It is raining."]
    assert sampler(10) == first
    randomised(model, 9)
    other = sampler(20)
    assert other != first
    written = [json.loads(line) for line in (tmp_path / "samples.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(row["prompt"], row["reply"]) for row in written] == [*first, *first, *other]
    assert [row["step"] for row in written] == [10] * 4 + [20] * 2
    assert stat.S_IMODE((tmp_path / "samples.jsonl").stat().st_mode) == 0o600


@pytest.mark.parametrize(("count", "want"), [(1, [0]), (3, [0, 2, 5]), (9, [0, 1, 2, 3, 4, 5])])
def test_prompts_are_first_turns_from_all_over_the_corpus(count: int, want: list[int], tokenizer: Tokenizer) -> None:
    texts = ["Hello!", "How are you?", "Good morning.", "It is cold.", "I like tea.", "What is your name?"]
    examples = [Example(lay_out(tokenizer, [Turn("user", text), Turn("assistant", "Yes.")]), 2) for text in texts]
    assert first_turns(examples, tokenizer, count) == [texts[place] for place in want]
