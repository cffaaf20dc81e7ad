"""What a user sets once and for all, in a TOML file that only the user writes.

Reading it is strict, as of every configuration: what is wrong is named with its line, and then all of it counts as not
written, so that nobody wonders which half of a file holds.  The file is never changed.  The command line counts more;
what stands in neither is the bundle's own, or the default here.  What is chosen in the chat is kept elsewhere, see
``chatbot.ui.remembering``.

Who shows a screen takes ``theme``, ``reduced_motion`` and the other switches from ``load_preferences()`` and hands
``keys`` to Textual's ``App.set_keymap``; whether there is such a theme or such a binding, only the screen can know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from chatbot.config import Config, SamplingConfig
from chatbot.errors import ConfigError
from chatbot.text.sanitize import one_line

TABLES = ("sampling", "keys")
"""Settings that are tables of settings."""
_FALLBACK = "until then the defaults are used"


@dataclass(frozen=True)
class Preferences(Config):
    """The settings of a user; None and an empty table leave the choice to the program."""

    model: str | None = None
    """The model that is opened unless --model names another: a name of `chatbot models`, or the directory of a bundle
    (from the root, or from ~)."""
    theme: str | None = None
    """Colours of the chat, by the name of a theme; /theme in the chat lists them."""
    reduced_motion: bool = False
    """Whether nothing on the screen moves by itself."""
    show_details: bool = True
    """Whether time, speed and model stand under each reply."""
    ghost_text: bool = True
    """Whether the next words are proposed while you type."""
    memory_panel: bool = False
    """Whether the memory is shown when the chat opens."""
    sampling: dict[str, Any] = field(default_factory=dict)
    """How replies are chosen, where it is not to be as the model recommends."""
    keys: dict[str, str] = field(default_factory=dict)
    """Which key does what: the id of a binding, as F1 in the chat shows it, and the key; commas part several."""

    def __post_init__(self) -> None:
        for name in ("model", "theme"):
            self._require(name, getattr(self, name) is None or bool(one_line(getattr(self, name))), "a name")

    @property
    def model_path(self) -> str | None:
        """``model`` as --model takes it: no shell has put the home directory in for "~"."""
        home = self.model is not None and self.model.startswith("~")
        return str(Path(self.model or "").expanduser()) if home else self.model

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Build from what stands in the file.

        Raises:
            ConfigError: on an unknown setting, a wrong type or a value out of range.
        """
        tables = {name: values[name] for name in TABLES if name in values}
        for name, table in tables.items():
            if not isinstance(table, dict):
                raise ConfigError(
                    f"{name} = {table!r}",
                    expected=f"a table [{name}]",
                    remedy=f"write its settings below a line [{name}]",
                )
        made = super().from_dict({name: value for name, value in values.items() if name not in tables})
        check_sampling(tables.get("sampling", {}))
        whole = {**vars(made), **tables, "keys": dict(_bindings(tables.get("keys", {})))}
        return cls(**whole)


def check_sampling(given: Mapping[str, Any]) -> None:
    """Whether each of some sampling settings is within its range, whatever those are that are not given.

    Raises:
        ConfigError: if one is not.
    """
    if "max_length" not in given:  # whether that of the bundle is long enough is seen once it is read
        shortest = given.get("min_length", 1)
        given = {**given, "max_length": max(1, shortest) if isinstance(shortest, int) else 1}
    SamplingConfig.from_dict(given)


