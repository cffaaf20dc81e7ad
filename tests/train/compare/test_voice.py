"""Both ways of talking: the yardstick's next-piece distribution is the one it is scored by, bundles speak as always."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from chatbot.config import SamplingConfig
from chatbot.text.template import Turn, encode_turn, layout_of
from chatbot.text.tokenizer import ASSISTANT, Tokenizer
from train.compare.transformer import Transformer
from train.compare.voice import answer, of_bundle, of_transformer

if TYPE_CHECKING:
    from chatbot.bundle import Bundle
    from chatbot.config import ModelConfig

TURNS = [Turn("user", "hello there"), Turn("assistant", "hi!"), Turn("user", "how are you?")]


@pytest.fixture
def yardstick(tiny_config: ModelConfig, randomised: Any) -> Transformer:
    return randomised(Transformer(tiny_config), 2)


def test_the_next_piece_has_the_probability_that_it_is_scored_with(
    yardstick: Transformer, tokenizer: Tokenizer
) -> None:
    ids = [i for turn in TURNS for i in encode_turn(tokenizer, turn)]
    reply = encode_turn(tokenizer, Turn("assistant", "fine"))
    layout = layout_of([*ids, *reply])
    scores = np.asarray(yardstick({"ids": layout.ids[None], "starts": layout.starts[None]}))[0]
    speaker, said = of_transformer(yardstick)(ids), ()
    for place, token in enumerate(reply[:-1]):
        log_probs, said = speaker._step(token, said)
        assert np.exp(log_probs).sum() == pytest.approx(1, abs=1e-3)
        assert log_probs[reply[place + 1]] == pytest.approx(scores[len(ids) + place], abs=1e-3)


def test_replies_hang_on_the_seed_alone(yardstick: Transformer, bundle_float32: Bundle, tokenizer: Tokenizer) -> None:
    sampling = SamplingConfig(temperature=1.0, seed=5, max_length=6)
    for speaks in (of_transformer(yardstick), of_bundle(bundle_float32, tokenizer)):
        assert answer(speaks, tokenizer, TURNS, sampling) == answer(speaks, tokenizer, TURNS, sampling)


def test_nothing_has_to_be_said_before(yardstick: Transformer, tokenizer: Tokenizer) -> None:
    log_probs, said = of_transformer(yardstick)([])._step(ASSISTANT, ())
    assert np.isfinite(log_probs).all()
    assert said == (ASSISTANT,)
    assert len(log_probs) == tokenizer.vocabulary_size
