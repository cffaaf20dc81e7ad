"""``check_cell`` lets every cell of ours pass, and a cell of ten lines; what it says of one that does not."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import keras
import pytest
from keras import ops

from chatbot.errors import LayerError
from chatbot.layers import CELLS, Cell, GRUCell, LSTMCell, SimpleRNNCell
from chatbot.layers.testing import LAWS, LawBroken, check_cell

OTHER_OPTIONS: list[tuple[type[Cell], dict[str, Any]]] = [
    (SimpleRNNCell, {"use_bias": False}),
    (LSTMCell, {"activation": "softsign", "unit_forget_bias": False}),
    (GRUCell, {"reset_after": False}),
    (GRUCell, {"dropout": 0.5, "recurrent_dropout": 0.5}),
]


@pytest.mark.parametrize("name", CELLS)
def test_every_cell_of_ours_keeps_every_law(name: str) -> None:
    left_out = check_cell(CELLS[name])
    assert not any("LiteRT" in note for note in left_out)
    if CELLS[name](1).fused:
        assert left_out == ()


@pytest.mark.parametrize(("kind", "options"), OTHER_OPTIONS, ids=str)
def test_so_do_they_with_other_options(kind: type[Cell], options: dict[str, Any]) -> None:
    check_cell(kind, **options)


@pytest.mark.parametrize(("units", "features"), [(2, 1), (3, 7)])
def test_so_do_they_in_other_sizes(units: int, features: int) -> None:
    check_cell(LSTMCell, units, features)


@keras.saving.register_keras_serializable(package="tests")
class Leaky(Cell):
    """A cell as its user writes it: ten lines, one equation."""

    gates = 2

    def advance(self, sums: Any, states: Any) -> Any:
        gate = self.recurrent_activation(sums[0])
        return (ops.add(ops.multiply(gate, states[0]), ops.multiply(1.0 - gate, self.activation(sums[1]))),)


class Unregistered(Leaky):
    """The same, of which Keras knows nothing."""


@pytest.mark.parametrize("kind", [Leaky, Unregistered])
def test_a_cell_that_has_nothing_but_its_equation_keeps_every_law(kind: type[Cell]) -> None:
    left_out = check_cell(kind)
    assert [note.partition(": left out, ")[0] for note in left_out] == ["the gradient by hand", "every way is the same"]


class Broken(Leaky):
    def advance(self, sums: Any, states: Any) -> Any:
        (h,) = super().advance(sums, states)
        return (h - 0.25 * ops.mean(h, axis=0, keepdims=True),)


def test_the_message_names_each_law_with_what_was_expected_and_found() -> None:
    with pytest.raises(AssertionError) as caught:
        check_cell(Broken)
    broken = caught.value.broken
    lines = str(caught.value).splitlines()
    assert lines[0] == f"Broken breaks {len(broken)} of {len(LAWS)} laws:"
    for law, findings in broken.items():
        assert f"  {law}: {LAWS[law].__doc__.splitlines()[0]}" in lines
        assert f"    {findings[0]}" in lines
    assert "rows are independent" in broken
    assert all("expected" in finding and "found" in finding for findings in broken.values() for finding in findings)


class Raises(Leaky):
    def advance(self, sums: Any, states: Any) -> Any:
        raise ZeroDivisionError("on\npurpose")


def test_an_error_of_the_cell_is_a_finding_and_the_other_laws_are_examined() -> None:
    with pytest.raises(LawBroken) as caught:
        check_cell(Raises)
    assert "the gradient of a step" in caught.value.broken
    (finding,) = caught.value.broken["step = sequence"]
    assert finding.startswith("expected no error, found ")
    assert "on purpose" in finding
    assert "\n" not in finding


@pytest.mark.parametrize("kind", [keras.layers.LSTMCell, "lstm", LSTMCell(3)], ids=["of Keras", "name", "no class"])
def test_what_is_no_class_of_cells_is_refused(kind: Any) -> None:
    with pytest.raises(LayerError, match="a cell"):
        check_cell(kind)


def test_every_law_says_what_it_is_in_one_sentence() -> None:
    for name, law in LAWS.items():
        assert law.__doc__, name
        assert law.__doc__.endswith("."), name
        assert len(law.__doc__.splitlines()) == 1, name


def test_the_kit_is_no_part_of_the_layers() -> None:
    import chatbot.layers

    assert not {"check_cell", "LawBroken"} & set(chatbot.layers.__all__)
    code = "import sys, chatbot.layers; assert 'chatbot.layers.testing' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


ON_JAX = """
import keras
from chatbot.layers import LSTMCell
from chatbot.layers.testing import LAWS, LawBroken, check_cell

class Wrong(LSTMCell):
    def backward(self, trace, states, gradients):
        d_sums, (_, kept) = super().backward(trace, states, gradients)
        return d_sums, (None, 0.5 * kept)

assert keras.backend.backend() == "jax"
print(check_cell(LSTMCell))
for name in [name for name in LAWS if "gradient" not in name]:  # the others take their time
    del LAWS[name]
try:
    check_cell(Wrong)
except LawBroken as error:
    print(sorted(error.broken))
"""


@pytest.mark.slow
def test_on_jax_all_laws_hold_but_that_of_litert_is_left_out() -> None:
    pytest.importorskip("jax")
    done = subprocess.run(
        [sys.executable, "-c", ON_JAX],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    passed, faulty = done.stdout.strip().splitlines()
    assert passed == "('LiteRT gives the same: left out, LiteRT graphs are made by TensorFlow alone',)"
    assert faulty == "['the gradient by hand', 'the gradient of a sequence']"
