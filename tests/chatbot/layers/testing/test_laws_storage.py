"""Cells with one fault each that the laws of what is written down must catch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from keras import ops

from chatbot.layers import LSTMCell, SimpleRNNCell
from chatbot.layers.testing import LAWS, LawBroken, check_cell


class ForgetsItsOption(SimpleRNNCell):
    """An option of its own that ``get_config`` does not name."""

    fused = False

    def __init__(self, units: int, gain: float = 1.0, **kwargs: Any) -> None:
        super().__init__(units, **kwargs)
        self.gain = gain

    def advance(self, sums: Any, states: Any) -> Any:
        return (self.activation(self.gain * sums[0]),)


class ForgetsAnOption(LSTMCell):
    """An option of every cell that ``get_config`` does not name."""

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["recurrent_activation"]
        return config


class WritesTheDefault(LSTMCell):
    """Names an option, with another value than its own."""

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "activation": "tanh"}


class UnsavedWeight(SimpleRNNCell):
    """Something drawn at random that is no weight."""

    fused = False

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.hidden = np.random.default_rng().normal(size=self.units).astype("float32")

    def advance(self, sums: Any, states: Any) -> Any:
        return (self.activation(sums[0] * ops.cast(self.hidden, sums[0].dtype)),)


class NoLiteRT(SimpleRNNCell):
    """Of an operation that LiteRT does not have."""

    fused = False

    def advance(self, sums: Any, states: Any) -> Any:
        return (ops.erfinv(0.9 * ops.tanh(sums[0])),)


FAULTS = [
    (ForgetsItsOption, {}, "the configuration is complete"),
    (ForgetsItsOption, {"gain": 2.0}, "the configuration is complete"),
    (ForgetsItsOption, {"gain": 2.0}, "a saved model is the same"),
    (ForgetsAnOption, {}, "the configuration is complete"),
    (WritesTheDefault, {"activation": "relu"}, "the configuration is complete"),
    (UnsavedWeight, {}, "a saved model is the same"),
    (NoLiteRT, {}, "LiteRT gives the same"),
]


@pytest.mark.parametrize(("kind", "options", "law"), FAULTS)
def test_the_law_catches_the_fault(kind: Any, options: dict[str, Any], law: str, monkeypatch: Any) -> None:
    monkeypatch.setattr("chatbot.layers.testing.check.LAWS", {law: LAWS[law]})  # the others take their time
    with pytest.raises(LawBroken) as caught:
        check_cell(kind, **options)
    assert set(caught.value.broken) == {law}
    raised = any("expected no error" in finding for finding in caught.value.broken[law])
    assert raised is (kind is NoLiteRT)


def test_every_law_of_this_kind_is_seen_broken() -> None:
    of_this_kind = {name for name, law in LAWS.items() if law.__module__.endswith("laws_storage")}
    assert {law for *_, law in FAULTS} == of_this_kind


def test_the_option_that_is_left_out_is_named() -> None:
    with pytest.raises(LawBroken) as caught:
        check_cell(ForgetsItsOption)
    assert any("'gain'" in finding for finding in caught.value.broken["the configuration is complete"])