def _bindings(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Binding ids and keys; TOML reads the dots of an id without quotes as tables in tables."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _bindings(value, f"{prefix}{name}.")
        elif isinstance(value, str) and value.strip():
            yield prefix + name, value.strip()
        else:
            raise ConfigError(
                f"keys: {prefix}{name} = {value!r}",
                expected='a key as text, as "ctrl+n" or "f2,ctrl+m"',
                remedy=f"change {prefix}{name}",
            )


def preferences_path() -> Path:
    """Where the file is looked for; it need not exist."""
    from platformdirs import user_config_path  # not at the top: it is not needed to import this

    return Path(user_config_path("chatbot", appauthor=False)) / "config.toml"


def load_preferences(path: Path | None = None) -> tuple[Preferences, str | None]:
    """The settings of the user, and what is wrong with the file; then they are the defaults.

    Args:
        path: Of the file; None is that of the user.

    Returns:
        The settings, and None or one line that says what was found, where, what was expected and what to do.
    """
    place = path or preferences_path()
    try:
        content = place.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return Preferences(), None
    except OSError as error:
        return Preferences(), _problem(
            f"{place} cannot be read ({error.strerror})", "a file that you may read", "mend that"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Preferences(), _problem(f"{place}, line {line}: not UTF-8", "text in UTF-8", "save the file as UTF-8")
    return _parse(text, place)


def written(path: Path) -> frozenset[str]:
    """The settings that stand in a file that ``load_preferences`` read without a problem, by dotted name."""
    import tomllib

    try:
        values = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError:
        return frozenset()
    names = {name for name in values if name not in TABLES} | {
        f"sampling.{name}" for name in values.get("sampling", {})
    }
    return frozenset(names | {f"keys.{name}" for name, _ in _bindings(values.get("keys", {}))})


def _parse(text: str, place: Path) -> tuple[Preferences, str | None]:
    import tomllib  # not at the top: most users have no such file

    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.fullmatch(r"(.*) \(at line (\d+), column \d+\)", str(error), re.DOTALL)
        what, line = (found[1], f", line {found[2]}") if found else (str(error) or "nested too deeply", _end(text))
        return Preferences(), _problem(
            f"{place}{line}: not TOML ({what.removesuffix(' (at end of document)')})",
            'lines as: name = "value"',
            "correct the line",
        )
    try:
        return Preferences.from_dict(values), None
    except ConfigError as error:
        expected = error.expected.replace(" or NoneType", "")  # to leave a setting out is all the None that TOML has
        received = re.sub(r"^(Preferences|SamplingConfig): ", "", error.received)
        return Preferences(), _problem(f"{place}{_line_of(text, received)}: {received}", expected, error.remedy)


def _problem(received: str, expected: str, remedy: str) -> str:
    return one_line(f"{received}; expected {expected}; {remedy}; {_FALLBACK}")


def _end(text: str) -> str:
    """Where a mistake is that is noticed at the end only."""
    return f", line {len(text.splitlines())}" if text else ""


def _line_of(text: str, received: str) -> str:
    """Where the setting that a message begins with stands; empty if it is written in a way that is not recognised."""
    named = re.match(r"(?:unknown setting )?(?:keys: )?['\"]?([\w.-]+)", received)
    if named is None:
        return ""
    name = named[1].rpartition(".")[2]
    written = re.compile(rf"\s*\[?\s*(?:[\w.\"'-]+\.)?[\"']?{re.escape(name)}[\"']?\s*[\]=]")
    numbers = [number for number, line in enumerate(text.splitlines(), start=1) if written.match(line)]
    return f", line {numbers[0]}" if len(numbers) == 1 else ""


def template() -> str:
    """A file in which every setting stands as a comment, with what it means and its default."""
    texts, sampling = Preferences.describe(), SamplingConfig()
    lines = [
        "# Settings of chatbot; the command line counts more.  Take the # away from a setting to change it.",
        "# `chatbot config` shows what holds.",
    ]
    examples: dict[str, Any] = {"model": "default", "theme": "textual-dark"}
    for name, value in Preferences().to_dict().items():
        if name not in TABLES:
            lines += ["", f"# {texts[name]}", f"# {name} = {_toml(examples.get(name, value))}"]
    lines += ["", f"# {texts['sampling']}", "[sampling]"]
    texts |= SamplingConfig.describe()
    for name, value in sampling.to_dict().items():
        lines += ["", f"# {texts[name]}", f"# {name} = {_toml(1 if value is None else value)}"]
    lines += ["", f"# {texts['keys']}", "[keys]", '# "app.quit" = "ctrl+q"', '# "chat.new" = "ctrl+n"']
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else repr(value)
