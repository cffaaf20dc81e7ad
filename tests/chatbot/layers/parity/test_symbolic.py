"""What a layer is before it has numbers: arguments, configuration, weights at the start, symbolic calls."""

from __future__ import annotations

import inspect
from typing import Any

import keras
import numpy as np
import pytest

KINDS = ("SimpleRNN", "LSTM", "GRU")
NAMES = [*KINDS, *(f"{kind}Cell" for kind in KINDS)]
every_layer = pytest.mark.parametrize("kind", KINDS)
every_name = pytest.mark.parametrize("name", NAMES)
combinations = pytest.mark.parametrize(
    "returned",
    [(False, False), (True, False), (False, True), (True, True)],
    ids=["last", "all", "last+state", "all+state"],
)

VALUES: dict[str, Any] = {
    "units": 5,
    "activation": "relu",
    "recurrent_activation": "hard_sigmoid",
    "use_bias": False,
    "kernel_initializer": "he_normal",
    "recurrent_initializer": "identity",
    "bias_initializer": "ones",
    "unit_forget_bias": False,
    "kernel_regularizer": "l1",
    "recurrent_regularizer": "l2",
    "bias_regularizer": keras.regularizers.L1L2(0.1, 0.2),
    "activity_regularizer": "l2",
    "kernel_constraint": "max_norm",
    "recurrent_constraint": "unit_norm",
    "bias_constraint": "non_neg",
    "dropout": 0.25,
    "recurrent_dropout": 0.75,
    "seed": 13,
    "reset_after": False,
    "return_sequences": True,
    "return_state": True,
    "go_backwards": True,
    "stateful": True,
    "unroll": True,
    "use_cudnn": False,
}
"""For every argument of the constructors another value than its default."""


def arguments(name: str) -> dict[str, inspect.Parameter]:
    parameters = dict(inspect.signature(getattr(keras.layers, name)).parameters)
    return {n: p for n, p in parameters.items() if n != "kwargs"}


def configuration(layer: Any) -> dict[str, Any]:
    return {key: value for key, value in layer.get_config().items() if key not in OURS_ALONE}


OURS_ALONE = {"bptt_steps", "recompute"}
"""Options of our layers that Keras's do not have."""


