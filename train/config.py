"""Every setting that training alone needs, each with its default; the shape of the network is in ``chatbot.config``."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from chatbot.config import Config

CHECKPOINTS = "checkpoints"
"""In a run folder, where an unfinished training is saved."""


def is_unfinished(folder: Path) -> bool:
    """Whether a run folder holds a training that can go on."""
    return any((folder / CHECKPOINTS).glob("step-*"))


PRESETS: dict[str, dict[str, Any]] = {
    "tiny": {
        "units": 64, "embedding_size": 64, "layers": 1, "vocabulary_size": 1000, "memory_positions": 128,
        "dropout": 0.2, "passes": 40.0, "batch_positions": 2048, "learning_rate": 5e-3, "warmup_steps": 50,
    },
    "small": {
        "units": 256, "embedding_size": 192, "layers": 1, "vocabulary_size": 4000, "dropout": 0.3, "passes": 10.0,
        "batch_positions": 8192, "weight_decay": 0.01, "average": 0.995,
    },
    "base": {
        "units": 512, "embedding_size": 256, "layers": 2, "vocabulary_size": 8000, "dropout": 0.3, "passes": 6.0,
        "batch_positions": 8192, "weight_decay": 0.01, "average": 0.998,
    },
}  # fmt: skip
"""Settings that go together: to try things out in a minute or two, for a corpus of some ten thousand turns in an hour
or two on two cores, and for a larger one over night."""


@dataclasses.dataclass(frozen=True)
class TrainingConfig(Config):
    """How a model is trained."""

    passes: float = 3.0
    """How often the corpus is gone through, at the most."""
    batch_positions: int = 4096
    """Positions of a batch, padding included; long dialogues make narrow batches."""
    longest: int = 768
    """Positions of one training example; a longer dialogue is cut between turns into several."""
    learning_rate: float = 2e-3
    """Peak of the learning rate (Adam), reached after the warm-up and then lowered along a half cosine to 1 %."""
    warmup_steps: int = 200
    """Steps over which the learning rate rises from 0."""
    clip_norm: float = 1.0
    """Gradients are scaled down to this global norm (Pascanu et al. 2013)."""
    weight_decay: float = 0.0
    """Share of the learning rate by which every weight but the biases shrinks in a step (Loshchilov & Hutter 2019)."""
    average: float = 0.0
    """Momentum of the moving average of the weights that is validated and kept (0: the weights themselves)."""
    label_smoothing: float = 0.0
    """Share of the probability that is spread over all pieces in the loss (Szegedy et al. 2016)."""
    guidance: float = 0.0
    """Weight of a second loss, where a corpus knows which turn tells what a reply says (composed dialogues do): how
    little the decoder looks at it, or, if nothing tells it, away from all (Mi et al. 2016, equation 10)."""
    accumulate: int = 1
    """Batches whose gradients are averaged into one step of the optimizer."""
    mixed_precision: bool = False
    """Whether to compute in bfloat16, with weights and sums in float32 (Kalamkar et al. 2019): for a GPU
    that has it, or a processor (with AMX, 2.3 times as many tokens a second were measured)."""
    lowercase_share: float = 0.25
    """Share of the training dialogues that are put in lower case, as many people type."""
    invent: float = 0.0
    """Share of the training dialogues in which words that a reply repeats, unless they are common ones, are replaced by
    made-up words, so that copying is learned and not the words."""
    validation_share: float = 0.05
    """Share of the dialogues held out when no validation corpus is given, chosen by their content."""
    validate_every: int = 500
    """Steps between validations, at the most (a small corpus is validated every pass); the best weights are kept."""
    patience: int = 4
    """Validations without a better perplexity after which training stops."""
    seed: int = 1
    """Of the initial weights, dropout and the order of the dialogues."""

    def __post_init__(self) -> None:
        self._require("passes", 0 < self.passes < float("inf"), "more than 0")
        for name in ("batch_positions", "longest", "validate_every", "patience"):
            self._require(name, getattr(self, name) >= 1, "at least 1")
        self._require("learning_rate", 0 < self.learning_rate < float("inf"), "more than 0")
        self._require("warmup_steps", self.warmup_steps >= 0, "0 or more")
        self._require("clip_norm", self.clip_norm > 0, "more than 0")
        self._require("weight_decay", 0 <= self.weight_decay < 1, "from 0 to below 1")
        self._require("average", 0 <= self.average < 1, "from 0 to below 1")
        self._require("label_smoothing", 0 <= self.label_smoothing < 1, "from 0 to below 1")
        self._require("guidance", 0 <= self.guidance < float("inf"), "0 (none) or more")
        self._require("accumulate", self.accumulate >= 1, "at least 1")
        self._require("lowercase_share", 0 <= self.lowercase_share <= 1, "from 0 to 1")
        self._require("invent", 0 <= self.invent <= 1, "from 0 to 1")
        self._require("validation_share", 0 < self.validation_share < 1, "between 0 and 1")
        self._require("seed", self.seed >= 0, "0 or more")
