"""From the name of a cell to a model of it: the product's own, or the yardstick."""

from __future__ import annotations

import hashlib
import inspect

import keras

from chatbot.errors import ConfigError
from chatbot.layers import CELLS, find_cell, make_cell
from chatbot.model import Seq2Seq
from train.compare.matching import Match, match_units
from train.compare.settings import Settings
from train.compare.transformer import NAME as TRANSFORMER
from train.compare.transformer import Transformer

REFERENCE = "lstm"
"""The cell whose number of parameters all others get, compared or not: so adding a cell changes no other."""


def known_cells(names: str) -> list[str]:
    """The cells of a list with commas, each once; modules of the user's are imported.

    Raises:
        ConfigError: if there is none, or one is no cell.
    """
    found = list(dict.fromkeys(name.strip() for name in names.split(",") if name.strip()))
    if not found:
        raise ConfigError(
            f"--cells {names!r}", expected=f"some of {', '.join([*CELLS, TRANSFORMER])}", remedy="name at least one"
        )
    for name in found:
        if name != TRANSFORMER:
            _check(name)
    return found


def _check(name: str) -> None:
    try:
        find_cell(name)
        make_cell(name, 1)
    except ConfigError as error:
        offers = error.expected.replace("one of ", f"one of {TRANSFORMER}, ", 1)
        raise ConfigError(error.received, expected=offers, remedy=error.remedy) from error


def make_model(settings: Settings, cell: str, units: int, vocabulary_size: int) -> Seq2Seq:
    """A new model, not compiled."""
    config = settings.model("lstm" if cell == TRANSFORMER else cell, units, vocabulary_size)
    return Transformer(config) if cell == TRANSFORMER else Seq2Seq(config)


def units_for(settings: Settings, cell: str, vocabulary_size: int) -> Match:
    """The units of a cell, as ``settings.match`` says, and the parameters that come of it.

    Raises:
        ConfigError: if no number of units comes close enough; it says what is possible.
    """

    def count(units: int) -> int:
        return _count(settings, cell, units, vocabulary_size)

    if settings.match == "units":
        return Match(settings.units, count(settings.units))
    target = _count(settings, REFERENCE, settings.units, vocabulary_size)
    match = match_units(cell, count, target)
    keras.backend.clear_session()
    return match


def _count(settings: Settings, cell: str, units: int, vocabulary_size: int) -> int:
    return int(make_model(settings, cell, units, vocabulary_size).count_params())


def fingerprint(cell: str) -> str:
    """A short hash of the code of a cell: a cell that changed is another one."""
    kinds = (Transformer,) if cell == TRANSFORMER else find_cell(cell).__mro__
    digest = hashlib.sha256()
    for kind in kinds:
        if kind.__module__.split(".")[0] not in ("builtins", "keras", "tensorflow"):
            try:
                digest.update(inspect.getsource(kind).encode())
            except (OSError, TypeError):  # made in a session: its name is all that is known
                digest.update(kind.__qualname__.encode())
    return digest.hexdigest()[:12]
