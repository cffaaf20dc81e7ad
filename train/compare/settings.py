"""The conditions that all cells of a comparison share, and the presets of them."""

from __future__ import annotations

import dataclasses
from typing import Any

from chatbot.config import ModelConfig
from train.config import TrainingConfig

MATCHES = ("params", "units", "time")
NEVER = 10**9
"""Validations without progress that end a training: every cell makes all of its steps."""


@dataclasses.dataclass(frozen=True)
class Settings:
    """What is the same for every cell."""

    units: int = 64
    """Of the LSTM whose number of parameters all others get (``params``, ``time``), or of every cell (``units``)."""
    match: str = "params"
    """What is equal: the parameters and the steps, the units and the steps, or the parameters and the time."""
    embedding_size: int = 64
    layers: int = 1
    vocabulary_size: int = 800
    memory_positions: int = 96
    """How far back attention sees; what is older survives in the state alone."""
    dropout: float = 0.1
    steps: int = 150
    """Of training; for ``time`` those of the LSTM, by which the time is measured."""
    batch_positions: int = 2048
    longest: int = 512
    learning_rate: float = 5e-3
    warmup_steps: int = 30
    validation_share: float = 0.1
    validations: int = 8
    """Of the training, evenly spread; they make the learning curves."""
    fact_gaps: tuple[int, ...] = (0, 1, 2, 4, 8)
    """Exchanges between telling a fact and asking for it."""
    fact_scripts: int = 24
    """Of each gap."""
    distances: tuple[int, ...] = (1, 2, 5, 10, 20, 50, 100, 200)
    """Of the synthetic task."""
    synthetic_units: int = 48
    """Of the LSTM whose parameters the readers of the synthetic task get."""
    synthetic_steps: int = 300
    synthetic_longest: int = 50
    """Steps of noise that are trained on."""
    reach_steps: int = 100
    """T of the gradient ∂loss(T)/∂h(t)."""
    prompts: int = 24
    """Answered to see how varied replies are."""
    history: tuple[int, ...] = (32, 128, 512)
    """Pieces of conversation after which a turn is timed."""

    def model(self, cell: str, units: int, vocabulary_size: int) -> ModelConfig:
        """The shape of the network of a cell."""
        return ModelConfig(
            cell=cell,
            units=units,
            vocabulary_size=vocabulary_size,
            embedding_size=self.embedding_size,
            layers=self.layers,
            dropout=self.dropout,
            memory_positions=self.memory_positions,
        )

    def training(self, seed: int, passes: float = 1.0, steps: int | None = None) -> TrainingConfig:
        """How a cell is trained; ``passes`` is what the steps come to."""
        return TrainingConfig(
            passes=passes,
            batch_positions=self.batch_positions,
            longest=self.longest,
            learning_rate=self.learning_rate,
            warmup_steps=self.warmup_steps,
            validation_share=self.validation_share,
            validate_every=max(1, -(-(steps or self.steps) // self.validations)),
            patience=NEVER,
            seed=seed,
        )

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain values, ready for JSON."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in dataclasses.asdict(self).items()}


PRESETS: dict[str, Settings] = {
    "smoke": Settings(),
    "small": Settings(
        units=128, embedding_size=128, vocabulary_size=2000, memory_positions=128, dropout=0.2, steps=2000,
        batch_positions=4096, longest=768, learning_rate=4e-3, warmup_steps=100, validations=16, validation_share=0.05,
        fact_gaps=(0, 1, 2, 4, 8, 16, 24), fact_scripts=100, distances=(1, 2, 5, 10, 20, 50, 100, 200, 500),
        synthetic_units=48, synthetic_steps=3000, synthetic_longest=200, reach_steps=200, prompts=100,
        history=(32, 128, 512, 2048),
    ),
    "base": Settings(
        units=256, embedding_size=192, vocabulary_size=4000, memory_positions=256, dropout=0.2, steps=8000,
        batch_positions=8192, longest=1024, learning_rate=3e-3, warmup_steps=200, validations=20, validation_share=0.05,
        fact_gaps=(0, 1, 2, 4, 8, 16, 24, 32), fact_scripts=200, distances=(1, 2, 5, 10, 20, 50, 100, 200, 500),
        synthetic_units=48, synthetic_steps=6000, synthetic_longest=200, reach_steps=400, prompts=200,
        history=(32, 128, 512, 2048, 4096),
    ),
}  # fmt: skip
"""Sizes: to see that everything works, for an evening, and for a night on two cores."""
