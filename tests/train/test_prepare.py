"""Corpora to examples on disk: the split, what is kept and found again, and what happens where that fails."""

from __future__ import annotations

import dataclasses
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chatbot.errors import ChatbotError, CorpusError
from chatbot.text.template import lay_out
from chatbot.text.tokenizer import Tokenizer
from train import prepare as module
from train.config import TrainingConfig
from train.corpora import Dialogue, Utterance
from train.prepare import Corpus, Prepared, TokenizerMaker, prepare

SETTINGS = TrainingConfig(lowercase_share=0.0, validation_share=0.2)


def dialogue(*texts: str) -> Dialogue:
    return Dialogue.of(Utterance("ab"[n % 2], text) for n, text in enumerate(texts))


@pytest.fixture
def prepared(tokenizer: Tokenizer, tmp_path: Path) -> Callable[..., Prepared]:
    def make(corpus: Corpus, said: list[str] | None = None, **settings: Any) -> Prepared:
        maker = TokenizerMaker("given", lambda _: tokenizer)
        chosen = dataclasses.replace(SETTINGS, **settings)
        return prepare(corpus, chosen, maker, tmp_path / "cache", ([] if said is None else said).append)

    return make


def ids(examples: Any) -> list[tuple[int, ...]]:
    return [tuple(example.layout.ids.tolist()) for example in examples]


def test_the_examples_are_those_of_the_dialogues_and_what_is_validated_is_in_lower_case(
    prepared: Any, dialogues: list[Dialogue], tokenizer: Tokenizer
) -> None:
    made = prepared(Corpus.of(dialogues[:30], dialogues[30:40]), longest=10_000)
    assert ids(made.training) == [tuple(lay_out(tokenizer, d.turns).ids.tolist()) for d in dialogues[:30]]
    assert ids(made.validation) == [tuple(lay_out(tokenizer, d.lower().turns).ids.tolist()) for d in dialogues[30:40]]


def test_a_split_hangs_on_content_and_has_no_overlap(prepared: Any, dialogues: list[Dialogue]) -> None:
    one = prepared(Corpus.of([*dialogues, *dialogues[::-1]]), lowercase_share=1.0)
    assert len(one.training) + len(one.validation) >= 2 * len(dialogues)
    learned, held_out = set(ids(one.training)), set(ids(one.validation))
    assert learned
    assert held_out
    assert not learned & held_out
    again = prepared(Corpus.of(dialogues[::-1]), lowercase_share=1.0)
    assert (set(ids(again.training)), set(ids(again.validation))) == (learned, held_out)


def test_a_larger_share_holds_out_the_same_and_more(prepared: Any, dialogues: list[Dialogue]) -> None:
    small, large = (set(ids(prepared(Corpus.of(dialogues), validation_share=share).validation)) for share in (0.1, 0.3))
    assert small < large
    many = [dialogue(f"question {n}", "answer") for n in range(3000)]
    assert len(prepared(Corpus.of(many), validation_share=0.1).validation) == pytest.approx(300, abs=80)


def test_what_is_given_to_validate_with_is_not_trained_on(prepared: Any, dialogues: list[Dialogue]) -> None:
    said: list[str] = []
    made = prepared(Corpus.of(dialogues[:20], dialogues[15:30]), said, lowercase_share=1.0)
    assert made.contents["training dialogues"].startswith("15 (")
    assert not set(ids(made.training)) & set(ids(made.validation))
    assert any("5 dialogue(s) are not trained on" in line for line in said)


@pytest.mark.parametrize("share", [1e-9, 1 - 1e-9], ids=["nothing held out", "all held out"])
def test_an_empty_side_is_a_corpus_error_and_leaves_nothing(share: float, prepared: Any, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="--valid"):
        prepared(Corpus.of([dialogue("Hi", "Hello"), dialogue("Bye", "See you")]), validation_share=share)
    for learned, held_out in (([], [dialogue("Hi", "Hello")]), ([dialogue("Hi", "Hello")], [])):
        with pytest.raises(CorpusError):
            prepared(Corpus.of(learned, held_out))
    assert not list((tmp_path / "cache").iterdir())


def counted(dialogues: list[Dialogue]) -> tuple[Callable[[], Iterator[Dialogue]], list[int]]:
    """A source that notes every time it is read."""
    reads: list[int] = []

    def read() -> Iterator[Dialogue]:
        reads.append(1)
        yield from dialogues

    return read, reads


