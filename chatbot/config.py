"""Every setting of model, sampling and memory, each with its default, in frozen dataclasses.

A configuration is saved with the weights it belongs to.  Reading one back is strict: an unknown key, a wrong type or a
value out of range is refused, because a typo that silently means the default is worse than an error.
What training alone needs stands in ``train.config``.
"""

from __future__ import annotations

import ast
import dataclasses
import difflib
import inspect
import itertools
import textwrap
from collections.abc import Mapping
from typing import Any, Self, get_type_hints

from chatbot.errors import ConfigError


class Config:
    """Strict reading and writing, shared by all configurations (dataclasses whose fields are plain values)."""

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Build from a mapping.

        Raises:
            ConfigError: on an unknown key (the nearest known one is named), a wrong type or a value out of range.
        """
        assert dataclasses.is_dataclass(cls)
        known = cls.names()
        for key in values:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                hint = f"did you mean {near[0]!r}?" if near else "remove it"
                raise ConfigError(
                    f"{cls.__name__}: unknown setting {key!r}",
                    expected=f"one of {', '.join(sorted(known))}",
                    remedy=hint,
                )
        hints = get_type_hints(cls)
        return cls(**{key: _checked(cls.__name__, key, value, hints[key]) for key, value in values.items()})

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The names of the settings."""
        assert dataclasses.is_dataclass(cls)
        return tuple(field.name for field in dataclasses.fields(cls))

    @classmethod
    def describe(cls) -> dict[str, str]:
        """What the docstring under each setting says, by name: the one place where a setting is explained."""
        tree = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
        assert isinstance(tree, ast.ClassDef)
        texts = {}
        for field, below in itertools.pairwise(tree.body):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
                assert isinstance(below.value, ast.Constant)
                texts[field.target.id] = " ".join(str(below.value.value).split())
        return texts

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain values, ready for JSON."""
        assert dataclasses.is_dataclass(self)
        return dataclasses.asdict(self)

    def _require(self, name: str, holds: bool, expected: str) -> None:
        if not holds:
            raise ConfigError(
                f"{type(self).__name__}: {name} = {getattr(self, name)!r}", expected=expected, remedy=f"change {name}"
            )


def _checked(owner: str, key: str, value: Any, hint: Any) -> Any:
    """``value`` if it has the type that the field declares (an int also serves as a float), else a ConfigError."""
    allowed = getattr(hint, "__args__", (hint,))
    if isinstance(value, bool) and bool not in allowed:
        pass
    elif isinstance(value, allowed):
        return value
    elif float in allowed and isinstance(value, int) and abs(value) < 2**53:  # larger ones are not exact as floats
        return float(value)
    names = " or ".join(getattr(kind, "__name__", str(kind)) for kind in allowed)
    raise ConfigError(
        f"{owner}: {key} = {value!r} ({type(value).__name__})",
        expected=f"a value of type {names}",
        remedy=f"change {key}",
    )


COPYING = ("attended", "continued", "foreseen")


@dataclasses.dataclass(frozen=True)
class ModelConfig(Config):
    """The shape of the network; with the weights it is all that is needed to build it."""

    cell: str = "lstm"
    """The recurrent cell of encoder and decoder: rnn, lstm, gru, memoryless, lstm_layernorm, lstm_peephole, mingru, a
    cell that an installed package offers, or package.module:Class, a class of your own (it is imported from the current
    directory too, and so run)."""
    vocabulary_size: int = 6000
    """Number of sub-word pieces, the special symbols included."""
    embedding_size: int = 256
    """Features of a piece's embedding; the same table, transposed, makes the logits."""
    units: int = 256
    """Features of the recurrent state of every layer."""
    layers: int = 2
    """Recurrent layers of the encoder, and of the decoder, which starts from the encoder's state."""
    dropout: float = 0.1
    """Share of features zeroed between layers in training."""
    word_dropout: float = 0.0
    """Share of pieces whose embedding is zeroed as a whole in training (Gal & Ghahramani 2016, section 4.2)."""
    tied: bool = False
    """Whether the decoder runs on the recurrent layers of the encoder (Xia et al. 2019) instead of some of its own:
    fewer weights, each of which learns from all of the dialogue, and a shorter training step."""
    copying: str = "attended"
    """From where pieces are copied: attended, from where the decoder's attention looks (See et al. 2017); continued, by
    a pointer of its own that also goes on from the piece it copied last (as Grave et al. 2017); or foreseen, the same,
    where what would be copied is seen before it is decided whether to copy, so that a word ends where it ends."""
    sink: bool = False
    """Whether the decoder's attention may also look at nothing, so that what was never said shows as nothing found."""
    lookback: int = 0
    """Units of a layer that reads every turn from its end to its beginning, so that an annotation also knows what came
    after its piece (Schuster & Paliwal 1997; Bahdanau et al. 2015, section 3.2); 0 means that there is none."""
    hops: int = 1
    """How often the decoder asks the annotations for one piece, each time with what it found before (Sukhbaatar et al.
    2015, section 2.2)."""
    memory_positions: int = 256
    """How many of the last annotations the decoder can attend to; what is older survives in the state alone."""

    def __post_init__(self) -> None:
        for name in ("embedding_size", "units", "layers", "memory_positions"):
            self._require(name, getattr(self, name) >= 1, "at least 1")
        self._require("lookback", self.lookback >= 0, "0 (none) or more")
        alone = self.tied or self.layers == 1
        self._require(
            "hops", self.hops >= 1 and (self.hops == 1 or alone), "1, or more of a decoder tied or of 1 layer"
        )
        self._require("copying", self.copying in COPYING, f"one of {', '.join(COPYING)}")
        self._require("vocabulary_size", self.vocabulary_size >= 8, "at least 8")
        for name in ("dropout", "word_dropout"):
            self._require(name, 0 <= getattr(self, name) < 1, "from 0 up to, not including, 1")


