"""The options that every recurrent cell of Keras takes: read, checked and written back in one place."""

from __future__ import annotations

import inspect
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

import keras

from chatbot.errors import LayerError

WEIGHTS: dict[str, Any] = {
    "kernel_initializer": "glorot_uniform",
    "recurrent_initializer": "orthogonal",
    "bias_initializer": "zeros",
    "kernel_regularizer": None,
    "recurrent_regularizer": None,
    "bias_regularizer": None,
    "kernel_constraint": None,
    "recurrent_constraint": None,
    "bias_constraint": None,
}
"""How the weights begin, are penalised and are kept in bounds."""

DROPOUT: dict[str, Any] = {"dropout": 0.0, "recurrent_dropout": 0.0}
"""Shares of the inputs and of the state that are zeroed in training, the same ones at every step of a sequence."""

_MODULES = {
    "initializer": keras.initializers,
    "regularizer": keras.regularizers,
    "constraint": keras.constraints,
    "activation": keras.activations,
}


def signature(options: Mapping[str, Any], *, kwargs: bool = False) -> inspect.Signature:
    """``(units, option=default, …)``, in the order of Keras's own constructors, so that positions mean the same;
    ``kwargs``: and then ``**kwargs``."""
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [inspect.Parameter(name, kind, default=default) for name, default in options.items()]
    others = [inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD)] if kwargs else []
    return inspect.Signature([inspect.Parameter("units", kind), *parameters, *others])


def without_self(method: Callable[..., Any]) -> inspect.Signature:
    """The signature of a method as it is called on an instance."""
    found = inspect.signature(method)
    return found.replace(parameters=list(found.parameters.values())[1:])


class ShownSignature:
    """The signature of a class, for ``help()`` and editors.  Not of its instances: those are called with inputs, as
    ``tf.function`` looks up."""

    def __init__(self, shown: inspect.Signature) -> None:
        self._shown = shown

    def __get__(self, instance: Any, owner: type) -> inspect.Signature:
        if instance is not None:
            raise AttributeError("__signature__")
        return self._shown


def read(owner: str, name: str, value: Any) -> Any:
    """The value of an option as the cell keeps it: "tanh" to the function, a share held between 0 and 1.

    Raises:
        LayerError: if Keras knows nothing by that name, or a share is no number.
    """
    module = _MODULES.get(name.rsplit("_", 1)[-1])
    if name in DROPOUT:
        if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
            raise LayerError(f"{owner}: {name} = {value!r}", expected="a number from 0 to 1", remedy=f"change {name}")
        return min(1.0, max(0.0, value))  # as Keras has it
    if module is None:
        return value
    try:
        return module.get(value)
    except ValueError as error:
        raise LayerError(
            f"{owner}: {name} = {value!r}",
            expected=f"a function, or the name of one of {module.__name__.rpartition('.')[-1]} of Keras",
            remedy=f"change {name}",
        ) from error


def write(name: str, value: Any) -> Any:
    """The value of an option as it stands in ``get_config``."""
    module = _MODULES.get(name.rsplit("_", 1)[-1])
    return value if module is None else module.serialize(value)


def whole_units(owner: str, units: Any) -> int:
    """``units`` as an int.

    Raises:
        LayerError: if it is not a whole number of at least 1.
    """
    try:
        number = 0 if isinstance(units, bool) else operator.index(units)
    except TypeError:
        number = 0
    if number < 1:
        raise LayerError(f"{owner}: units = {units!r}", expected="a whole number of at least 1", remedy="change units")
    return number
