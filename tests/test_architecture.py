"""The rules of the house: who may import whom, what a start may load, what every source file must look like.

Each rule is a function from a repository root to a list of violations.  It is held against this repository, and against
small made-up ones that break it, so that a rule which sees nothing is noticed.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("chatbot", "train")
# The package's own __init__ belongs to no room: it is executed by every import of chatbot, so it may import the least.
LEVELS = {
    "": 0, "errors": 0, "config": 0, "locking": 0, "native": 1, "text": 1, "layers": 1, "preferences": 2, "reports": 2,
    "training": 2, "model": 2, "bundle": 3, "catalog": 3, "runtime": 4, "conversation": 5, "ui": 6, "cli": 7,
    "__main__": 8,
}  # fmt: skip
FRAMEWORKS = {"tensorflow", "keras", "tf_keras"}
MAY_USE_FRAMEWORKS = {"layers", "model"}
NOT_FOR_TALKING = {"layers", "model"}
UNSAFE_MODULES = {"pickle", "cPickle", "_pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
UNSAFE_YAML = {"load", "load_all", "full_load", "full_load_all", "unsafe_load", "unsafe_load_all"}
MAX_FILE, MAX_FUNCTION = 250, 40
ALLOWED_LONG: dict[str, str] = {}
"""What may be longer, and why: "chatbot/x.py" or "chatbot/x.py:function" -> the reason."""


class Import(NamedTuple):
    target: str
    line: int
    lazy: bool  # inside a function: it happens only when that is called


def source_files(root: Path) -> list[Path]:
    return sorted(path for top in SOURCES for path in (root / top).rglob("*.py"))


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def room(module: str) -> str:
    """The room of a dotted name under chatbot; what is no room, as ``__version__``, belongs to the package itself."""
    name = [*module.split("."), ""][1]
    return name if name in LEVELS else ""


def dotted(root: Path, path: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def imports(root: Path, path: Path) -> Iterator[Import]:
    """Everything a file imports, as absolute dotted names, by statement or by a literal given to import_module."""
    package = list(path.relative_to(root).parent.parts)

    def visit(node: ast.AST, lazy: bool) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno, lazy) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            prefix = ".".join([*base, *([node.module] if node.module else [])])
            yield from (Import(f"{prefix}.{alias.name}", node.lineno, lazy) for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in {"import_module", "__import__"}:
            name = node.args[0] if node.args else None
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield Import(name.value, node.lineno, lazy)
        inside = lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in ast.iter_child_nodes(node):
            yield from visit(child, inside)

    yield from visit(parse(path), False)


def forbidden(importer: str, found: Import) -> str | None:
    """Why the module ``importer`` (dotted) may not import this; None if it may."""
    top, own = found.target.split(".")[0], room(importer)
    if importer.split(".")[0] == "train":
        if top == "chatbot" and room(found.target) in {"conversation", "ui"}:
            return "train never imports conversation or ui"
        return "only chatbot/ui imports textual" if top == "textual" else None
    if top == "train" and not (own == "cli" and found.lazy):
        return "chatbot imports train only inside functions of the cli"
    if top == "textual" and own != "ui":
        return "only chatbot/ui imports textual"
    if top in FRAMEWORKS and own not in MAY_USE_FRAMEWORKS:
        return "only layers, model and train use a framework"
    if top != "chatbot":
        return None
    theirs = room(found.target)
    if importer == "chatbot" and theirs == "conversation":
        return None  # `from chatbot import Conversation`; that a start does not load it is tested in a subprocess
    if own in {"runtime", "conversation"} and theirs in NOT_FOR_TALKING:
        return "talking needs neither layers nor model"
    if LEVELS[theirs] > LEVELS[own] or {own, theirs} == {"text", "layers"}:
        return f"{own or 'the package'} may import its own room or lower ones"
    return None


def import_violations(root: Path) -> list[str]:
    violations = []
    for path in source_files(root):
        importer = dotted(root, path)
        if importer.startswith("chatbot.") and importer.split(".")[1] not in LEVELS:
            violations.append(f"{path.relative_to(root)}: no known room; add it to LEVELS")
        for found in imports(root, path):
            why = forbidden(importer, found)
            if why:
                violations.append(f"{path.relative_to(root)}:{found.line}: imports {found.target}; {why}")
    return violations


def missing_tests(root: Path) -> list[str]:
    expected = [
        root / "tests" / path.relative_to(root).parent / f"test_{path.name}"
        for path in source_files(root)
        if path.name not in {"__init__.py", "__main__.py"}
    ]
    return [str(path.relative_to(root)) for path in expected if not path.is_file()]


def too_long(root: Path, allowed: dict[str, str] = ALLOWED_LONG) -> list[str]:
    lengths, limits = {}, {}
    for path in source_files(root):
        name = path.relative_to(root).as_posix()
        lengths[name], limits[name] = len(path.read_text(encoding="utf-8").splitlines()), MAX_FILE
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                function = f"{name}:{node.name}"
                lengths[function] = max(lengths.get(function, 0), (node.end_lineno or 0) - node.lineno + 1)
                limits[function] = MAX_FUNCTION
    long = [name for name, length in lengths.items() if length > limits[name]]
    stale = [f"{name}: no longer needs its exception" for name in allowed if name not in long]
    return stale + [f"{name}: {lengths[name]} lines, limit {limits[name]}" for name in long if name not in allowed]


def unsafe_call(node: ast.Call) -> bool:
    if isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec"}:
        return True
    if any(
        word.arg == "allow_pickle" and not (isinstance(word.value, ast.Constant) and word.value.value is False)
        for word in node.keywords
    ):
        return True
    owner, _, method = ast.unparse(node.func).rpartition(".")
    return owner == "yaml" and method in UNSAFE_YAML


def unsafe_code(root: Path) -> list[str]:
    """Whatever runs code that a file brings along: unpickling, evaluation, YAML that builds objects."""
    violations = []
    for path in source_files(root):
        name = path.relative_to(root)
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.Call) and unsafe_call(node):
                violations.append(f"{name}:{node.lineno}: {ast.unparse(node)}")
        for found in imports(root, path):
            if found.target.split(".")[0] in UNSAFE_MODULES or found.target in {f"yaml.{call}" for call in UNSAFE_YAML}:
                violations.append(f"{name}:{found.line}: imports {found.target}")
    return violations


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after running ``code``."""
    report = "import json, sys; print(); print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("rule", [import_violations, missing_tests, too_long, unsafe_code])