@dataclasses.dataclass(frozen=True)
class SamplingConfig(Config):
    """How a reply is chosen from the model's distributions."""

    temperature: float = 0.5
    """Divides the log-probabilities before sampling; 0 means greedy: always the likeliest piece."""
    top_k: int = 40
    """Keep only the k likeliest pieces; 0 keeps all."""
    top_p: float = 0.9
    """Keep the smallest set of pieces whose probabilities sum to at least this; 1 keeps all."""
    seed: int | None = None
    """Seed of the random choices; None draws a new one each time."""
    no_repeat_ngram: int = 4
    """No run of this many pieces stands twice in a reply; 0 allows repetition."""
    min_length: int = 1
    """A reply has at least this many pieces."""
    max_length: int = 80
    """A reply is ended after this many pieces."""
    beams: int = 1
    """Width of the beam search; 1 means sampling (or greedy at temperature 0)."""
    length_penalty: float = 1.0
    """Exponent of the length normalisation of beam search (Wu et al. 2016, equation 14); 0 means none."""

    def __post_init__(self) -> None:
        self._require("temperature", 0 <= self.temperature < float("inf"), "0 (greedy) or more")
        self._require("top_k", self.top_k >= 0, "0 (all) or more")
        self._require("top_p", 0 < self.top_p <= 1, "more than 0, at most 1")
        self._require("seed", self.seed is None or self.seed >= 0, "0 or more, or none")
        self._require("no_repeat_ngram", self.no_repeat_ngram >= 0, "0 (off) or more")
        self._require("min_length", self.min_length >= 1, "at least 1")
        self._require("max_length", self.max_length >= self.min_length, f"at least min_length ({self.min_length})")
        self._require("beams", self.beams >= 1, "at least 1")
        self._require("length_penalty", 0 <= self.length_penalty <= 10, "from 0 (none) to 10")
