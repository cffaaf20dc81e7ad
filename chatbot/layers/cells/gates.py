"""What the gates of a cell do in a step, under names that mean the same for every cell; for looking, not for training.

    kept      share of the old state that stays
    written   share of the candidate that comes in
    shown     share of the state that the output lets be seen
    reset     share of the old state that the candidate sees

A cell says it in ``Cell.shown_gates``; one that has no gates, or says nothing, has none of them.
"""

from __future__ import annotations

from chatbot.layers.cells.base import Cell, States
from chatbot.layers.cells.products import Tensor, biased, blocks

GATES = ("kept", "written", "shown", "reset")
"""All names there are, in the order in which they are shown."""


def shows_gates(cell: Cell) -> bool:
    """Whether the cell says what its gates do, and means its own equations: what it inherits says nothing of others."""
    order = type(cell).__mro__
    said = _place(order, "shown_gates")
    return order[said] is not Cell and all(said <= _place(order, name) for name in ("advance", "step"))


def gates_of(cell: Cell, projected: Tensor, states: States) -> dict[str, Tensor]:
    """The gates in one step, by name.

    Args:
        cell: Built.
        projected: What ``Cell.project`` made of this step's inputs, [batch, gates × units].
        states: The states at t-1, each [batch, units].

    Returns:
        Each a share from 0 to 1 (with the usual gate functions), [batch, units]; empty if the cell says nothing.
    """
    if not shows_gates(cell):
        return {}
    kernel = getattr(cell, "recurrent_kernel", None)
    if kernel is None:  # its gates see the inputs alone
        return cell.shown_gates(blocks(projected, cell.gates, axis=-1), states)
    product = biased(states[0] @ kernel, cell.recurrent_bias)
    return cell.shown_gates(cell.sums(projected, product, axis=-1), states)


def _place(order: tuple[type, ...], name: str) -> int:
    return next(place for place, base in enumerate(order) if name in vars(base))
