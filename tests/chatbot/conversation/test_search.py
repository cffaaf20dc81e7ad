"""Laws of the search: it finds what contains the words and nothing else, whatever is typed."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import numpy as np
import pytest

from chatbot.conversation import Moment
from chatbot.conversation.search import Query
from chatbot.conversation.store import Store

Dialogue = Callable[..., list[Moment]]
WORDS = [
    "cat",
    "Catalogue",
    "café",
    "CAFE",
    "straße",
    "naïve",
    "dog",
    "don't",
    "e-mail",
    "42",
    "Ärger",
    "a",
    "or",
    "near",
]


def folded(text: str) -> str:
    """Lower case without accents: what a reader takes for the same."""
    parts = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in parts if not unicodedata.combining(c))


def contains(text: str, query: str) -> bool:
    """Whether all words of a query stand in a text, the last by its beginning; the slow and obvious way."""

    def tokens(part: str) -> list[str]:
        return "".join(c if c.isalnum() else " " for c in folded(part)).split()

    said = tokens(text)
    *whole, last = query.split()
    runs = [tokens(word) for word in whole]
    exact = all(any(said[at : at + len(run)] == run for at in range(len(said))) for run in runs)
    run = tokens(last)
    places = range(len(said) - len(run) + 1)
    begun = any(
        said[at : at + len(run) - 1] == run[:-1] and said[at + len(run) - 1].startswith(run[-1]) for at in places
    )
    return exact and begun


@pytest.mark.parametrize("seed", range(5))
def test_it_finds_what_contains_the_words_and_nothing_else(store: Store, dialogue: Dialogue, seed: int) -> None:
    rng = np.random.default_rng(seed)
    texts = [" ".join(rng.choice(WORDS, rng.integers(1, 6))) + rng.choice(["", "!", "?"]) for _ in range(60)]
    for start in range(0, 60, 10):
        store.create(dialogue(*texts[start : start + 10]))
    for _ in range(60):
        query = " ".join(rng.choice(WORDS, rng.integers(1, 4)))
        query = query[: len(query) - int(rng.integers(0, 2))].strip() or "cat"
        if query.endswith(("'", "-")):
            continue
        found = {(hit.session - 1) * 10 + (hit.number or 0) for hit in store.search(query, limit=1000)}
        assert found == {number for number, text in enumerate(texts) if contains(text, query)}, query


@pytest.mark.parametrize(
    "query",
    ['"', '""', "'", "a OR b", "NEAR(a b)", "text:cat", "cat*", "*", "^cat", "(", "a AND NOT", "-cat", "cat + dog",
     "{a}", "%", "_", "\\", "';DROP TABLE turn;--", "\0", "\x1b[31m", "\ud800", "", "   ", "\u202e", "x" * 100_000,
     '"' * 999, "a " * 2000],
)  # fmt: skip
def test_whatever_is_typed_is_words(store: Store, dialogue: Dialogue, query: str) -> None:
    store.create(dialogue("A cat, a dog"))
    store.search(query)
    assert len(store.search("cat")) == 1


def test_operators_are_words_too(store: Store, dialogue: Dialogue) -> None:
    store.create(dialogue("near or not", "cat", "dog"))
    for query in ("near OR not", "NEAR", "NOT near"):
        assert [hit.number for hit in store.search(query)] == [0], query
    assert store.search("cat OR dog") == []


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("猫", [1, 0]),
        ("好きです", [0]),
        ("🙂", [2]),
        ("🙂 fine", [2]),
        ("fine 🙂", [2]),
        ("猫 fine", []),
        ("???", [3]),
        ("%", []),
    ],
)
def test_what_has_no_words_is_found_as_it_stands(
    store: Store, dialogue: Dialogue, query: str, numbers: list[int]
) -> None:
    store.create(dialogue("私は猫が好きです", "黒猫だ", "I am fine 🙂", "what???"))
    hits = store.search(query)
    assert sorted(hit.number or 0 for hit in hits) == sorted(numbers)
    for hit in hits:
        assert any(found for _, found in hit.parts)


def test_a_snippet_marks_what_was_found_and_shows_nothing_that_acts(store: Store, dialogue: Dialogue) -> None:
    text = "so " * 50 + "\x1b[31mthe <b>Cat</b>\u202e [red]sat\0 " + "on " * 50
    store.create(dialogue(text))
    (hit,) = store.search("cat sat")
    assert [piece for piece, found in hit.parts if found] == ["Cat", "sat"]
    assert "<b>Cat</b>" in hit.snippet.replace("\0", "")
    assert len(hit.snippet) < 200
    assert not [c for c in hit.snippet if unicodedata.category(c) in {"Cc", "Cf"}]


def test_titles_are_found_and_come_first(store: Store, dialogue: Dialogue) -> None:
    store.create(dialogue("a cat"))
    named = store.create(dialogue("a dog"), title="My Cat")
    assert [(hit.session, hit.number) for hit in store.search("cat")] == [(named, None), (1, 0)]
    store.rename(named, "Birds")
    assert [(hit.session, hit.number) for hit in store.search("cat")] == [(1, 0)]
    assert [hit.session for hit in store.search("birds")] == [named]


def test_what_was_deleted_changed_or_dropped_is_not_found(store: Store, dialogue: Dialogue) -> None:
    session = store.create(dialogue("a cat", "a bird", "a cow"))
    store.write(session, 1, dialogue("", "a fish")[1:])
    found = {word: len(store.search(word)) for word in ("cat", "bird", "cow", "fish")}
    assert found == {"cat": 1, "bird": 0, "cow": 0, "fish": 1}
    store.delete(session)
    assert store.search("cat") == []
    store.undelete(session)
    assert len(store.search("cat")) == 1
    store.delete(session)
    store.purge(older_than=-1)
    assert store.search("cat") == []


def test_no_more_is_found_than_was_asked_for(store: Store, dialogue: Dialogue) -> None:
    store.create(dialogue(*["cat"] * 30), title="cat")
    assert len(store.search("cat", limit=7)) == 7


def test_a_query_is_quoted_word_by_word() -> None:
    assert Query.of('say "hi" 🙂 Fre') == Query('"say" """hi""" "Fre"*', ("🙂",))
    assert Query.of("Fre 🙂") == Query('"Fre"', ("🙂",))
