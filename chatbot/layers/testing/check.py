"""The table of laws, and ``check_cell``, which holds a cell against all of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from chatbot.errors import LayerError
from chatbot.layers.cells.base import Cell
from chatbot.layers.testing import laws_gradient, laws_sequence, laws_step, laws_storage
from chatbot.layers.testing.compare import Findings
from chatbot.layers.testing.gradients import uncompiled
from chatbot.layers.testing.laws_gradient import LeftOut
from chatbot.layers.testing.subject import Subject

LAWS: dict[str, Callable[[Subject], Findings]] = {
    "shapes and dtypes": laws_step.shapes_and_dtypes,
    "the state is carried": laws_step.the_state_is_carried,
    "rows are independent": laws_step.rows_are_independent,
    "no step sees a later one": laws_step.no_step_sees_a_later_one,
    "step = sequence": laws_sequence.a_step_is_a_sequence,
    "a mask holds the state": laws_sequence.a_mask_holds_the_state,
    "what is masked reaches nothing": laws_sequence.what_is_masked_reaches_nothing,
    "a sequence can be cut in two": laws_sequence.a_sequence_can_be_cut_in_two,
    "restarts replace the state": laws_sequence.restarts_replace_the_state,
    "the gradient of a step": laws_gradient.the_gradient_of_a_step,
    "the gradient by hand": laws_gradient.the_gradient_by_hand,
    "the gradient of a sequence": laws_gradient.the_gradient_of_a_sequence,
    "every way is the same": laws_gradient.every_way_is_the_same,
    "half precision": laws_sequence.half_precision_stays_near,
    "the configuration is complete": laws_storage.the_configuration_is_complete,
    "a saved model is the same": laws_storage.a_saved_model_is_the_same,
    "LiteRT gives the same": laws_storage.litert_gives_the_same,
}
"""Every law by its name; what it says is the first line of its docstring."""

_COMPILED = {"step = sequence"}
"""A cell must bear to be compiled, which one law is enough to see."""
_LONGEST, _MOST = 400, 6
"""Characters of a message of somebody else's, and findings of one law, that are shown."""


class LawBroken(AssertionError):  # noqa: N818 (what is raised is a finding, as by any assertion)
    """A cell breaks laws.

    Args:
        cell: The name of its class.
        broken: For each broken law, by its name in ``LAWS``, what was expected and what was found.
    """

    def __init__(self, cell: str, broken: Mapping[str, list[str]]) -> None:
        self.broken = dict(broken)
        lines = [f"{cell} breaks {len(broken)} of {len(LAWS)} laws:"]
        for name, findings in broken.items():
            lines.append(f"  {name}: {(LAWS[name].__doc__ or '').splitlines()[0]}")
            lines += [f"    {finding}" for finding in findings[:_MOST]]
            lines += [f"    and {len(findings) - _MOST} more"] if len(findings) > _MOST else []
        super().__init__("\n".join(lines))


def check_cell(kind: type[Cell], /, units: int = 5, features: int = 3, **options: Any) -> tuple[str, ...]:
    """Hold a cell against every law of ``LAWS``, with random weights and numbers that are always the same.

    Args:
        kind: The class.  One whose state carries nothing says so by ``memoryless = True``.
        units: Features of its state; from 2 on, so that a mistaken order shows.
        features: Features of its inputs.
        **options: What its constructor takes besides.

    Returns:
        The laws that were left out, each with the reason: those of gradients by hand for a cell that has none, and that
        of LiteRT where Keras runs on JAX.

    Raises:
        LawBroken: if any law is broken; it lists all of them with numbers.
        LayerError: if ``kind`` is not a sub-class of ``Cell``.
    """
    if not (isinstance(kind, type) and issubclass(kind, Cell)):
        raise LayerError(f"a cell {kind!r}", expected="a sub-class of chatbot.layers.Cell", remedy="pass the class")
    subject = Subject(kind, units, features, options)
    broken: dict[str, list[str]] = {}
    left_out = []
    for name, law in LAWS.items():
        try:
            with contextlib.nullcontext() if name in _COMPILED else uncompiled():
                findings = list(law(subject))
        except LeftOut as reason:
            left_out.append(f"{name}: left out, {reason}")
        except Exception as error:  # whatever a cell raises is what was found
            findings = [f"expected no error, found {type(error).__name__}: {' '.join(str(error).split())[:_LONGEST]}"]
            broken[name] = findings
        else:
            if findings:
                broken[name] = findings
    if broken:
        raise LawBroken(kind.__name__, broken)
    return tuple(left_out)
