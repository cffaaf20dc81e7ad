"""From the name of a cell to the cell: those of ``CELLS``, those of other packages, and those of one's own.

Two ways lead there, and only one runs code that a name asks for.  ``find_cell`` imports the module of a name like
``package.module:Class``; it is for what the user has typed.  ``make_cell``, which every model is built with, imports no
module by name: a configuration may come with a bundle from anywhere.
"""

from __future__ import annotations

import difflib
import importlib
import os
import sys
import traceback
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, TypeVar

import keras

from chatbot.errors import ConfigError
from chatbot.layers.cells import CELLS, Cell

ENTRY_POINTS = "chatbot.cells"
"""The group of entry points by which an installed package offers cells."""

_REGISTERED: dict[str, type[Cell]] = {}
_A_CLASS = "package.module:Class"

C = TypeVar("C", bound=type[Cell])


def register(name: str) -> Callable[[C], C]:
    """A decorator that gives a cell a name, for ``make_cell`` and for what Keras saves.

    The same class may be defined again (a cell of a notebook that is run twice); the last one counts.

    Args:
        name: Letters, digits, ``-`` and ``_``.

    Raises:
        ConfigError: if the name is another class's, no such name, or what is decorated is not a sub-class of ``Cell``.
    """
    plain = isinstance(name, str) and name.isascii() and name.replace("-", "_").isidentifier()
    if not plain:
        raise ConfigError(
            f"a cell called {name!r}", expected="letters, digits, - and _, a letter first", remedy="change the name"
        )

    def decorate(kind: C) -> C:
        _require_cell(kind, repr(kind))
        taken = CELLS.get(name) or _REGISTERED.get(name)
        if taken is not None and (taken.__module__, taken.__qualname__) != (kind.__module__, kind.__qualname__):
            raise ConfigError(
                f"a second cell called {name!r}",
                expected=f"one (there is {taken.__module__}.{taken.__qualname__})",
                remedy="give it another name",
            )
        _REGISTERED[name] = kind
        if keras.saving.get_registered_name(kind) == kind.__name__:  # as Keras answers for a class it does not know
            package = "custom" if kind.__module__ == "__main__" else kind.__module__
            keras.saving.register_keras_serializable(package)(kind)
        return kind

    return decorate


def find_cell(name: str) -> type[Cell]:
    """The class that a user means by ``name``.

    Args:
        name: One of ``CELLS``; a name that was registered; an entry point of the group ``chatbot.cells``; or
            ``package.module:Class``.  The last imports that module, from the current directory too, and so runs it:
            only ever pass what the user himself has typed, never what came with a file.  Once it is imported,
            ``make_cell`` knows it as well.

    Raises:
        ConfigError: if there is no such cell, or it cannot be imported; it names the cells there are.
    """
    if ":" in name:
        return _imported(name)
    return _named(name)


def make_cell(name: str, units: int) -> Cell:
    """A new cell of ``units`` features, called "cell".

    Args:
        name: As for ``find_cell``, but no module is imported for a name: the module of a ``package.module:Class`` must
            have been imported, by ``find_cell`` or in the user's program.
        units: Features of its state, at least 1.

    Raises:
        ConfigError: if there is no such cell, or it takes no ``units`` and ``name``.
    """
    kind = _known_class(name) if ":" in name else _named(name)
    try:
        return kind(units, name="cell")
    except TypeError as error:
        raise ConfigError(
            f"cell {name!r}: {_one_line(error)}",
            expected="a class that can be made as Class(units, name=…)",
            remedy="let its __init__ pass on what Cell takes",
        ) from error


def _named(name: str) -> type[Cell]:
    offered = {point.name: point for point in entry_points(group=ENTRY_POINTS)}
    if name in CELLS:  # first: no package changes what these mean
        return CELLS[name]
    if name in _REGISTERED:
        return _REGISTERED[name]
    if name in offered:
        return _loaded(offered[name])
    known = sorted({*_REGISTERED, *offered} - set(CELLS))
    near = difflib.get_close_matches(name, [*CELLS, *known], n=1)
    raise ConfigError(
        f"unknown cell {name!r}",
        expected=f"one of {', '.join([*CELLS, *known])}, or {_A_CLASS}",
        remedy=f"did you mean {near[0]!r}?" if near else "change the cell's name",
    )


def _loaded(point: EntryPoint) -> type[Cell]:
    try:
        kind = point.load()
    except (Exception, SystemExit) as error:
        raise ConfigError(
            f"cell {point.name!r}: {point.value} cannot be imported ({_one_line(error)})",
            expected=f"a class of an installed package (entry point of {ENTRY_POINTS})",
            remedy="update or remove that package",
        ) from error
    return _require_cell(kind, f"{point.name!r} ({point.value})")


def _split(name: str) -> tuple[str, str]:
    module, _, attribute = name.partition(":")
    if not all(part.isidentifier() for part in (*module.split("."), attribute)):
        raise ConfigError(
            f"cell {name!r}", expected=f"{_A_CLASS}, as in mycell:MyCell", remedy="name module and class, no path"
        )
    return module, attribute


def _imported(name: str) -> type[Cell]:
    module, attribute = _split(name)
    here = os.getcwd()
    if here not in sys.path:  # as `python -m` has it; the program's own script does not
        sys.path.insert(0, here)
    importlib.invalidate_caches()  # the file may be younger than the last look into its directory
    try:
        found = importlib.import_module(module)
    except (Exception, SystemExit) as error:
        if isinstance(error, ModuleNotFoundError) and f"{module}.".startswith(f"{error.name}."):
            raise ConfigError(
                f"cell {name!r}: no module {error.name!r}",
                expected="a module in the current directory, or an installed one",
                remedy="correct the name, or go where the module is",
            ) from error
        raise ConfigError(
            f"cell {name!r}: {module} raised {_one_line(error)}{_where(error)}",
            expected="a module that can be imported",
            remedy="correct the module",
        ) from error
    return _class_of(found, attribute, name)


def _known_class(name: str) -> type[Cell]:
    module, attribute = _split(name)
    if module not in sys.modules:
        raise ConfigError(
            f"cell {name!r}, whose module is not imported",
            expected="a module that the program has imported: one that a bundle names could do anything",
            remedy=f"if you trust it, import {module} first",
        )
    return _class_of(sys.modules[module], attribute, name)


def _class_of(module: Any, attribute: str, name: str) -> type[Cell]:
    if attribute not in vars(module):  # vars, since a module's own __getattr__ may import more
        cells = [key for key, kind in vars(module).items() if _is_cell(kind) and kind.__module__ == module.__name__]
        raise ConfigError(
            f"cell {name!r}: {module.__name__} has no {attribute}",
            expected=f"one of its cells ({', '.join(cells) or 'it has none'})",
            remedy="correct the name of the class",
        )
    return _require_cell(vars(module)[attribute], repr(name))


def _is_cell(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Cell)


def _require_cell(kind: Any, called: str) -> type[Cell]:
    if not _is_cell(kind):
        raise ConfigError(
            f"cell {called} is no cell", expected="a sub-class of chatbot.layers.Cell", remedy="derive it from Cell"
        )
    return kind


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _where(error: BaseException) -> str:
    """The line that raised, which stands here for the traceback; a SyntaxError says it itself."""
    frames = traceback.extract_tb(error.__traceback__)
    return "" if isinstance(error, SyntaxError) else f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}"