def test_this_repository_keeps(rule: Callable[[Path], list[str]]) -> None:
    assert source_files(ROOT)
    violations = rule(ROOT)
    assert not violations, "\n".join(violations)


HELP = """
import runpy, sys
sys.argv = ["chatbot", "--help"]
try:
    runpy.run_module("chatbot", run_name="__main__", alter_sys=True)
except SystemExit as exit:
    assert not exit.code, exit.code
"""


@pytest.mark.parametrize(
    ("code", "unwanted"),
    [
        ("import chatbot", {"numpy", "textual"}),
        ("import chatbot.cli", {"numpy", "textual"}),
        ("import chatbot.conversation", {"textual"}),
        (HELP, {"numpy", "textual"}),
    ],
    ids=lambda value: "chatbot --help" if value == HELP else None,
)
def test_a_start_loads_neither_a_framework_nor_what_it_does_not_need(code: str, unwanted: set[str]) -> None:
    assert not loaded_by(code) & (FRAMEWORKS | unwanted | {"train"})


@pytest.mark.parametrize("name", ["errors", "config", "text", "bundle", "runtime", "conversation", "ui", "cli"])
def test_no_module_needed_for_talking_loads_a_framework(name: str) -> None:
    modules = [dotted(ROOT, path) for path in source_files(ROOT) if path.name != "__main__.py"]
    modules = [module for module in modules if module.startswith("chatbot.") and room(module) == name]
    assert modules, f"there is no chatbot.{name}"
    unwanted = FRAMEWORKS | {"train"} | (set() if name == "ui" else {"textual"})
    assert not loaded_by("\n".join(f"import {module}" for module in modules)) & unwanted


def test_the_subprocess_sees_what_is_loaded() -> None:
    assert "numpy" in loaded_by("import numpy")