def mended(name: str, config: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Keras's configuration, with what its SimpleRNN forgets: it takes an activity regularizer and drops it, and leaves
    its seed out of its configuration."""
    if name == "SimpleRNN":
        assert config["activity_regularizer"] is None
        assert "seed" not in config
        regularizer = keras.regularizers.get(given.get("activity_regularizer"))
        config = {
            **config,
            "activity_regularizer": keras.regularizers.serialize(regularizer),
            "seed": given.get("seed"),
        }
    return config


@every_name
def test_arguments_by_position_mean_what_they_mean_in_keras(name: str, parity: Any) -> None:
    given = [VALUES[argument] for argument in arguments(name)]
    ours, theirs = parity.layer(name, *given, name="same"), getattr(keras.layers, name)(*given, name="same")
    assert configuration(ours) == mended(name, theirs.get_config(), VALUES)


@every_name
@pytest.mark.parametrize("argument", [*VALUES, "trainable", "dtype", "zero_output_for_mask", "implementation"])
def test_each_argument_by_name_stands_in_the_configuration_as_in_keras(name: str, argument: str, parity: Any) -> None:
    value = {
        **VALUES, "trainable": False, "dtype": "mixed_bfloat16", "zero_output_for_mask": True, "implementation": 1
    }[argument]  # fmt: skip
    given = {"units": 4, "name": "same", argument: value}
    try:
        theirs = getattr(keras.layers, name)(**given)
    except (TypeError, ValueError):  # Keras does not know it there; nor do we
        with pytest.raises((TypeError, ValueError)):
            parity.layer(name, **given)
        return
    assert configuration(parity.layer(name, **given)) == mended(name, theirs.get_config(), given)


@every_name
def test_the_signature_that_is_shown_is_that_of_keras(name: str, parity: Any) -> None:
    shown = inspect.signature(type(parity.layer(name, 3)))
    shared = {n: p.default for n, p in shown.parameters.items() if n not in OURS_ALONE | {"kwargs", "args"}}
    assert shared == {n: p.default for n, p in arguments(name).items()}


@every_layer
def test_the_options_of_the_cell_can_be_read_from_the_layer(kind: str, parity: Any) -> None:
    given = {n: v for n, v in VALUES.items() if n in arguments(kind) and n != "use_cudnn"}
    ours, theirs = parity.layer(kind, **given), parity.reference(kind, **given)
    properties = [n for n, member in vars(getattr(keras.layers, kind)).items() if isinstance(member, property)]
    assert {"units", "activation", "dropout"} <= set(properties)
    for name in properties:
        got, want = getattr(ours, name), getattr(theirs, name)
        if hasattr(want, "get_config"):
            got, want = (type(got), got.get_config()), (type(want), want.get_config())
        assert got == want, name


@every_name
@pytest.mark.parametrize(
    "options", [{}, {"use_bias": False}, {"reset_after": False}, {"unit_forget_bias": False}], ids=str
)
def test_weights_have_the_names_shapes_types_and_paths_of_keras(
    name: str, options: dict[str, Any], parity: Any
) -> None:
    if not set(options) <= set(arguments(name)):
        with pytest.raises((TypeError, ValueError)):
            parity.layer(name, 5, **options)
        return
    found = []
    for make in (parity.layer, lambda n, *a, **k: getattr(keras.layers, n)(*a, **k)):
        layer = make(name, 5, name="same", **options)
        layer.build((4, 3) if name.endswith("Cell") else (4, 6, 3))
        found.append([v.path for v in layer.weights])
        found[-1] += [(v.name, tuple(v.shape), v.dtype, v.trainable) for v in layer.variables]
    assert found[0] == found[1]


INITIALIZERS: dict[str, Any] = {
    "as they are": {},
    "random": {
        "kernel_initializer": keras.initializers.RandomNormal(seed=1),
        "recurrent_initializer": keras.initializers.Orthogonal(seed=2),
        "bias_initializer": keras.initializers.RandomUniform(seed=3),
    },
    "by name": {
        "kernel_initializer": "he_uniform",
        "recurrent_initializer": "glorot_normal",
        "bias_initializer": "ones",
    },
    "a callable": {"kernel_initializer": lambda shape, dtype=None: keras.ops.full(shape, 0.25, dtype)},
}


@every_name
@pytest.mark.parametrize("which", INITIALIZERS)
def test_weights_start_as_those_of_keras_for_the_same_seed(name: str, which: str, parity: Any) -> None:
    extras = [{}] + [
        {option: False} for option in ("unit_forget_bias", "reset_after", "use_bias") if option in arguments(name)
    ]
    for extra in extras:
        found = []
        for make in (parity.layer, lambda n, *a, **k: getattr(keras.layers, n)(*a, **k)):
            keras.utils.set_random_seed(5)
            layer = make(name, 5, **INITIALIZERS[which], **extra)
            layer.build((4, 3) if name.endswith("Cell") else (4, 6, 3))
            found.append(layer.get_weights())
        for got, want in zip(*found, strict=True):
            np.testing.assert_array_equal(got, want)
        assert np.abs(found[1][0]).max() > 0.0


@every_layer
@combinations
@pytest.mark.parametrize("shape", [(None, None, 3), (None, 5, 3), (4, None, 3), (4, 5, 3)], ids=str)
def test_symbolic_outputs_have_the_shapes_and_types_of_keras(
    kind: str, returned: tuple[bool, bool], shape: tuple[int | None, ...], parity: Any
) -> None:
    options = dict(zip(("return_sequences", "return_state"), returned, strict=True))
    found = []
    for make in (parity.layer, parity.reference):
        layer = make(kind, 5, **options)
        outputs = layer(keras.Input(batch_shape=shape))
        found.append(
            [keras.tree.map_structure(lambda o: (o.shape, o.dtype), outputs), layer.compute_output_shape(shape)]
        )
        assert layer.built
    assert found[0] == found[1]


@every_layer
def test_a_functional_model_with_mask_and_states_gives_what_it_gives_in_keras(kind: str, parity: Any) -> None:
    data, mask = parity.data(kind), parity.mask()
    results = []
    for layer in parity.twins(kind, shape=(None, None, 3), return_sequences=True, return_state=True):
        inputs, seen = keras.Input((None, 3)), keras.Input((None,), dtype="bool")
        states = [keras.Input((5,)) for _ in data.initial]
        model = keras.Model([inputs, seen, *states], layer(inputs, initial_state=states, mask=seen))
        results.append(model([data.inputs, mask, *data.initial]))
        results[-1] += model.predict([data.inputs, mask, *data.initial], verbose=0)
    for got, want in zip(*results, strict=True):
        np.testing.assert_allclose(got, want, atol=1e-6)


@every_layer
def test_one_layer_may_be_called_twice_in_a_model(kind: str, parity: Any) -> None:
    data, results = parity.data(kind), []
    for layer in parity.twins(kind, shape=(None, None, 3)):
        inputs = keras.Input((None, 3))
        model = keras.Model(inputs, layer(inputs) - layer(keras.ops.flip(inputs, axis=1)))
        assert len(model.trainable_variables) == 3
        results.append(model(data.inputs))
    np.testing.assert_allclose(*results, atol=1e-6)
    assert np.abs(np.asarray(results[0])).max() > 0.01


@every_layer
def test_sizes_and_counts_are_those_of_keras(kind: str, parity: Any) -> None:
    ours, theirs = parity.twins(kind)
    for attribute in ("supports_masking", "state_size", "single_state", "dtype", "compute_dtype", "trainable", "built"):
        assert getattr(ours, attribute) == getattr(theirs, attribute)
    assert ours.count_params() == theirs.count_params()
    assert ours.get_build_config() == theirs.get_build_config()


@every_layer
def test_names_are_given_as_in_keras(kind: str, parity: Any) -> None:
    keras.backend.clear_session()
    names = [[make(kind, 3).name for _ in range(2)] for make in (parity.layer, parity.reference)]
    assert [name.rstrip("_0123456789") for pair in names for name in pair] == [names[1][0].rstrip("_0123456789")] * 4
