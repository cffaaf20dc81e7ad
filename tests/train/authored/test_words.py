"""Values: from the lists, or like what is in them."""

from __future__ import annotations

import random
import re
from dataclasses import replace

from train.authored.kinds import Library
from train.authored.words import draw


def drawn(library: Library, name: str, entries: list[str], count: int = 300) -> list[str]:
    rng = random.Random(1)
    own = replace(library, values={name: tuple(entries)})
    return [draw(own, name, rng) for _ in range(count)]


def test_an_open_list_gives_its_own_entries_and_as_many_that_nobody_has_seen(library: Library) -> None:
    names = [f"Na{chr(97 + n)}ma" for n in range(26)]
    found = drawn(library, "person", names)
    strange = [name for name in found if name not in names]
    assert 0.4 < len(strange) / len(found) < 0.6
    assert all(name[0].isupper() for name in strange)
    assert len(set(strange)) > 0.95 * len(strange)


def test_a_closed_list_gives_nothing_else(library: Library) -> None:
    for name, entries in (("colour", [f"blue{n}".rstrip("0123456789") for n in range(40)]), ("few", ["one", "two"])):
        assert set(drawn(library, name, entries)) <= set(entries)


def test_what_stands_around_the_word_stays(library: Library) -> None:
    jobs = [f"a bak{chr(97 + n)}r" for n in range(26)] + ["an actor"]
    found = drawn(library, "work", jobs, 600)
    strange = [job for job in found if job not in jobs]
    assert strange
    for job in strange:
        article, _, word = job.partition(" ")
        assert (article == "an") == (word[0] in "aeiou")
    doing = drawn(library, "doing", [f"r{chr(97 + n)}nning" for n in range(26)])
    assert all(re.fullmatch(r"[a-z]+ing( [a-z]+)?|[a-z]+ [a-z]+ing|[a-z]+ing [a-z]+", each) for each in doing), doing


def test_a_number_is_like_another_with_as_many_digits(library: Library) -> None:
    found = drawn(library, "age", ["27", "bus 142"], 200)
    assert all(re.fullmatch(r"\d\d|bus \d\d\d", each) for each in found)
    assert len(set(found)) > 60
