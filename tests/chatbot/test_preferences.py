"""Laws of the user's settings: what is written holds, what is wrong is named with its line, the file stays."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chatbot.config import SamplingConfig
from chatbot.errors import ConfigError
from chatbot.preferences import (
    Preferences,
    check_sampling,
    load_preferences,
    preferences_path,
    template,
    written,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_without_a_file_the_defaults_hold(file: Path) -> None:
    assert load_preferences(file) == (Preferences(), None)
    assert load_preferences(file / "below") == (Preferences(), None)


def test_the_file_is_in_the_users_config_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert preferences_path().name == "config.toml"
    preferences_path().parent.mkdir(parents=True)
    preferences_path().write_text("ghost_text = false")
    assert load_preferences() == (Preferences(ghost_text=False), None)


def test_every_setting_can_be_written(file: Path) -> None:
    file.write_text(
        "\ufeffmodel = 'mine'\ntheme = 'nord'\nreduced_motion = true\nshow_details = false\nghost_text = false\n"
        "memory_panel = true\n[sampling]\ntemperature = 1\nseed = 4\n"
        "[keys]\napp.quit = ' f10 '\n'chat.new' = 'f2,f3'\n",
        encoding="utf-8",
    )
    keys = {"app.quit": "f10", "chat.new": "f2,f3"}
    wanted = Preferences("mine", "nord", True, False, False, True, {"temperature": 1, "seed": 4}, keys)
    assert load_preferences(file) == (wanted, None)
    assert written(file) >= {"model", "memory_panel", "sampling.seed", "keys.app.quit", "keys.chat.new"}
    assert len(written(file)) == 6 + 2 + 2


def test_the_home_directory_may_be_written_as_in_a_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somewhere")
    assert Preferences(model="~/bundle").model_path == "/somewhere/bundle"
    assert Preferences(model="mine").model_path == "mine"
    assert Preferences().model_path is None


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("theme = \n", 1, "not TOML"),
        ("\n\ntheme = 'a", 3, "not TOML"),
        ("theme = 'a'\ntheme = 'b'\n", 2, "not TOML"),
        ("\nthem = 'nord'", 2, "did you mean 'theme'?"),
        ("# theme\n\ntheme = 3", 3, "expected a value of type str"),
        ("ghost_text = 1", 1, "expected a value of type bool"),
        ("model = ''", 1, "expected a name"),
        ("sampling = 3", 1, "write its settings below a line [sampling]"),
        ("[sampling]\ntemperature = 0.5\ntop_p = 2", 3, "expected more than 0, at most 1"),
        ("[sampling]\ntop_k = 'x'", 2, "expected a value of type int"),
        ("[sampling]\nmin_length = 'x'", 2, "expected a value of type int"),
        ("[sampling]\nmin_length = 9\nmax_length = 5", 3, "max_length = 5"),
        ("[sampling]\ntemperatur = 1", 2, "did you mean 'temperature'?"),
        ("[samplings]\nx = 1", 1, "did you mean 'sampling'?"),
        ("[keys]\n'app.quit' = 3", 2, "a key as text"),
        ("[keys]\napp.quit = ''", 2, "a key as text"),
        ("x = " + "[" * 20000, 1, "not TOML"),
    ],
)
def test_what_is_wrong_is_named_with_its_line_and_nothing_of_the_file_holds(
    file: Path, text: str, line: int, said: str
) -> None:
    file.write_text(text, encoding="utf-8")
    preferences, problem = load_preferences(file)
    assert preferences == Preferences()
    assert problem is not None
    assert problem.startswith(f"{file}, line {line}: ")
    assert said in problem
    assert "; expected " in problem
    assert problem.count("\n") == 0
    assert file.read_text(encoding="utf-8") == text


def test_bytes_that_are_no_text_are_named_with_their_line(file: Path) -> None:
    file.write_bytes(b"theme = 'nord'\nmodel = '\xff'")
    assert load_preferences(file)[0] == Preferences()
    assert f"{file}, line 2: not UTF-8" in str(load_preferences(file)[1])


def test_a_file_that_cannot_be_read_is_named(file: Path) -> None:
    file.mkdir()
    preferences, problem = load_preferences(file)
    assert preferences == Preferences()
    assert "cannot be read" in str(problem)


def test_what_the_file_says_acts_on_no_terminal(file: Path) -> None:
    file.write_text("'\\u001b[31m\\u202etheme' = 1", encoding="utf-8")
    assert "\x1b" not in str(load_preferences(file)[1])
    assert "\u202e" not in str(load_preferences(file)[1])


def test_the_template_changes_nothing_until_a_comment_becomes_a_setting(file: Path) -> None:
    file.write_text(template(), encoding="utf-8")
    assert load_preferences(file) == (Preferences(), None)
    assert written(file) == frozenset()
    file.write_text(re.sub(r'(?m)^# ("?[\w.]+"? = )', r"\1", template()), encoding="utf-8")
    preferences, problem = load_preferences(file)
    assert problem is None
    assert SamplingConfig.from_dict(preferences.sampling) == SamplingConfig(seed=1)
    assert {name.split(".")[0] for name in written(file)} == set(Preferences.names())
    assert max(map(len, template().splitlines())) < 160


def test_sampling_is_judged_without_what_is_not_given() -> None:
    check_sampling({})
    check_sampling({"min_length": 10**6})
    with pytest.raises(ConfigError, match="max_length"):
        check_sampling({"min_length": 3, "max_length": 2})
