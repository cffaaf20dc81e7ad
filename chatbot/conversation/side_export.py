"""A comparison as Markdown to read and as JSON to count with; what was said acts on nothing in either."""

from __future__ import annotations

import json

from chatbot.conversation.export import escaped
from chatbot.conversation.rows import storable
from chatbot.conversation.side import Answer
from chatbot.conversation.side_by_side import SideBySide
from chatbot.errors import UsageError
from chatbot.text.sanitize import one_line

FORMAT = 1
"""Of the JSON."""


def markdown(comparison: SideBySide) -> str:
    """All that was said, message by message; it ends with a line break.

    Raises:
        UsageError: if nothing was said.
    """
    _require_something(comparison)
    lines = ["# Comparison", "", f"Every reply is drawn from seed {comparison.seed}.", ""]
    lines += [f"{n}. **{escaped(side.label)}**: {side.described}" for n, side in enumerate(comparison.sides, start=1)]
    for number, exchange in enumerate(comparison.log, start=1):
        lines += ["", f"## {number}. {escaped(one_line(exchange.said))}", ""]
        for side, answer in zip(comparison.sides, exchange.answers, strict=True):
            lines += [f"- **{escaped(side.label)}**: {_answered(answer)}"]
    return "\n".join(lines) + "\n"


def _answered(answer: Answer) -> str:
    said = escaped(one_line(answer.text)) if answer.text else "nothing"
    return f"{said}  \n  {escaped(answer.summary)}" if answer.summary else said


def to_json(comparison: SideBySide) -> str:
    """The same with every figure; all of it is ASCII.

    Raises:
        UsageError: if nothing was said.
    """
    _require_something(comparison)
    sides = [
        {
            "name": storable(side.name),
            "cell": card.cell,
            "units": card.units,
            "layers": card.layers,
            "parameters": card.parameters,
            "size_bytes": card.size_bytes,
            "sampling": {**side.conversation.sampling.to_dict(), "seed": side.changes.get("seed", comparison.seed)},
        }
        for side in comparison.sides
        for card in [side.conversation.model]
    ]
    messages = [
        {"user": storable(exchange.said), "answers": [_figures(answer) for answer in exchange.answers]}
        for exchange in comparison.log
    ]
    return json.dumps({"format": FORMAT, "models": sides, "messages": messages}, indent=2) + "\n"


def _figures(answer: Answer) -> dict[str, object]:
    values = {**vars(answer), "text": storable(answer.text), "gates": dict(answer.gates)}
    return {name: value for name, value in values.items() if value is not None and value is not False}


def _require_something(comparison: SideBySide) -> None:
    if not comparison.log:
        raise UsageError("nothing was said yet", expected="a message and replies", remedy="say something first")
