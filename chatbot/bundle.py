"""A bundle: one directory that is one model, with everything needed to talk to it, and to go on training it.

    bundle.json           format version, configurations, metadata, and size and SHA-256 of every other file
    tokenizer.model       SentencePiece
    weights.safetensors   the weights, half precision, by variable path
    graph.tflite          the step functions for LiteRT (see `train/export.py`)

`bundle.json` is written last, into a directory beside the target which is then renamed: a bundle is whole or not there.
Reading checks every byte.  How the weights and the graph are made is the business of ``train.export``.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chatbot.config import ModelConfig, SamplingConfig
from chatbot.errors import BundleError, ConfigError
from chatbot.text.sanitize import one_line

FORMAT = 1
"""Version of the layout; a bundle of another one is refused."""
MANIFEST, TOKENIZER, WEIGHTS, GRAPH = "bundle.json", "tokenizer.model", "weights.safetensors", "graph.tflite"
FILES = (TOKENIZER, WEIGHTS, GRAPH)
_REMEDY = "fetch or train the bundle again, or name another with --model"


@dataclass(frozen=True)
class Bundle:
    """A whole and checked model."""

    model: ModelConfig
    """The shape of the network."""
    sampling: SamplingConfig
    """How it is meant to be sampled from, unless the user says otherwise."""
    files: Mapping[str, bytes] = field(repr=False)
    """Content of ``FILES`` by name."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """Where it came from: corpora, credits, perplexity, versions, precision of the graph."""
    name: str = "unnamed"
    """Name of the directory."""

    @property
    def size_bytes(self) -> int:
        """Bytes of all files but the manifest."""
        return sum(len(content) for content in self.files.values())


def write_bundle(directory: Path, bundle: Bundle) -> None:
    """Write ``bundle`` at ``directory``, replacing a bundle that is there only once the new one is whole.

    Raises:
        BundleError: if something else than a bundle is there, or the disk cannot take it; what was there stays.
    """
    manifest = {
        "format": FORMAT,
        "model": bundle.model.to_dict(),
        "sampling": bundle.sampling.to_dict(),
        "metadata": dict(bundle.metadata),
        "files": {name: _fingerprint(bundle.files[name]) for name in FILES},
    }
    content = {**bundle.files, MANIFEST: (json.dumps(manifest, indent=2) + "\n").encode()}
    try:
        if directory.exists() and not _replaceable(directory):
            raise BundleError(
                f"{directory} holds something else than a bundle",
                expected="a new name",
                remedy="give another directory",
            )
        directory.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{directory.name}-", dir=directory.parent) as scratch:
            whole = Path(scratch, "new")
            whole.mkdir()
            for name in (*FILES, MANIFEST):
                _write_through(whole / name, content[name])
            _swap(directory, whole, Path(scratch, "old"))
    except OSError as error:
        raise BundleError(
            f"{directory} cannot be written ({error.strerror})",
            expected="a directory on a disk with room",
            remedy="free some space or give another directory",
        ) from error


def _replaceable(directory: Path) -> bool:
    return directory.is_dir() and ((directory / MANIFEST).is_file() or not any(directory.iterdir()))


def _swap(directory: Path, new: Path, old: Path) -> None:
    """Put ``new`` in the place of ``directory``, which goes to ``old``; interrupted, one of them is there."""
    try:
        if directory.exists():
            directory.rename(old)
        new.rename(directory)
    except BaseException:  # Ctrl-C too: the scratch directory is about to be removed, and ``old`` in it
        if old.exists() and not directory.exists():
            old.rename(directory)
        raise


def read_bundle(directory: Path) -> Bundle:
    """Read and check the bundle at ``directory``.

    Raises:
        BundleError: if it is missing, torn, of another version, or any file is not what was written.
    """
    manifest = _read_manifest(directory)
    try:
        entries = {name: manifest["files"][name] for name in FILES}
        model = ModelConfig.from_dict(manifest["model"])
        sampling = SamplingConfig.from_dict(manifest["sampling"])
        metadata = dict(manifest["metadata"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"{type(error).__name__}: {error}"
        raise _broken(f"{directory / MANIFEST} lacks something ({what})", "a whole manifest") from error
    except ConfigError as error:
        raise _broken(f"{directory / MANIFEST}: {error.received}", error.expected) from error
    files = {name: _read_checked(directory / name, entry) for name, entry in entries.items()}
    return Bundle(model=model, sampling=sampling, files=files, metadata=metadata, name=directory.resolve().name)


def _read_manifest(directory: Path) -> dict[str, Any]:
    path = directory / MANIFEST
    try:
        manifest = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        there = "a directory without" if directory.is_dir() else "no directory with"
        raise _broken(f"{directory}: {there} {MANIFEST}", "a bundle made by `chatbot train`") from error
    except OSError as error:
        raise _broken(f"{path} cannot be read ({error.strerror})", "a readable file") from error
    except (ValueError, RecursionError) as error:
        raise _broken(f"{path} is not JSON ({one_line(str(error))})", "a whole manifest") from error
    version = manifest.get("format") if isinstance(manifest, dict) else None
    if version != FORMAT:
        raise _broken(f"{path} has format {one_line(repr(version))}", f"format {FORMAT}")
    return dict(manifest)


def _read_checked(path: Path, entry: Mapping[str, Any]) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _broken(f"{path} cannot be read ({error.strerror})", f"the file that {MANIFEST} lists") from error
    found = _fingerprint(content)
    expected = entry if isinstance(entry, Mapping) else {}
    if found["bytes"] != expected.get("bytes"):
        raise _broken(f"{path} has {found['bytes']} bytes", f"{expected.get('bytes')} bytes")
    if found["sha256"] != expected.get("sha256"):
        raise _broken(f"{path} has SHA-256 {found['sha256'][:12]}…", f"{str(expected.get('sha256'))[:12]}…")
    return content


def _fingerprint(content: bytes) -> dict[str, Any]:
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _broken(received: str, expected: str) -> BundleError:
    return BundleError(received, expected=expected, remedy=_REMEDY)


def _write_through(path: Path, content: bytes) -> None:
    """Write, and only return once it is on the disk: the rename that follows must not overtake it."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