def write(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("chatbot/errors.py", "import chatbot.text.tokenizer"),
        ("chatbot/__init__.py", "from chatbot.runtime import engine"),
        ("chatbot/text/tokenizer.py", "from chatbot.layers import CELLS"),
        ("chatbot/layers/recurrent.py", "from ..text import template"),
        ("chatbot/layers/cells/lstm.py", "from chatbot import model"),
        ("chatbot/model/seq2seq.py", "import chatbot.bundle as bundle"),
        ("chatbot/runtime/engine.py", "from chatbot import conversation"),
        ("chatbot/runtime/engine.py", "from chatbot.model.seq2seq import Seq2Seq"),
        ("chatbot/conversation/session.py", "def talk():\n    from chatbot.layers import CELLS"),
        (
            "chatbot/conversation/session.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ..ui import app",
        ),
        ("chatbot/ui/app.py", "from chatbot.cli import main"),
        ("chatbot/ui/app.py", "def start():\n    import train.trainer"),
        ("chatbot/cli.py", "import train.cli"),
        ("chatbot/cli/train.py", "import importlib\nimportlib.import_module('train.cli')"),
        ("chatbot/cli.py", "class Command:\n    from train import cli"),
        ("chatbot/cli.py", "def run():\n    from textual.app import App"),
        ("chatbot/conversation/store.py", "import textual"),
        ("chatbot/bundle.py", "import tensorflow as tf"),
        ("chatbot/bundle.py", "def load():\n    from keras.saving import load_model"),
        ("chatbot/runtime/engine.py", "def load():\n    __import__('tensorflow')"),
        ("chatbot/cli.py", "async def run():\n    import keras"),
        ("chatbot/surprise.py", ""),
        ("train/trainer.py", "from chatbot.conversation import session"),
        ("train/cli.py", "def watch():\n    from chatbot import ui"),
        ("train/callbacks.py", "import textual"),
    ],
)
def test_an_import_against_the_direction_is_seen(tmp_path: Path, name: str, text: str) -> None:
    assert len(import_violations(write(tmp_path, name, text))) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("chatbot/config.py", "from chatbot.errors import ConfigError"),
        ("chatbot/bundle.py", "from chatbot import __version__\nfrom chatbot.model import Seq2Seq"),
        ("chatbot/model/encoder.py", "import keras\nfrom . import decoder\nfrom ..layers.attention import Attention"),
        (
            "chatbot/runtime/beam.py",
            "import numpy\nfrom chatbot.runtime.samplers import Rules\nfrom chatbot import config",
        ),
        ("chatbot/ui/app.py", "from textual.app import App\nfrom chatbot.conversation import session"),
        ("chatbot/cli.py", "def train():\n    import importlib\n    importlib.import_module('train.cli')"),
        ("chatbot/cli/__init__.py", "def train():\n    from train import cli\n    from chatbot.ui import app"),
        ("chatbot/__main__.py", "from chatbot.cli import main"),
        ("train/export.py", "import tensorflow\nfrom chatbot.runtime import engine\nfrom train import dataset"),
    ],
)
def test_an_import_along_the_direction_is_allowed(tmp_path: Path, name: str, text: str) -> None:
    assert import_violations(write(tmp_path, name, text)) == []


def test_a_module_without_its_test_is_seen(tmp_path: Path) -> None:
    for name in ("chatbot/__init__.py", "chatbot/__main__.py", "chatbot/layers/cells/lstm.py", "train/cli.py"):
        write(tmp_path, name, "")
    assert missing_tests(tmp_path) == ["tests/chatbot/layers/cells/test_lstm.py", "tests/train/test_cli.py"]
    write(tmp_path, "tests/chatbot/layers/cells/test_lstm.py", "")
    assert missing_tests(tmp_path) == ["tests/train/test_cli.py"]


def test_a_long_file_or_function_is_seen_unless_there_is_a_reason(tmp_path: Path) -> None:
    body = "\n".join(["    pass"] * MAX_FUNCTION)
    write(tmp_path, "chatbot/errors.py", "\n" * MAX_FILE)
    assert too_long(tmp_path, {}) == []
    write(tmp_path, "chatbot/config.py", "\n" * (MAX_FILE + 1))
    write(tmp_path, "train/cli.py", f"class A:\n  def f(self):\n{body}\ndef short(): pass")
    assert [line.split(": ")[0] for line in too_long(tmp_path, {})] == ["chatbot/config.py", "train/cli.py:f"]
    assert too_long(tmp_path, {"chatbot/config.py": "a table", "train/cli.py:f": "a parser"}) == []
    assert len(too_long(tmp_path, {"chatbot/config.py": "", "train/cli.py:f": "", "train/gone.py": ""})) == 1


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "def load():\n    from pickle import loads",
        "eval('1')",
        "exec(code)",
        "np.load(path, allow_pickle=True)",
        "np.load(path, allow_pickle=flag)",
        "yaml.load(text, Loader=Loader)",
        "from yaml import unsafe_load",
    ],
)
def test_code_that_a_file_could_bring_along_is_seen(tmp_path: Path, text: str) -> None:
    assert len(unsafe_code(write(tmp_path, "train/cli.py", text))) == 1


@pytest.mark.parametrize(
    "text", ["model.eval()", "np.load(path, allow_pickle=False)", "yaml.safe_load(text)", "'pickle'"]
)
def test_safe_code_is_let_pass(tmp_path: Path, text: str) -> None:
    assert unsafe_code(write(tmp_path, "train/cli.py", text)) == []
