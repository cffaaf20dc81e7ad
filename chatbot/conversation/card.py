"""What there is to say of a loaded model on one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from chatbot.bundle import Bundle
from chatbot.text.sanitize import one_line


@dataclass(frozen=True)
class ModelCard:
    """Facts of a bundle, safe to show."""

    name: str
    cell: str
    units: int
    layers: int
    size_bytes: int
    word_perplexity: float | None
    """On the dialogues that were held out in training; None if it was not recorded."""
    corpora: tuple[str, ...]
    parameters: int | None = None
    """None if it was not recorded."""

    @classmethod
    def of(cls, bundle: Bundle) -> Self:
        """The card of a bundle; metadata of an unexpected form is left out, not trusted."""
        validation = bundle.metadata.get("validation")
        perplexity = validation.get("word_perplexity") if isinstance(validation, dict) else None
        corpora = bundle.metadata.get("corpora")
        entries = corpora if isinstance(corpora, list) else ()
        named = [entry["name"] for entry in entries if isinstance(entry, dict) and "name" in entry]
        if isinstance(perplexity, bool) or not isinstance(perplexity, int | float):
            perplexity = None
        parameters = bundle.metadata.get("parameters")
        return cls(
            name=one_line(bundle.name),
            cell=one_line(bundle.model.cell),
            units=bundle.model.units,
            layers=bundle.model.layers,
            size_bytes=bundle.size_bytes,
            word_perplexity=None if perplexity is None else float(perplexity),
            corpora=tuple(one_line(str(name)) for name in named),
            parameters=parameters if isinstance(parameters, int) and not isinstance(parameters, bool) else None,
        )
