"""Laws of the Cornell Movie-Dialogs reader: one file names the lines of the other, and neither is of use alone."""

from __future__ import annotations

import io

import pytest

from chatbot.errors import CorpusError
from train.corpora.dialogue import Conversation
from train.corpora.formats.cornell import CornellReader
from train.corpora.source import Source

CONVERSATIONS = "u0 +++$+++ u1 +++$+++ m0 +++$+++ ['L1', 'L2', 'L3']\nu2 +++$+++ u3 +++$+++ m1 +++$+++ ['L10', 'L11']\n"
LINES = (
    "L3 +++$+++ u0 +++$+++ m0 +++$+++ ANN +++$+++ It <u>never</u> stops.\n"
    "L2 +++$+++ u1 +++$+++ m0 +++$+++ BEN +++$+++ Isn't it &amp; <i>that</i> 3 < 4?\n"
    "L1 +++$+++ u0 +++$+++ m0 +++$+++ ANN +++$+++ Café?\n"
    "L10 +++$+++ u2 +++$+++ m1 +++$+++ CY +++$+++ Hi  you\nL11 +++$+++ u3 +++$+++ m1 +++$+++ DI +++$+++ Hello\n"
)
TITLES = "m0 +++$+++ a film +++$+++ 1999 +++$+++ 6.90 +++$+++ 62847 +++$+++ ['comedy', 'romance']\n"


def source(name: str, files: dict[str, bytes]) -> Source:
    def sibling(other: str) -> Source | None:
        return source(other, files) if other in files else None

    return Source(f"films/{name}", lambda: io.BytesIO(files[name]), sibling)


def read(name: str, files: dict[str, bytes]) -> tuple[list[Conversation], list[tuple[int, str]]]:
    skipped: list[tuple[int, str]] = []
    got = list(CornellReader().read(source(name, files), lambda line, reason: skipped.append((line, reason))))
    return got, skipped


def said(conversation: Conversation) -> list[tuple[str, str]]:
    return [(speaker, text) for speaker, text in conversation.utterances]


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["movie_{}.txt", "{}.txt", "Movie_{}.TXT", "movie_{}.txt.gz"])
def test_conversations_are_put_together_from_the_lines_beside_them(name: str, ends: str, encoding: str) -> None:
    files = {
        name.format("conversations"): CONVERSATIONS.replace("\n", ends).encode(encoding),
        name.format("lines"): LINES.replace("\n", ends).encode(encoding),
    }
    got, skipped = read(name.format("conversations"), files)
    assert [said(one) for one in got] == [
        [("u0", "Café?"), ("u1", "Isn't it &amp; that 3 < 4?"), ("u0", "It never stops.")],
        [("u2", "Hi  you"), ("u3", "Hello")],
    ]
    assert [one.line for one in got] == [1, 2]
    assert skipped == []


def test_names_of_files_keep_their_capitals() -> None:
    files = {"Movie_Conversations.txt": CONVERSATIONS.encode(), "Movie_Lines.txt": LINES.encode()}
    assert len(read("Movie_Conversations.txt", files)[0]) == 2


def test_packed_and_plain_files_find_each_other() -> None:
    files = {"conversations.txt.gz": CONVERSATIONS.encode(), "lines.txt": LINES.encode()}
    assert len(read("conversations.txt.gz", files)[0]) == 2


def test_an_accent_after_much_ascii_is_read() -> None:
    lines = "".join(f"L{n} +++$+++ u0 +++$+++ m0 +++$+++ ANN +++$+++ line {n}\n" for n in range(5000))
    late = "L5000 +++$+++ u1 +++$+++ m0 +++$+++ BEN +++$+++ déjà vu\x96\x81\n".encode("latin-1")
    files = {"lines.txt": lines.encode() + late, "conversations.txt": b"u0 +++$+++ u1 +++$+++ m0 +++$+++ [L7, L5000]"}
    (one,), _ = read("conversations.txt", files)
    assert said(one) == [("u0", "line 7"), ("u1", "déjà vu\x96\x81")]


def test_windows_dashes_are_read() -> None:
    files = {"lines.txt": LINES.replace("Café?", "\u2013 so\u2019s \u201ethat").encode("cp1252")}
    (one, _), _ = read("conversations.txt", files | {"conversations.txt": CONVERSATIONS.encode()})
    assert said(one)[0] == ("u0", "\u2013 so\u2019s \u201ethat")


def test_missing_and_empty_lines_are_left_out_and_broken_records_told() -> None:
    lines = LINES.replace("BEN +++$+++ Isn't it &amp; <i>that</i> 3 < 4?", "BEN +++$+++ ").replace(
        "DI +++$+++ Hello", "DI +++$+++"
    )
    records = ("broken", "u0 +++$+++ u1 +++$+++ m0 +++$+++ []", "u0 +++$+++ u1 +++$+++ m0 +++$+++ ['L1', 'L99', 'L3']")
    content = "\n".join([CONVERSATIONS, *records])
    got, skipped = read("conversations.txt", {"conversations.txt": content.encode(), "lines.txt": lines.encode()})
    assert [[text for _, text in said(one)] for one in got] == [["Café?", "It never stops."]] * 2
    assert [line for line, _ in skipped] == [2, 4, 5]


def test_the_lines_alone_give_nothing_beside_the_conversations() -> None:
    files = {"movie_conversations.txt": CONVERSATIONS.encode(), "movie_lines.txt": LINES.encode()}
    assert read("movie_lines.txt", files) == ([], [])


@pytest.mark.parametrize(("here", "there"), [("lines", "conversations"), ("conversations", "lines")])
def test_one_file_without_the_other_is_an_error_that_names_both(here: str, there: str) -> None:
    content = {"lines": LINES, "conversations": CONVERSATIONS}[here].encode()
    with pytest.raises(CorpusError, match=f"movie_{there}.txt") as caught:
        read(f"movie_{here}.txt", {f"movie_{here}.txt": content})
    assert f"films/movie_{here}.txt" in caught.value.received


def test_a_name_that_names_neither_is_an_error() -> None:
    with pytest.raises(CorpusError, match=r"movie_lines\.txt"):
        read("x.txt", {"x.txt": CONVERSATIONS.encode()})


def test_what_is_told_about_films_is_no_dialogue() -> None:
    got, skipped = read("movie_titles_metadata.txt", {"movie_titles_metadata.txt": TITLES.encode()})
    assert got == []
    assert len(skipped) == 1