def test_of_a_known_source_nothing_is_read_again_unless_source_or_settings_differ(
    prepared: Any, dialogues: list[Dialogue]
) -> None:
    read, reads = counted(dialogues[:50])
    first = prepared(Corpus(read, source="one"))
    again = prepared(Corpus(read, source="one"), passes=9.0, seed=7)
    assert (len(reads), ids(first.training), first.contents) == (1, ids(again.training), again.contents)
    for changes in ({"longest": 30}, {"lowercase_share": 0.5}, {"validation_share": 0.4}):
        prepared(Corpus(read, source="one"), **changes)
    prepared(Corpus(read, source="two"))
    assert len(reads) == 5


def test_of_an_unknown_source_the_content_decides(prepared: Any, dialogues: list[Dialogue], tmp_path: Path) -> None:
    read, reads = counted(dialogues[:50])
    for _ in range(2):
        prepared(Corpus(read))
    assert len(reads) == 2
    assert len(list((tmp_path / "cache").iterdir())) == 1
    prepared(Corpus(counted(dialogues[:49])[0]))
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_what_is_kept_but_no_longer_whole_is_made_again(
    prepared: Any, dialogues: list[Dialogue], tmp_path: Path
) -> None:
    read, reads = counted(dialogues[:50])
    want = ids(prepared(Corpus(read, source="one")).training)
    (shard,) = (tmp_path / "cache").glob("*/train/*.tfrecord")
    shard.write_bytes(shard.read_bytes()[:-9])
    assert ids(prepared(Corpus(read, source="one")).training) == want
    assert len(reads) == 2


def test_only_the_owner_can_read_what_is_kept(prepared: Any, dialogues: list[Dialogue], tmp_path: Path) -> None:
    prepared(Corpus.of(dialogues[:20]))
    for folder in (tmp_path / "cache", *(tmp_path / "cache").iterdir()):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_an_error_while_reading_leaves_nothing_behind(prepared: Any, dialogues: list[Dialogue], tmp_path: Path) -> None:
    def broken() -> Iterator[Dialogue]:
        yield from dialogues[:9]
        raise CorpusError("line 10", expected="a dialogue", remedy="mend it")

    with pytest.raises(CorpusError, match="line 10"):
        prepared(Corpus(broken))
    assert not list((tmp_path / "cache").iterdir())


def test_a_folder_that_cannot_be_written_is_named_with_a_remedy(tokenizer: Tokenizer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    maker = TokenizerMaker("given", lambda _: tokenizer)
    with pytest.raises(ChatbotError, match="cannot be prepared in") as caught:
        prepare(Corpus.of([dialogue("a", "b")]), SETTINGS, maker, tmp_path / "file" / "cache", print)
    assert "--cache" in caught.value.remedy


def test_what_was_not_used_for_long_is_removed_and_what_a_killed_process_left(
    prepared: Any, dialogues: list[Dialogue], tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    prepared(Corpus.of(dialogues[:20], dialogues[20:25]))
    (old,) = cache.iterdir()
    os.utime(old / "manifest.json", (1, 1))
    (cache / "making-1").mkdir()
    os.utime(cache / "making-1", (1, 1))
    (cache / "making-2").mkdir()
    prepared(Corpus.of(dialogues[:21], dialogues[30:35]))
    names = {path.name for path in cache.iterdir()}
    assert len(names) == 2
    assert "making-2" in names
    assert old.name not in names


def test_what_lasts_says_now_and_then_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=0.0, monotonic=lambda: clock.now)
    monkeypatch.setattr("train.timing.time", clock)
    said: list[str] = []
    for item, number in enumerate(module._lasting(range(5000), said.append)):
        assert item == number
        clock.now += 0.01
    assert [line.split(":")[1] for line in said] == [" 2,000 dialogues so far", " 4,000 dialogues so far"]


def test_a_sample_of_little_is_all_of_it_and_of_much_an_even_part_within_the_limit() -> None:
    texts = [f"text number {n:06}" for n in range(20_000)]
    whole = module._Sample(10**9)
    whole.add(texts)
    assert whole.texts == texts
    part = module._Sample(50_000)
    for text in texts:
        part.add([text])
    assert 20_000 < sum(map(len, part.texts)) <= 50_000
    assert part.texts == sorted(set(part.texts))
    places = [int(text.split()[-1]) for text in part.texts]
    assert sum(places) / len(places) == pytest.approx(10_000, rel=0.1)
