"""What several tests share: the sample corpus, a tiny tokenizer, tiny models with random weights, tiny bundles.

TensorFlow is imported inside the fixtures that need it, so that tests of plain code start at once.
"""

from __future__ import annotations

import os
import sqlite3  # noqa: F401 - before TensorFlow, which brings symbols of one without full-text search

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
if "PYTEST_XDIST_WORKER" in os.environ:  # there is a process for every core, and threads of theirs would contend
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from chatbot.config import ModelConfig

if TYPE_CHECKING:
    from chatbot.bundle import Bundle
    from chatbot.model import Seq2Seq
    from chatbot.text.tokenizer import Tokenizer
    from train.corpora import Dialogue

    MakeModel = Callable[..., Seq2Seq]

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session", autouse=True)
def cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing is prepared in the cache of whoever runs the tests, and nothing found there; nor are their settings."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def sample_path() -> Path:
    """The small corpus that tests train on."""
    return ROOT / "data" / "sample.jsonl"


@pytest.fixture(scope="session")
def dialogues(sample_path: Path) -> list[Dialogue]:
    """The dialogues of the small corpus."""
    from train.corpora.corpus import Reading, dialogues
    from train.corpora.places import Place

    return list(dialogues(Place(str(sample_path)), Reading(), lambda skip: pytest.fail(str(skip))))


@pytest.fixture(scope="session")
def tokenizer(dialogues: list[Dialogue]) -> Tokenizer:
    """A tokenizer of 600 pieces."""
    from train.tokenizer import train_tokenizer

    return train_tokenizer((turn.text for dialogue in dialogues for turn in dialogue.turns), 600)


@pytest.fixture(scope="session")
def tiny_config(tokenizer: Tokenizer) -> ModelConfig:
    """The shape of a network small enough for any test."""
    return ModelConfig(
        vocabulary_size=tokenizer.vocabulary_size,
        embedding_size=12,
        units=16,
        layers=2,
        dropout=0.0,
        memory_positions=24,
    )


@pytest.fixture(scope="session")
def randomised() -> Callable[[Any, int], Any]:
    """Gives every weight of a Keras layer or model, the biases too, a random value; the layer itself is returned."""

    def randomise(layer: Any, seed: int = 0) -> Any:
        rng = np.random.default_rng(seed)
        for variable in layer.trainable_variables:
            scale = 0.8 / np.sqrt(variable.shape[0]) if len(variable.shape) > 1 else 0.4
            variable.assign(rng.normal(scale=scale, size=variable.shape).astype(np.float32))
        return layer

    return randomise


@pytest.fixture(scope="session")
def make_model(tiny_config: ModelConfig, randomised: Callable[[Any, int], Any]) -> MakeModel:
    """A new tiny model with random weights; keywords change its configuration."""

    def make(seed: int = 0, **changes: Any) -> Seq2Seq:
        from chatbot.model import Seq2Seq

        return randomised(Seq2Seq(ModelConfig.from_dict({**tiny_config.to_dict(), **changes})), seed)

    return make


@pytest.fixture(scope="session")
def make_bundle_of(make_model: MakeModel, tokenizer: Tokenizer) -> Callable[[str], Bundle]:
    """The bundle of a tiny LSTM with random weights, in the precision that is named; each is made once."""
    made: dict[str, Bundle] = {}

    def make(precision: str) -> Bundle:
        from train.export import make_bundle

        if precision not in made:
            made[precision] = make_bundle(
                make_model(), tokenizer, name="tiny", metadata={"corpora": ["sample"]}, precision=precision
            )
        return made[precision]

    return make


@pytest.fixture(scope="session")
def bundle_float32(make_bundle_of: Callable[[str], Bundle]) -> Bundle:
    """A whole bundle whose graph computes in float32."""
    return make_bundle_of("float32")


@pytest.fixture(scope="session")
def bundle_int8(make_bundle_of: Callable[[str], Bundle]) -> Bundle:
    """A whole bundle with 8-bit weights in its graph; the same model as ``bundle_float32``."""
    return make_bundle_of("int8")
