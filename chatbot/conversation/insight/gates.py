"""What the gates did with a token: their means, and a sentence of what that means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chatbot.runtime.engine import Gates

ORDER = ("kept", "written", "shown", "reset")
"""Names that ``chatbot.layers.cells.gates`` gives, in the order in which they are shown; others come after them."""
NO_GATES = "This model's cell has no gates, or its bundle does not show them."


@dataclass(frozen=True)
class Opening:
    """How far the gates were open for one token: mean over the units."""

    layers: tuple[dict[str, float], ...]
    """For each layer by the name of the gate."""

    @property
    def mean(self) -> dict[str, float]:
        """Over the layers."""
        return {name: sum(layer[name] for layer in self.layers) / len(self.layers) for name in self.layers[0]}


def opening(gates: Gates) -> Opening:
    """The means over the units of gates [layers, units]."""
    names = sorted(gates, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
    means = {name: np.mean(gates[name], axis=-1) for name in names}
    layers = len(next(iter(means.values())))
    return Opening(tuple({name: float(means[name][layer]) for name in names} for layer in range(layers)))


def sentence(openings: Sequence[Opening | None], what: str) -> str:
    """What the gates did over some tokens, in one sentence; ``what`` names those, as in “the”, and is safe to show."""
    known = [found.mean for found in openings if found is not None]
    if not known:
        return NO_GATES
    mean = {name: sum(one[name] for one in known) / len(known) for name in known[0]}
    said = []
    if "kept" in mean:
        said.append(f"kept {mean['kept']:.0%} of what it held")
    if "written" in mean:
        said.append(f"wrote in {mean['written']:.0%} of what is new")
    if "shown" in mean:
        said.append(f"let {mean['shown']:.0%} of it be seen")
    if "reset" in mean:
        said.append(f"looked back at {mean['reset']:.0%} of the old for the new")
    said += [f"had {name} {value:.0%} open" for name, value in mean.items() if name not in ORDER]
    meant = _meaning(mean)
    return f"At {what} the memory {_listed(said)}{f': {meant}' if meant else ''}."


def _meaning(mean: dict[str, float]) -> str:
    if "kept" not in mean or "written" not in mean:
        return ""
    kept, written = mean["kept"], mean["written"]
    if kept >= 0.7:
        return "it held on, and took in a lot beside it" if written >= 0.5 else "it held on to what it knew"
    if kept <= 0.4:
        return "it let go for something new" if written >= 0.4 else "it let go, and took in little"
    return "old and new were mixed"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
