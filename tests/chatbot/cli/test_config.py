"""Laws of `chatbot config`, and of what counts more: the command line, then the file, then the model's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chatbot.cli import build_parser, options
from chatbot.preferences import Preferences, template
from chatbot.ui.remembering import Remembering, state_path

Run = Callable[..., Any]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the file of the user would be."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    path = tmp_path / "config" / "chatbot" / "config.toml"
    path.parent.mkdir(parents=True)
    return path


def test_without_a_file_it_says_where_it_would_be_and_lists_every_setting(chatbot: Run, file: Path) -> None:
    done = chatbot("config")
    assert (done.code, done.err) == (0, "")
    assert done.lines[0].startswith(str(file))
    assert "--init" in done.lines[0]
    rows = done.lines[3:]
    assert [row.split()[0] for row in rows][: len(Preferences.names()) - 2] == list(Preferences.names())[:-2]
    assert {row.split()[-1] for row in rows} == {"default"}
    assert any(row.startswith("sampling.temperature") for row in rows)


def test_it_says_what_comes_from_the_file_even_if_it_is_the_default(chatbot: Run, file: Path) -> None:
    file.write_text("show_details = true\nmodel = 'mine'\n[sampling]\ntop_k = 7\n[keys]\napp.quit = 'f10'\n")
    done = chatbot("config")
    rows = {row.split()[0]: row.split() for row in done.lines[3:]}
    assert done.lines[0] == str(file)
    assert rows["show_details"] == ["show_details", "yes", "yes", "file"]
    assert (rows["model"][1], rows["model"][-1]) == ("mine", "file")
    assert (rows["sampling.top_k"][1], rows["sampling.top_k"][-1]) == ("7", "file")
    assert (rows["keys.app.quit"][1], rows["keys.app.quit"][-1]) == ("f10", "file")
    assert rows["ghost_text"][-1] == "default"


def test_what_was_chosen_in_the_chat_is_shown_until_the_file_says_something_else(
    chatbot: Run, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    Remembering(Preferences(), state_path()).choose("theme", "nord")
    rows = {row.split()[0]: row.split() for row in chatbot("config").lines[3:]}
    assert (rows["theme"][1], rows["theme"][-1]) == ("nord", "chosen")
    assert rows["ghost_text"][-1] == "default"
    file.write_text("theme = 'dracula'\n")
    rows = {row.split()[0]: row.split() for row in chatbot("config").lines[3:]}
    assert (rows["theme"][1], rows["theme"][-1]) == ("dracula", "file")


def test_json_holds_the_same(chatbot: Run, file: Path) -> None:
    file.write_text("theme = 'nord'\n[sampling]\ntemperature = 0.25\n")
    done = chatbot("config", "--json")
    report = json.loads(done.out)
    assert (report["path"], report["exists"], report["problem"]) == (str(file), True, None)
    settings = {each["name"]: each for each in report["settings"]}
    assert settings["theme"] | {"meaning": ""} == {
        "name": "theme", "value": "nord", "default": None, "source": "file", "meaning": ""
    }  # fmt: skip
    assert settings["sampling.temperature"]["value"] == 0.25
    assert all(each["meaning"] for each in settings.values())


def test_a_broken_file_is_named_the_defaults_shown_and_the_file_untouched(chatbot: Run, file: Path) -> None:
    file.write_text("ghost_text = false\nthem = 'nord'\n")
    for words in (["config"], ["config", "--json"]):
        done = chatbot(*words)
        assert (done.code, done.err.count("\n")) == (1, 1)
        assert f"{file}, line 2: unknown setting 'them'" in done.err
        assert "file" not in {row.split()[-1] for row in done.lines[3:]}
    assert file.read_text() == "ghost_text = false\nthem = 'nord'\n"


def test_init_writes_a_template_once(chatbot: Run, file: Path) -> None:
    file.parent.rmdir()
    done = chatbot("config", "--init")
    assert done == (0, f"{file}\n", "")
    assert file.read_text(encoding="utf-8") == template()
    file.write_text("theme = 'nord'")
    done = chatbot("config", "--init")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert file.read_text() == "theme = 'nord'"


def test_init_follows_no_link_that_leads_nowhere(chatbot: Run, file: Path, tmp_path: Path) -> None:
    file.symlink_to(tmp_path / "nowhere")
    assert chatbot("config", "--init").code == 2
    assert not (tmp_path / "nowhere").exists()


def test_init_where_nothing_can_be_written_is_a_failure_on_one_line(chatbot: Run, file: Path) -> None:
    file.parent.rmdir()
    file.parent.parent.rmdir()
    file.parent.parent.write_text("a file, no folder")
    done = chatbot("config", "--init")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "cannot be written" in done.err


# What counts more


def sampling_of(*words: str) -> Any:
    args = build_parser("reply").parse_args(["reply", *words])
    options.apply_preferences(args)
    return options.open_conversation(args).sampling


def test_the_command_line_counts_more_than_the_file_and_the_file_more_than_the_model(
    file: Path, bundle_dir: Path
) -> None:
    file.write_text("[sampling]\ntemperature = 0.125\ntop_k = 7\n")
    sampling = sampling_of("--model", str(bundle_dir), "--top-k", "3")
    assert (sampling.temperature, sampling.top_k, sampling.top_p) == (0.125, 3, 0.9)


def test_the_model_of_the_file_is_opened_unless_another_is_named(chatbot: Run, file: Path, bundle_dir: Path) -> None:
    file.write_text(f"model = '{bundle_dir}'\n")
    conversation = options.open_conversation(_applied("reply"))
    assert conversation.model.name == "tiny"
    file.write_text("model = 'there-is-none'\n")
    assert chatbot("reply", stdin=b"Hi\n").code == 1
    done = chatbot("reply", "--model", bundle_dir, stdin=b"Hi\n")
    assert (done.code, done.err) == (0, "")


def _applied(*words: str) -> Any:
    args = build_parser(words[0]).parse_args(words)
    options.apply_preferences(args)
    return args


@pytest.mark.parametrize("words", [["reply"], ["--plain"]], ids=str)
def test_with_a_broken_file_a_command_says_so_and_goes_on(
    chatbot: Run, file: Path, bundle_dir: Path, words: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    file.write_text("[sampling\n")
    done = chatbot(*words, "--model", bundle_dir, stdin=b"Hi\n")
    assert (done.code, len(done.lines), done.err.count("\n")) == (0, 1, 1)
    assert f"{file}, line 1" in done.err


def test_an_option_out_of_range_is_no_fault_of_the_file(chatbot: Run, file: Path) -> None:
    file.write_text("[sampling\n")
    done = chatbot("reply", "--top-p", "3", stdin=b"Hi\n")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert str(file) not in done.err


def test_commands_that_neither_talk_nor_ask_for_settings_do_not_read_the_file(chatbot: Run, file: Path) -> None:
    file.write_text("[sampling\n")
    assert str(file) not in chatbot("models").err
