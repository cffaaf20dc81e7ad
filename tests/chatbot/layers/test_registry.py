"""From a name to a cell: what is found, what is refused, and that no bundle makes the program import anything."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from chatbot.bundle import Bundle, read_bundle, write_bundle
from chatbot.cli import main
from chatbot.config import ModelConfig
from chatbot.errors import ConfigError
from chatbot.layers import CELLS, Cell, GRUCell, LSTMCell, find_cell, make_cell, register, registry

UNITS = 3
OWN = """
from pathlib import Path

from chatbot.layers import Cell, LSTMCell

Path("imported").touch()
SIZE = 3


class MyCell(LSTMCell):
    pass


class Stubborn(Cell):
    def __init__(self, size):
        super().__init__(size)
"""


@pytest.fixture
def modules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[str, str], None]]:
    """Writes modules into the current directory, an empty one; what was imported from it is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path])
    before = set(sys.modules)

    def write(name: str, text: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    yield write
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> dict[str, type[Cell]]:
    """The names that were registered, emptied and given back afterwards."""
    names: dict[str, type[Cell]] = {}
    monkeypatch.setattr(registry, "_REGISTERED", names)
    return names


@pytest.fixture
def offers(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Entry points as installed packages would offer them: name to "module:Class"."""

    def offer(**points: str) -> None:
        made = [EntryPoint(name, value, registry.ENTRY_POINTS) for name, value in points.items()]
        monkeypatch.setattr(registry, "entry_points", lambda group: [p for p in made if p.group == group])

    return offer


@pytest.mark.parametrize("name", CELLS)
def test_each_cell_of_the_program_is_found_and_made(name: str) -> None:
    assert find_cell(name) is CELLS[name]
    cell = make_cell(name, UNITS)
    assert (type(cell), cell.units, cell.name) == (CELLS[name], UNITS, "cell")


def test_the_help_of_the_setting_names_them_all() -> None:
    text = ModelConfig.describe()["cell"]
    assert all(f" {name}," in text for name in CELLS)
    assert "package.module:Class" in text


def test_a_registered_class_is_found_by_its_name_and_known_to_keras(registered: dict[str, type[Cell]]) -> None:
    @register("my-cell_2")
    class MyCell(LSTMCell):
        pass

    assert registered == {"my-cell_2": MyCell}
    assert find_cell("my-cell_2") is type(make_cell("my-cell_2", UNITS)) is MyCell
    assert keras.saving.get_registered_name(MyCell) == f"{__name__}>MyCell"
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(MyCell(UNITS)))
    assert type(again) is MyCell


def test_what_keras_knows_already_keeps_its_name_there(registered: dict[str, type[Cell]]) -> None:
    register("another-gru")(GRUCell)
    assert keras.saving.get_registered_name(GRUCell) == "chatbot>GRUCell"


def test_a_class_of_the_main_program_is_custom_to_keras(registered: dict[str, type[Cell]]) -> None:
    kind = register("main-cell")(type("MainCell", (LSTMCell,), {"__module__": "__main__"}))
    assert keras.saving.get_registered_name(kind) == "custom>MainCell"


def test_a_name_belongs_to_one_class_which_may_be_defined_again(registered: dict[str, type[Cell]]) -> None:
    first, second = (register("twice")(type("Twice", (LSTMCell,), {"__module__": "notebook"})) for _ in range(2))
    assert first is not second
    assert find_cell("twice") is second
    for name in ("twice", "lstm"):
        with pytest.raises(ConfigError, match=f"a second cell called '{name}'"):
            register(name)(type("Other", (LSTMCell,), {"__module__": "notebook"}))
    assert find_cell("twice") is second


@pytest.mark.parametrize("name", ["", "my cell", "mycell:MyCell", "my.cell", "1st", "../cell", "célle", None, 3])
def test_a_name_that_is_none_is_refused(name: Any, registered: dict[str, type[Cell]]) -> None:
    with pytest.raises(ConfigError, match="a cell called"):
        register(name)(LSTMCell)
    assert not registered


@pytest.mark.parametrize("kind", [keras.layers.LSTMCell, int, "LSTMCell", print, None])
def test_only_cells_can_be_registered(kind: Any, registered: dict[str, type[Cell]]) -> None:
    with pytest.raises(ConfigError, match="is no cell"):
        register("own")(kind)
    assert not registered


def test_an_unknown_name_is_answered_with_those_there_are(
    registered: dict[str, type[Cell]], offers: Callable[..., None]
) -> None:
    offers(theirs="package.of.theirs:Cell")
    register("mine")(type("Mine", (LSTMCell,), {}))
    for name, remedy in (("lsmt", "'lstm'"), ("their", "'theirs'"), ("mime", "'mine'"), ("", "change"), ("LSTM", "")):
        for find in (find_cell, lambda its: make_cell(its, UNITS)):
            with pytest.raises(ConfigError, match=f"unknown cell '{name}'") as caught:
                find(name)
            assert all(known in caught.value.expected for known in (*CELLS, "mine", "theirs", "package.module:Class"))
            assert remedy in caught.value.remedy


def test_a_cell_of_an_installed_package_is_found_by_its_entry_point(
    modules: Callable[[str, str], None], offers: Callable[..., None]
) -> None:
    offers(theirs="chatbot.layers:MinGRUCell", gru="chatbot.layers:LSTMCell", odd="os:getcwd", gone="no_such_module:C")
    assert find_cell("theirs") is type(make_cell("theirs", UNITS)) is CELLS["mingru"]
    assert find_cell("gru") is GRUCell  # no package changes what these mean
    with pytest.raises(ConfigError, match=r"'odd' \(os:getcwd\) is no cell"):
        find_cell("odd")
    with pytest.raises(ConfigError, match="no_such_module:C cannot be imported"):
        find_cell("gone")


def test_a_class_of_ones_own_module_is_imported_from_the_current_directory(modules: Callable[[str, str], None]) -> None:
    modules("mycell.py", OWN)
    modules("pack/__init__.py", "")
    modules("pack/inner.py", OWN)
    for name in ("mycell:MyCell", "pack.inner:MyCell"):
        kind = find_cell(name)
        assert issubclass(kind, LSTMCell)
        assert kind.__name__ == "MyCell"
        cell = make_cell(name, UNITS)  # which imports nothing, but now knows it
        assert (type(cell), cell.units, cell.name) == (kind, UNITS, "cell")


@pytest.mark.parametrize(
    ("name", "received"),
    [
        ("no_such_module:MyCell", "no module 'no_such_module'"),
        ("mycell.inner:MyCell", "no module 'mycell.inner'"),
        ("no.such:MyCell", "no module 'no'"),
        ("mycell:Mycell", "mycell has no Mycell"),
        ("mycell:SIZE", "is no cell"),
        ("mycell:Path", "is no cell"),
        ("broken:MyCell", "broken raised ZeroDivisionError: division by zero in broken.py, line 2"),
        ("unreadable:MyCell", "unreadable raised SyntaxError"),
        ("leaving:MyCell", "leaving raised SystemExit: 3"),
        ("needy:MyCell", "needy raised ModuleNotFoundError: No module named 'nobody_has_this'"),
    ],
)
def test_what_cannot_be_imported_is_one_line(modules: Callable[[str, str], None], name: str, received: str) -> None:
    modules("mycell.py", OWN)
    modules("broken.py", "\n1 / 0")
    modules("unreadable.py", "class MyCell(")
    modules("leaving.py", "raise SystemExit(3)")
    modules("needy.py", "import nobody_has_this")
    with pytest.raises(ConfigError) as caught:
        find_cell(name)
    assert received in str(caught.value)
    assert "\n" not in str(caught.value)
    if "has no" in received:
        assert "MyCell, Stubborn" in caught.value.expected


@pytest.mark.parametrize(
    "name",
    [
        ":",
        "mycell:",
        ":MyCell",
        "my-cell:MyCell",
        "dir/mycell:MyCell",
        "..mycell:MyCell",
        ".mycell:MyCell",
        "a..b:C",
        "mycell.py:My.Cell",
        "mycell:MyCell()",
        "mycell:a:b",
        "http://x/y:C",
        "my cell:C",
        "mycell\n:C",
        "mycell:__import__('os')",
    ],
)
def test_only_names_and_dots_lead_to_a_module(
    name: str, modules: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib, "import_module", lambda its: pytest.fail(its))
    for find in (find_cell, lambda its: make_cell(its, UNITS)):
        with pytest.raises(ConfigError, match=r"package\.module:Class"):
            find(name)


def test_a_class_that_takes_no_name_is_refused(modules: Callable[[str, str], None]) -> None:
    modules("mycell.py", OWN)
    find_cell("mycell:Stubborn")
    with pytest.raises(ConfigError, match="name") as caught:
        make_cell("mycell:Stubborn", UNITS)
    assert "Class(units, name=…)" in caught.value.expected


def test_making_a_cell_imports_nothing_unless_it_was_found_or_imported_before(
    modules: Callable[[str, str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules("mycell.py", OWN)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigError, match="whose module is not imported") as caught:
        make_cell("mycell:MyCell", UNITS)
    assert "mycell" not in sys.modules
    assert not Path("imported").exists()
    assert "import mycell" in caught.value.remedy
    importlib.import_module("mycell")
    assert type(make_cell("mycell:MyCell", UNITS)).__name__ == "MyCell"


def test_a_bundle_that_names_a_module_talks_and_is_measured_but_imports_nothing(
    modules: Callable[[str, str], None],
    bundle_int8: Bundle,
    sample_path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from chatbot.conversation import Conversation
    from train.export import open_model

    modules("mycell.py", OWN)
    monkeypatch.syspath_prepend(tmp_path)
    write_bundle(
        tmp_path / "from_anywhere", replace(bundle_int8, model=replace(bundle_int8.model, cell="mycell:MyCell"))
    )
    folder = str(tmp_path / "from_anywhere")
    assert Conversation.load(tmp_path / "from_anywhere").say("Hello")
    assert main(["evaluate", folder, str(sample_path), "--limit", "1", "--no-replies"]) == 0
    assert main(["models", "--model", folder]) == 0
    assert "mycell:MyCell" in capsys.readouterr().out
    bundle = read_bundle(tmp_path / "from_anywhere")
    with pytest.raises(ConfigError, match="whose module is not imported"):
        open_model(bundle)
    assert "mycell" not in sys.modules
    assert not Path("imported").exists()
    find_cell("mycell:MyCell")  # the user has named it
    model = open_model(bundle)
    assert type(model.encoder.recurrent[0].cell).__name__ == "MyCell"
    assert np.isfinite(model.embed(np.array([[3, 4]]))).all()
