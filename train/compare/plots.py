"""The plots of a report, each made of its figures alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from train.compare import sentences
from train.compare.figures import Figure, Spec, axis, band, chooser, colour, line, points_with_bars, rule, spec

Report = Mapping[str, Any]
_TITLES = {
    "growing": "Synthetic recall, taught from short to long",
    "alike": "Synthetic recall, noise of the same alphabet",
    "each": "Synthetic recall, each distance learned alone",
    "each, opened": "Synthetic recall, each distance alone, gates opened first",
}


def figures(report: Report) -> list[Figure]:
    """All plots for which there are figures, in the order in which they are shown."""
    if not report["cells"]:
        return []
    makers: tuple[Callable[[Report], list[Figure]], ...] = (
        _learning, _perplexity, _facts, _synthetic, _gradients, _explosion, _states, _gates, _growth,
    )  # fmt: skip
    return [figure for make in makers for figure in make(report)]


def _names(report: Report) -> list[str]:
    return [cell["cell"] for cell in report["cells"]]


def _with(report: Report, part: str) -> list[Any]:
    return [cell for cell in report["cells"] if cell[part]]


def _learning(report: Report) -> list[Figure]:
    rows = [{"cell": cell["cell"], **point} for cell in report["cells"] for point in cell["learning"]["curve"]]
    names = _names(report)
    x = {
        "field": "x",
        "type": "quantitative",
        "title": "steps, tokens or seconds of training",
        "axis": {"format": "~s"},
    }
    drawn = line(x, axis("val_perplexity", "validation word perplexity", log=True), names, ("step", "val_perplexity"))
    found = spec(rows, names, drawn, params=[chooser("by", ("step", "tokens", "seconds"), "by ")])
    found["transform"] = [{"calculate": "datum[by]", "as": "x"}]
    return [Figure("learning", "Learning", found, sentences.learning(report))]


def _perplexity(report: Report) -> list[Figure]:
    rows = [
        {"cell": cell["cell"], "value": part["perplexity"], "low": part["interval"][0], "high": part["interval"][1]}
        for cell in report["cells"]
        for part in (cell["learning"],)
    ]
    drawn = points_with_bars(rows, _names(report), "word perplexity, 95 % interval (lower is better)")
    return [Figure("perplexity", "What was learned", drawn, sentences.perplexity(report))]


def _facts(report: Report) -> list[Figure]:
    rows = [
        {"cell": cell["cell"], **point, "low": point["interval"][0], "high": point["interval"][1]}
        for cell in report["cells"]
        for point in cell["facts"]["points"]
    ]
    names, chance = _names(report), report["cells"][0]["facts"]["chance"]
    x = {"field": "x", "type": "quantitative", "title": "exchanges or pieces between telling and asking"}
    y = axis("recall", "recalled", domain=(0, 1))
    drawn = spec(
        rows,
        names,
        band(x, "low", "high", names),
        line(x, y, names, ("turns", "tokens", "recall")),
        rule(chance, "chance"),
        params=[chooser("by", ("turns", "tokens"), "by ")],
    )
    drawn["transform"] = [{"calculate": "datum[by]", "as": "x"}]
    return [Figure("facts", "Recall of a fact in a dialogue", drawn, sentences.facts(report))]


def _synthetic(report: Report) -> list[Figure]:
    cells, found = _with(report, "synthetic"), []
    for place, task in enumerate(cells[0]["synthetic"] if cells else ()):
        rows = [
            {"cell": cell["cell"], "distance": distance, "recall": recall}
            for cell in cells
            for distance, recall in zip(
                cell["synthetic"][place]["distances"], cell["synthetic"][place]["recall"], strict=True
            )
        ]
        x, y = axis("distance", "steps between showing and asking", log=True), axis("recall", "recalled", domain=(0, 1))
        drawn = spec(
            rows, _names(report), line(x, y, _names(report), ("distance", "recall")), rule(task["chance"], "chance")
        )
        name = "synthetic-" + task["task"].replace(", ", "-")
        found.append(Figure(name, _TITLES[task["task"]], drawn, sentences.synthetic(report, place)))
    return found


def _gradients(report: Report) -> list[Figure]:
    rows = [
        {"cell": cell["cell"], "stage": stage, "lag": lag, "norm": norm}
        for cell in _with(report, "gradients")
        for stage, part in cell["gradients"].items()
        for lag, norm in zip(part["lags"], part["norms"], strict=True)
        if norm is not None and norm > 1e-20
    ]
    if not rows:
        return []
    names = _names(report)
    x, y = axis("lag", "T − t, steps back"), axis("norm", "‖∂loss(T)/∂s(t)‖", log=True)
    y["axis"] = {"format": ".0e"}
    stages = ("end", "middle", "start")
    drawn = spec(
        rows,
        names,
        line(x, y, names, ("lag", "norm"), points=False),
        params=[chooser("stage", stages, "training: ")],
    )
    drawn["transform"] = [{"filter": "datum.stage == stage"}]
    return [Figure("gradients", "How far gradients reach", drawn, sentences.gradients(report))]


def _explosion(report: Report) -> list[Figure]:
    guess, names = report["explosion"]["guessing"], ["clipped", "unclipped"]
    rows = [
        {"cell": way, **{name: run[name] for name in ("gain", "rate", "seed")}, **run[way]}
        for run in report["explosion"]["runs"]
        for way in names
    ]
    norms = [row for row in rows if row["highest_norm"] is not None and row["highest_norm"] > 0]
    losses = [row for row in rows if row["last_loss"] is not None]
    if not norms or not losses:
        return []
    norm = {**axis("highest_norm", "highest norm of the gradient", log=True), "axis": {"format": ".0e"}}
    loss = axis("last_loss", "loss at the end")
    return [
        Figure(
            "explosion",
            "A vanilla cell: gradients by gain",
            spec(norms, names, _strip(norm)),
            sentences.explosion(report),
        ),
        Figure(
            "mending",
            "A vanilla cell: what clipping comes to",
            spec(losses, names, _strip(loss), rule(guess, "guessing")),
            sentences.mending(report),
        ),
    ]


def _strip(y: Spec) -> Spec:
    """Every run as a point, those of a gain beside each other."""
    ways = ["clipped", "unclipped"]
    return {
        "mark": {"type": "point", "filled": True, "size": 60, "opacity": 0.75},
        "encoding": {
            "x": {
                "field": "gain",
                "type": "ordinal",
                "title": "gain of the recurrent matrix",
                "axis": {"labelAngle": 0},
            },
            "xOffset": {"field": "cell", "scale": {"domain": ways}},
            "y": y,
            "color": colour(ways),
            "tooltip": [{"field": name} for name in ("cell", "gain", "rate", "seed", "highest_norm", "last_loss")],
        },
    }


def _states(report: Report) -> list[Figure]:
    rows = [
        {"cell": cell["cell"], "step": step, "left": left}
        for cell in _with(report, "states")
        for step, left in enumerate(cell["states"]["push_left"])
        if left > 1e-12
    ]
    if not rows:
        return []
    names = _names(report)
    y = {**axis("left", "share of a push that is left", log=True), "axis": {"format": ".0e"}}
    drawn = spec(rows, names, line(axis("step", "steps since the push"), y, names, ("step", "left"), points=False))
    return [Figure("states", "How a pushed state returns", drawn, sentences.states(report))]


def _gates(report: Report) -> list[Figure]:
    rows = [
        {"cell": cell["cell"], "gate": f"{cell['cell']}: {gate}", "share": part[side], "side": side}
        for cell in _with(report, "states")
        for gate, part in cell["states"]["gates"].items()
        for side in ("low", "high")
    ]
    if not rows:
        return []
    y: Spec = {"field": "gate", "type": "nominal", "title": None, "sort": None, "axis": {"labelLimit": 200}}
    sides = {"field": "side", "scale": {"domain": ["low", "high"], "range": ["#56b4e9", "#d55e00"]}}
    bars = {
        "mark": "bar",
        "encoding": {
            "y": y,
            "x": {
                **axis("share", "share of the time below 0.1 (low) or above 0.9 (high)", domain=(0, 1)),
                "stack": True,
            },
            "color": sides,
            "tooltip": [{"field": name} for name in ("gate", "side", "share")],
        },
    }
    drawn = {**spec(rows, _names(report), bars), "height": 26 * len({row["gate"] for row in rows}) + 20}
    return [Figure("gates", "Saturated gates", drawn, sentences.gates(report))]


def _growth(report: Report) -> list[Figure]:
    rows = [{"cell": cell["cell"], **point} for cell in report["cells"] for point in cell["cost"]["growth"]]
    names = _names(report)
    x = axis("pieces", "pieces of conversation so far", log=True)
    y = axis("milliseconds", "milliseconds for each piece of a reply", log=True)
    drawn = spec(rows, names, line(x, y, names, ("pieces", "milliseconds")))
    return [Figure("growth", "Cost of talking as a conversation grows", drawn, sentences.growth(report))]
