"""Laws of the wheel: it holds everything the program needs and nothing else, and works far from the checkout."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("chatbot", "train")
SHIPPED = ROOT / "chatbot" / "bundles" / "default"

pytestmark = pytest.mark.slow


def expected(root: Path) -> set[str]:
    """Every file of the packages but what Python and tools leave behind."""
    return {
        path.relative_to(root).as_posix()
        for package in PACKAGES
        for path in (root / package).rglob("*")
        if path.is_file() and path.suffix != ".pyc" and not any(part.startswith(".") for part in path.parts[-3:])
    }


def content(wheel: Path) -> set[str]:
    """Every file in a wheel but its description of itself."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout; with hatchling installed, without fetching it again."""
    out = tmp_path_factory.mktemp("wheel")
    isolation = ["--no-isolation"] if importlib.util.find_spec("hatchling") else []
    command = [sys.executable, "-m", "build", "--wheel", *isolation, "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, cwd=out, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = out.glob("*.whl")
    return made


Installed = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Runs a program of a new virtual environment that holds the wheel and its base dependencies, somewhere else."""
    place = tmp_path_factory.mktemp("elsewhere")
    environment = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    environment["XDG_DATA_HOME"] = str(place / "data")

    def run(*command: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=place, env=environment, input=stdin, capture_output=True, text=True, check=False
        )

    def from_there(program: str, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return run(str(place / "venv" / "bin" / program), *words, stdin=stdin)

    made = run(sys.executable, "-m", "venv", "--without-pip", "venv")
    assert made.returncode == 0, made.stderr
    python = str(place / "venv" / "bin" / "python")
    done = run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", str(wheel))
    assert done.returncode == 0, done.stderr
    return from_there


def test_the_wheel_holds_both_packages_with_all_their_data_and_nothing_else(wheel: Path) -> None:
    files = content(wheel)
    assert files == expected(ROOT)
    assert any(name.endswith(".tcss") for name in files)
    assert {name.split("/")[0] for name in files} == set(PACKAGES)


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        texts = {name.split(".dist-info/")[1]: name for name in archive.namelist() if ".dist-info/" in name}
        assert "chatbot = chatbot.cli:main" in archive.read(texts["entry_points.txt"]).decode()
        needed = [
            line
            for line in archive.read(texts["METADATA"]).decode().splitlines()
            if line.startswith("Requires-Dist:") and "extra ==" not in line
        ]
    assert "licenses/LICENSE" in texts
    assert not [line for line in needed if "tensorflow" in line or "keras" in line]


@pytest.mark.skipif(not SHIPPED.is_dir(), reason="no model ships yet")
def test_the_shipped_model_is_in_the_wheel(wheel: Path) -> None:
    from chatbot.bundle import FILES, MANIFEST

    assert {f"chatbot/bundles/default/{name}" for name in (*FILES, MANIFEST)} <= content(wheel)


def test_package_data_that_is_left_out_is_seen(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as whole, zipfile.ZipFile(tmp_path / wheel.name, "w") as torn:
        for name in whole.namelist():
            if not name.endswith(".tcss"):
                torn.writestr(name, whole.read(name))
    left_out = expected(ROOT) - content(tmp_path / wheel.name)
    assert left_out
    assert all(name.endswith(".tcss") for name in left_out)


def test_installed_it_knows_its_version(installed: Installed) -> None:
    from chatbot import __version__

    done = installed("chatbot", "--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"chatbot {__version__}\n", "")


def test_installed_it_lists_its_models(installed: Installed) -> None:
    done = installed("chatbot", "models")
    assert done.returncode == 0, done.stderr
    assert ("shipped" in done.stdout) == SHIPPED.is_dir()
    assert str(ROOT) not in done.stdout + done.stderr


@pytest.mark.skipif(not SHIPPED.is_dir(), reason="no model ships yet")
def test_installed_it_replies(installed: Installed) -> None:
    done = installed("chatbot", "reply", stdin="Hi\nHow are you?\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 2
    assert all(line.strip() for line in done.stdout.splitlines())


def test_installed_its_screen_finds_its_style(installed: Installed) -> None:
    code = """
import asyncio
from chatbot.ui.app import ChatApp

def nobody():
    raise OSError("there is no model here")

async def look():
    async with ChatApp(nobody).run_test() as pilot:
        await pilot.pause()

asyncio.run(look())
"""
    done = installed("python", "-c", code)
    assert done.returncode == 0, done.stderr


def test_installed_it_brings_no_framework_and_names_what_training_needs(installed: Installed) -> None:
    code = "import importlib.util as u; print([n for n in ('tensorflow', 'keras', 'safetensors') if u.find_spec(n)])"
    assert installed("python", "-c", code).stdout == "[]\n"
    done = installed("chatbot", "train", "corpus.jsonl")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "pip install 'chatbot[train]'" in done.stderr
