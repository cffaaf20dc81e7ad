"""A sentence on each plot, made of the figures: what it shows, and no more than that."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from train.compare.clipping import lower_with_clipping

Report = Mapping[str, Any]


def learning(report: Report) -> str:
    """On the learning curves."""
    cells = report["cells"]
    ends = ", ".join(f"{c['cell']} {c['learning']['curve'][-1]['val_perplexity']:.1f}" for c in cells)
    steps = {cell["steps"] for cell in cells}
    how = f"After {steps.pop():,} steps" if len(steps) == 1 else "After as many steps as the same time allows"
    return f"{how} the validation perplexity of words is: {ends}."


def perplexity(report: Report) -> str:
    """On the final perplexities: only what no interval leaves open is called a difference."""
    pairs = report["pairs"]
    if not pairs:
        return "There is one cell, and nothing to compare it with."
    real = [_pair(pair) for pair in pairs if pair["verdict"] != "no difference shown"]
    open_ = [" and ".join(pair["cells"]) for pair in pairs if pair["verdict"] == "no difference shown"]
    parts = ["; ".join(real)] if real else []
    if open_:
        parts.append(f"no difference is shown between {joined(open_, ', nor between ')}")
    over = "dialogues and seeds" if report["seeds"] > 1 else "dialogues"
    luck = (
        "" if report["seeds"] > 1 else " There is one seed: what is luck of the training, and not the cell, is unknown."
    )
    return f"{'; '.join(parts)} (paired bootstrap over {over}, 95 %).{luck}"


def _pair(pair: Mapping[str, Any]) -> str:
    better, worse = pair["cells"] if pair["verdict"] == "lower" else reversed(pair["cells"])
    low, high = sorted(abs(1 - bound) * 100 for bound in pair["interval"])
    if pair["verdict"] != "lower":
        low, high = sorted(abs(1 - 1 / bound) * 100 for bound in pair["interval"])
    return f"{better} is {low:.1f} to {high:.1f} % lower than {worse}"


def facts(report: Report) -> str:
    """On recall in dialogues."""
    parts = []
    for cell in report["cells"]:
        part = cell["facts"]
        parts.append(f"{cell['cell']} {_life(part['half_life_turns'], part['half_life_kind'], 'exchanges')}")
    chance = report["cells"][0]["facts"]["chance"]
    heard = [cell["cell"] for cell in report["cells"] if cell["facts"]["points"][0]["interval"][0] > chance]
    above = f"{joined(heard)} recall{'s' if len(heard) == 1 else ''}" if heard else "No cell recalls"
    return f"{above} more than chance ({chance:.0%}) when asked at once. Half-life: {'; '.join(parts)}."


def synthetic(report: Report, place: int) -> str:
    """On one form of the synthetic task."""
    parts = []
    for cell in report["cells"]:
        if cell["synthetic"]:
            part = cell["synthetic"][place]
            opened = " (no such gates)" if part["task"].endswith("opened") and not part["opened"] else ""
            life = _life(part["half_life"], part["half_life_kind"], "steps")
            parts.append(f"{cell['cell']}{opened} {life}")
    task = next(cell["synthetic"][place] for cell in report["cells"] if cell["synthetic"])
    how = {
        "growing": f"Taught on distances that grow to {task['longest']} steps",
        "alike": f"The same, with noise made of the symbols themselves, up to {task['longest']} steps",
        "each": "Trained anew for each distance, and on that alone",
        "each, opened": "The same, with the gates that keep opened first",
    }[task["task"]]
    return f"{how}: half-life {'; '.join(parts)}. A guess is right {task['chance']:.1%} of the time."


def _life(value: float, kind: str, unit: str) -> str:
    return {
        "at": f"{value:.1f} {unit}",
        "beyond": f"more than {value:.0f} {unit}",
        "within": f"less than half even after {value:.0f} {unit}",
        "none": "not above chance",
    }[kind]


def gradients(report: Report) -> str:
    """On the reach of gradients, at the end of the training."""
    parts = []
    for cell in report["cells"]:
        if cell["gradients"]:
            part = cell["gradients"]["end"]
            factor = f"× {part['factor']:.3g} a step" if part["fitted_steps"] > 1 else "no further than its own step"
            radius = f", spectral radius {max(part['spectral_radii']):.2f}" if part["spectral_radii"] else ""
            parts.append(f"{cell['cell']} {factor}{radius}")
    return f"At the end of the training the gradient goes back, fitted as an exponential: {'; '.join(parts)}."


def explosion(report: Report) -> str:
    """On the gradient of the vanilla cell by the gain of its recurrent matrix."""
    runs = report["explosion"]["runs"]
    parts = []
    for gain in sorted({run["gain"] for run in runs}):
        norms = [run["unclipped"]["highest_norm"] for run in runs if run["gain"] == gain]
        known = [norm for norm in norms if norm is not None]
        lost = f", {len(norms) - len(known)} of {len(norms)} no number" if len(known) < len(norms) else ""
        shown = f"{statistics.median(known):.3g}" if known else "none"
        parts.append(f"{shown} at gain {gain:g}{lost}")
    return f"The highest norm of the gradient without clipping, the median of each gain: {'; '.join(parts)}."


def mending(report: Report) -> str:
    """On what clipping comes to: every pair of the grid is counted."""
    runs, guess = report["explosion"]["runs"], report["explosion"]["guessing"]
    conditions = sorted({(run["gain"], run["rate"]) for run in runs})
    parts = []
    for gain, rate in conditions:
        some = [run for run in runs if (run["gain"], run["rate"]) == (gain, rate)]
        parts.append(f"{lower_with_clipping(some)} of {len(some)} at gain {gain:g}, rate {rate:g}")
    better = {way: sum((run[way]["last_loss"] or guess) < guess for run in runs) for way in ("clipped", "unclipped")}
    return (
        f"The clipped training ends with the lower loss in {lower_with_clipping(runs)} of {len(runs)} pairs: "
        f"{'; '.join(parts)}. Better than guessing are {better['clipped']} clipped and {better['unclipped']} unclipped."
    )


def states(report: Report) -> str:
    """On the return of a pushed state, and how much of the state is used."""
    parts = []
    for cell in report["cells"]:
        part = cell["states"]
        if part:
            time = part["return_time"]
            back = (
                f"{time} step{'s' if time != 1 else ''}" if time is not None else f"over {len(part['push_left']) - 1}"
            )
            parts.append(
                f"{cell['cell']} {back} ({part['effective_dimension']:.1f} of {part['units']} dimensions used)"
            )
    return f"Until less than 1/e of a push is left: {'; '.join(parts)}."


def gates(report: Report) -> str:
    """On the saturation of gates."""
    parts = [
        f"{cell['cell']}'s {gate} gate is open {part['mean']:.2f} on average"
        for cell in report["cells"]
        if cell["states"]
        for gate, part in cell["states"]["gates"].items()
        if gate == "kept"
    ]
    return f"{joined(parts)}." if parts else "No cell says what its gates do."


def growth(report: Report) -> str:
    """On the cost of talking in long conversations."""
    parts = []
    for cell in report["cells"]:
        points = cell["cost"]["growth"]
        times = points[-1]["milliseconds"] / points[0]["milliseconds"]
        parts.append(f"{cell['cell']} {times:.1f} times")
    first, last = (report["cells"][0]["cost"]["growth"][place]["pieces"] for place in (0, -1))
    note = ""
    if any(cell["cell"] == "transformer" for cell in report["cells"]):
        note = " The Transformer keeps no keys and values here: with such a cache its cost would still grow, but less."
    return f"A piece of a reply after {last:,} pieces takes, beside one after {first:,}: {', '.join(parts)}.{note}"


def joined(parts: Sequence[str], last: str = " and ") -> str:
    """One after another in a sentence."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])}{last}{parts[-1]}"
