"""Laws of the shared options: where they may stand, what they override, and what happens to a wrong value."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chatbot.bundle import GRAPH, Bundle, write_bundle
from chatbot.cli import build_parser, options
from chatbot.config import SamplingConfig

Run = Callable[..., Any]


def parse(*words: str) -> argparse.Namespace:
    return build_parser("reply").parse_args(words)


def test_every_setting_of_sampling_has_an_option_that_reaches_the_conversation(bundle_dir: Path) -> None:
    wanted = SamplingConfig(0.25, 3, 0.5, 11, 2, 4, 17, 2, 0.75)
    words = [word for name, value in wanted.to_dict().items() for word in ("--" + name.replace("_", "-"), str(value))]
    conversation = options.open_conversation(parse("reply", "--model", str(bundle_dir), *words))
    assert conversation.sampling == wanted


def test_what_is_not_given_is_the_bundles_own(bundle_float32: Bundle, tmp_path: Path) -> None:
    own = SamplingConfig(temperature=0.125, top_k=9, seed=4, max_length=300)
    write_bundle(tmp_path / "own", dataclasses.replace(bundle_float32, sampling=own))
    model = ("--model", str(tmp_path / "own"))
    assert options.open_conversation(parse("reply", *model)).sampling == own
    changed = options.open_conversation(parse("reply", *model, "--top-k", "5")).sampling
    assert changed == dataclasses.replace(own, top_k=5)


def test_what_is_given_is_judged_together_with_the_bundles_own(bundle_float32: Bundle, tmp_path: Path) -> None:
    own = SamplingConfig(max_length=300)
    write_bundle(tmp_path / "own", dataclasses.replace(bundle_float32, sampling=own))
    changed = options.open_conversation(parse("reply", "--model", str(tmp_path / "own"), "--min-length", "100"))
    assert changed.sampling == dataclasses.replace(own, min_length=100)


def test_options_may_stand_before_and_after_the_sub_command() -> None:
    before, after = parse("--model", "x", "--seed", "3", "reply"), parse("reply", "--model", "x", "--seed", "3")
    assert vars(before) == vars(after)
    assert parse("--seed", "3", "reply", "--seed", "4").seed == 4


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--temperature", "-0.5"),
        ("--temperature", "nan"),
        ("--temperature", "inf"),
        ("--top-k", "-1"),
        ("--top-p", "0"),
        ("--top-p", "1.5"),
        ("--seed", "-1"),
        ("--no-repeat-ngram", "-1"),
        ("--min-length", "0"),
        ("--max-length", "0"),
        ("--beams", "0"),
        ("--length-penalty", "-1"),
        ("--length-penalty", "nan"),
    ],
)
def test_a_value_out_of_range_is_a_mistake_of_usage(chatbot: Run, option: str, value: str) -> None:
    done = chatbot("reply", option, value, "--model", "there-is-none", stdin=b"Hi\n")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert option.strip("-").replace("-", "_") in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("option", "value"),
    [("--temperature", "warm"), ("--top-k", "1.5"), ("--top-p", ""), ("--seed", "1e3"), ("--beams", "two")],
)
def test_a_value_that_is_no_number_is_a_mistake_of_usage(chatbot: Run, option: str, value: str) -> None:
    done = chatbot("reply", option, value, stdin=b"Hi\n")
    assert (done.code, done.out) == (2, "")
    assert option in done.err


def test_an_unknown_model_is_a_failure_on_one_line_that_lists_the_models(
    chatbot: Run, no_models: Path, bundle_float32: Bundle
) -> None:
    write_bundle(no_models / "default", bundle_float32)
    done = chatbot("reply", "--model", "defualt", stdin=b"Hi\n")
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "defualt" in done.err
    assert "(default)" in done.err


@pytest.mark.parametrize("damage", ["missing", "cut", "flipped"])
def test_a_torn_bundle_is_a_failure_on_one_line(
    chatbot: Run, bundle_float32: Bundle, tmp_path: Path, damage: str
) -> None:
    write_bundle(tmp_path / "torn", bundle_float32)
    graph = tmp_path / "torn" / GRAPH
    content = bytearray(graph.read_bytes())
    content[len(content) // 2] ^= 1
    {
        "missing": graph.unlink,
        "cut": lambda: graph.write_bytes(bundle_float32.files[GRAPH][:1000]),
        "flipped": lambda: graph.write_bytes(content),
    }[damage]()
    done = chatbot("reply", "--model", tmp_path / "torn", stdin=b"Hi\n")
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert GRAPH in done.err
    assert "Traceback" not in done.err
