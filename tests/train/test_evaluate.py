"""Laws of evaluation: the numbers are those of the Keras model and of counting by hand."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chatbot.bundle import TOKENIZER, Bundle, write_bundle
from chatbot.cli import main
from chatbot.runtime import speaker
from chatbot.text.template import Turn, lay_out
from chatbot.text.tokenizer import Tokenizer
from train.corpora import Dialogue
from train.evaluate import Evaluator, Record, distinct, report, top_share


@pytest.fixture(scope="module")
def few(dialogues: list[Dialogue]) -> list[Dialogue]:
    return dialogues[:2]


def measure(bundle: Bundle, dialogues: list[Dialogue], **options: Any) -> dict[str, Any]:
    return report(list(Evaluator(bundle).run(dialogues, **options)))


def counted_words(dialogues: list[Dialogue]) -> int:
    """Runs of anything but blanks in the replies, counted character by character."""
    words = 0
    for dialogue in dialogues:
        for turn in dialogue.turns[1:]:
            before = " "
            for character in turn.text:
                words += before.isspace() and not character.isspace()
                before = character
    return words


def keras_perplexity(bundle: Bundle, dialogues: list[Dialogue]) -> float:
    from train.export import open_model

    model: Any = open_model(bundle)
    tokenizer, nats, units = Tokenizer(bundle.files[TOKENIZER]), 0.0, 0
    for dialogue in dialogues:
        turns = [Turn(turn.role, turn.text.lower()) for turn in dialogue.turns]
        layout = lay_out(tokenizer, turns)
        scores = np.asarray(model({"ids": layout.ids[None], "starts": layout.starts[None]}))[0]
        nats -= float(scores[layout.counted[:-1]].sum())
        units += len(turns) - 1
    return math.exp(nats / (counted_words(dialogues) + units))


def test_perplexity_is_that_of_the_keras_model_on_lower_case(bundle_float32: Bundle, few: list[Dialogue]) -> None:
    expected = keras_perplexity(bundle_float32, few)
    assert measure(bundle_float32, few, greedy=False)["word_perplexity"] == pytest.approx(expected, rel=1e-3)


def test_eight_bit_weights_cost_little(bundle_float32: Bundle, bundle_int8: Bundle, few: list[Dialogue]) -> None:
    whole, small = (measure(each, few, greedy=False)["word_perplexity"] for each in (bundle_float32, bundle_int8))
    assert small == pytest.approx(whole, rel=0.02)
    assert small != whole


def test_replies_and_their_words_are_counted_but_not_the_first_turn(
    bundle_float32: Bundle, few: list[Dialogue]
) -> None:
    found = measure(bundle_float32, few, greedy=False)
    assert found["replies"] == sum(len(dialogue.turns) - 1 for dialogue in few)
    assert found["words"] == counted_words(few)
    assert set(found) == {"word_perplexity", "piece_accuracy", "replies", "words"}


def test_case_does_not_change_the_perplexity(bundle_float32: Bundle, few: list[Dialogue]) -> None:
    loud = [Dialogue(tuple(Turn(turn.role, turn.text.upper()) for turn in dialogue.turns)) for dialogue in few[:1]]
    assert measure(bundle_float32, loud, greedy=False) == measure(bundle_float32, few[:1], greedy=False)


@pytest.mark.parametrize(
    ("said", "n", "expected"),
    [
        (["a b a", "b a"], 1, 2 / 5),
        (["a b a", "b a"], 2, 2 / 3),  # ab, ba, ba
        (["a b a", "b a"], 3, 1.0),
        (["a b a", "b a"], 4, 0.0),
        (["x", "x", "x", "y"], 1, 2 / 4),
        (["a b", "b c"], 2, 1.0),  # no pair goes over the end of a reply
        ([""], 1, 0.0),
        ([], 2, 0.0),
    ],
)
def test_distinct_is_different_n_grams_over_all(said: list[str], n: int, expected: float) -> None:
    assert distinct([reply.split() for reply in said], n) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("said", "top", "expected"),
    [(["a", "b", "a", "c"], 1, 0.5), (["a", "b", "a", "c"], 2, 0.75), (["a b", "a  b", "c"], 1, 2 / 3), ([], 10, 0.0)],
)
def test_the_share_of_the_most_frequent_replies(said: list[str], top: int, expected: float) -> None:
    assert top_share([reply.split() for reply in said], top) == pytest.approx(expected)


def record(nats: float, said: list[str], references: list[str]) -> Record:
    words = sum(len(text.split()) for text in references)
    return Record(nats, words, len(references), 2 * words, words, tuple(said), tuple(references))


def test_the_report_worked_out_by_hand() -> None:
    said = ["yes"] * 6 + [f"{number} no" for number in range(14)]
    references = ["yes"] * 5 + ["no"] * 5 + ["maybe so"] * 10
    found = report([record(12.0, said[:8], references[:8]), record(8.0, said[8:], references[8:])])
    expected = {
        "word_perplexity": math.e ** (20 / 50),
        "piece_accuracy": 0.5,
        "replies": 20,
        "words": 30,
        "distinct_1": 16 / 34,  # yes, no and 14 numbers
        "distinct_2": 1.0,
        "mean_length": 34 / 20,
        "top10_share": 15 / 20,  # six times yes, and nine that were said once
        "response_accuracy": 5 / 20,
        "f1": (5 + 4 * 2 / 3) / 20,  # five times yes, four of "n no" for no
        "f1_of_a_constant_reply": (10 * 2 / 5 + 10 * 4 / 6) / 20,
        "constant_reply": "maybe so yes no",
    }
    assert {name: found[name] for name in expected} == {
        name: value if isinstance(value, str) else pytest.approx(value) for name, value in expected.items()
    }


def test_intervals_hold_the_measure_and_narrow_with_more_dialogues() -> None:
    rng = np.random.default_rng(4)

    def some(count: int) -> list[Record]:
        return [record(float(rng.gamma(4.0)), ["a b"], [rng.choice(["a b", "c d"])]) for _ in range(count)]

    few, many = report(some(20), intervals=True), report(some(2000), intervals=True)
    for name in ("word_perplexity", "f1", "response_accuracy"):
        widths = []
        for found in (few, many):
            low, high = found[f"{name}_interval"]
            assert low < found[name] < high
            widths.append(high - low)
        assert widths[1] < 0.3 * widths[0]


def test_a_reply_counts_as_right_if_it_equals_the_reference_but_for_blanks(
    bundle_float32: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokenizer = Tokenizer(bundle_float32.files[TOKENIZER])
    spoken = iter(["Hello, Martha.", "Was it cold?", "no", "Hello, martha."])

    def decode(*_: Any, **__: Any) -> Iterator[int]:
        return iter(tokenizer.encode(next(spoken)))

    monkeypatch.setattr(speaker, "decode", decode)
    turns = ["Hi", " Hello,  Martha.", "Was it cold?", "Yes", "Hello, Martha."]
    roles: list[Any] = ["user", "assistant", "user", "assistant", "user"]
    found = measure(bundle_float32, [Dialogue(tuple(map(Turn, roles, turns)))])
    assert found["response_accuracy"] == 2 / 4
    assert found["mean_length"] == (2 + 3 + 1 + 2) / 4
    assert found["distinct_1"] == 6 / 8  # hello, and martha. stand twice


def test_greedy_replies_are_what_a_greedy_conversation_says_with_that_history(
    bundle_float32: Bundle, few: list[Dialogue]
) -> None:
    from chatbot.config import SamplingConfig
    from chatbot.conversation import Conversation

    turns = few[0].turns[:4]
    (found,) = Evaluator(bundle_float32).run([Dialogue(turns)])
    sampling = SamplingConfig(temperature=0.0, no_repeat_ngram=0)
    expected = []
    for number in (1, 3):
        conversation = Conversation(bundle_float32, sampling=sampling)
        conversation.read(turns[: number - 1])
        expected.append(conversation.say(turns[number - 1].text))
    assert [found.said[0].strip(), found.said[2].strip()] == expected


# The command


@pytest.fixture(scope="module")
def bundle_dir(bundle_float32: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    write_bundle(tmp_path_factory.mktemp("evaluated") / "tiny", bundle_float32)
    return tmp_path_factory.getbasetemp() / "evaluated0" / "tiny"


Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(bundle_dir: Path, sample_path: Path, capfd: pytest.CaptureFixture[str]) -> Command:
    def run(*words: str) -> tuple[int, str, str]:
        code = main(["evaluate", str(bundle_dir), str(sample_path), *words])
        return code, *capfd.readouterr()

    return run


def test_the_command_prints_one_object_with_all_measures(
    command: Command, bundle_float32: Bundle, dialogues: list[Dialogue]
) -> None:
    code, out, err = command("--json", "--limit", "2")
    assert (code, err, out.count("\n")) == (0, "", 1)
    assert json.loads(out) == measure(bundle_float32, dialogues[:2])


def test_the_command_prints_a_measure_a_line(command: Command) -> None:
    code, out, _ = command("--limit", "1", "--no-replies")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["word_perplexity", "piece_accuracy", "replies", "words"]
    assert all(float(line.split()[1]) > 0 for line in out.splitlines() if "accuracy" not in line)


@pytest.mark.parametrize("limit", ["0", "-3"])
def test_a_limit_below_one_is_a_mistake_of_usage(command: Command, limit: str) -> None:
    code, out, err = command("--limit", limit)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "--limit" in err


def test_an_unknown_model_is_a_failure_on_one_line(sample_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "nobody", str(sample_path)]) == 1
    out, err = capfd.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "nobody" in err


def test_several_bundles_stand_beside_each_other(command: Command, bundle_dir: Path) -> None:
    code, out, _ = command("--limit", "1", "--no-replies", "--against", "default", "--json")
    assert code == 0
    found = json.loads(out)
    assert list(found) == [str(bundle_dir), "default"]
    assert found["default"]["word_perplexity"] != found[str(bundle_dir)]["word_perplexity"]
    code, out, _ = command("--limit", "2", "--no-replies", "--against", "default", "--intervals")
    lines = out.splitlines()
    assert lines[0].split() == [str(bundle_dir), "default"]
    assert lines[1].split()[0] == "word_perplexity"
    assert lines[1].count(" to ") == 2


def test_where_one_side_is_learned_its_replies_alone_are_measured(bundle_float32: Bundle, few: list[Dialogue]) -> None:
    whole, user, assistant = (
        next(Evaluator(bundle_float32).run([few[0]._replace(only=only)], greedy=False))
        for only in (None, "user", "assistant")
    )  # fmt: skip
    assert 0 < assistant.replies < whole.replies
    for name in ("nats", "words", "replies", "pieces", "likeliest"):
        assert getattr(user, name) + getattr(assistant, name) == pytest.approx(getattr(whole, name))
