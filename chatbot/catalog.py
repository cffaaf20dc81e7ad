"""Where bundles are found: those that ship with the program, those in the user's data directory, and any directory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from chatbot.bundle import MANIFEST, Bundle, read_bundle
from chatbot.errors import BundleError

DEFAULT = "default"
"""Name of the bundle that is opened unless another is named."""
SHIPPED = Path(__file__).resolve().parent / "bundles"
"""The bundles that come with the program."""


def user_models() -> Path:
    """Where the user's own bundles are looked for; it need not exist."""
    from platformdirs import user_data_path  # not at the top: talking to the shipped model needs no look into it

    return Path(user_data_path("chatbot", appauthor=False)) / "models"


def bundle_directories() -> Iterator[tuple[str, Path]]:
    """(where it comes from, directory) of every named bundle, the shipped ones first."""
    for origin, root in (("shipped", SHIPPED), ("user", user_models())):
        try:
            entries = sorted(path for path in root.iterdir() if (path / MANIFEST).is_file())
        except OSError:  # no such directory, or not ours to read: then there are no bundles in it
            continue
        yield from ((origin, path) for path in entries)


def find_bundle(model: str | Path | None = None) -> Path:
    """The directory of a bundle, by its name or the path of its directory; None is the shipped default.

    Raises:
        BundleError: if there is none; it lists the names there are.
    """
    if model is None:
        return SHIPPED / DEFAULT
    path = Path(model)
    if isinstance(model, Path) or len(path.parts) != 1 or _is_directory(path):
        return path
    directories = list(bundle_directories())
    for _, directory in directories:
        if directory.name == model:
            return directory
    names = ", ".join(sorted({directory.name for _, directory in directories})) or "none"
    raise BundleError(
        f"no model is called {model!r} and no directory either",
        expected=f"one of the models there are ({names}) or the directory of a bundle",
        remedy="see `chatbot models`",
    )


def _is_directory(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # too long for a name, or with a NUL in it
        return False


def open_bundle(model: str | Path | None = None) -> Bundle:
    """Find and read a bundle.

    Raises:
        BundleError: if there is none, or it is not whole.
    """
    return read_bundle(find_bundle(model))
