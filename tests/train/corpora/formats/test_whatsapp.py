"""Laws of WhatsApp's exports: what is a message in which locale, what is nobody's words, and where a dialogue ends."""

from __future__ import annotations

import io

import pytest

from train.corpora.dialogue import Conversation
from train.corpora.formats.whatsapp import WhatsAppReader
from train.corpora.reader import Head
from train.corpora.source import Source

NB, LRM = "\u202f", "\u200e"
STAMPS = [
    "03/02/2024, 18:05 - ", f"2/3/24, 6:05{NB}PM - ", "2/3/24, 6:05 PM - ", "03/02/24, 6:05 pm - ", "3.2.24, 18:05 - ",
    "03.02.2024, 18:05 - ", "2024-02-03, 18:05 - ", "2024-02-03 18:05 - ", "03-02-2024 18:05 - ", "3/2/24 18.05 - ",
    "3/2/2024, 6:05 p. m. - ", f"3/2/2024, 6:05{NB}p.{NB}m. - ", "3.2.2024 klo 18.05 - ", "2024. 02. 03. 18:05 - ",
    "2024. 2. 3. 오후 6:05 - ", "2024/2/3 下午6:05 - ", "[03/02/2024, 18:05:11] ", "[2/3/24, 6:05:11\u202fPM] ",
    "[03.02.24, 18:05:11] ", "[2024-02-03, 6:05:11 p.m.] ", f"{LRM}[03/02/2024, 18:05:11] ", "3/2/14 18:05:11: ",
    "[18:05, 3/2/2024] ", "\u200f٣\u200f/٢\u200f/٢٠٢٤، ٦:٠٥ م - ",
]  # fmt: skip


def read(content: str) -> tuple[list[Conversation], list[tuple[int, str]]]:
    skipped: list[tuple[int, str]] = []
    source = Source("WhatsApp Chat with Ben.txt", lambda: io.BytesIO(content.encode()))
    return list(WhatsAppReader().read(source, lambda line, reason: skipped.append((line, reason)))), skipped


def said(conversation: Conversation) -> list[tuple[str, str]]:
    return [(speaker, text) for speaker, text in conversation.utterances]


def android(*messages: str) -> str:
    return "".join(f"03/02/2024, 18:{minute:02} - {message}\n" for minute, message in enumerate(messages))


@pytest.mark.parametrize("stamp", STAMPS)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_messages_are_found_in_every_locale(stamp: str, ends: str) -> None:
    lines = [f"{stamp}Messages and calls are end-to-end encrypted.", f"{stamp}Ann: Hi: you", "over", "", "lines",
             f"{stamp}Ben B.: Hello at 10:30", f"{stamp}Ann left"]  # fmt: skip
    content = ends.join(lines) + ends
    got, skipped = read(content)
    assert [said(one) for one in got] == [[("Ann", "Hi: you\nover\n\nlines"), ("Ben B.", "Hello at 10:30")]]
    assert got[0].line == 2
    assert skipped == []
    assert WhatsAppReader().recognises(Head.of(Source("x", lambda: io.BytesIO(content.encode())))) >= 0.9


@pytest.mark.parametrize(
    "notice",
    ["<Media omitted>", "<Medien ausgeschlossen>", "This message was deleted", "You deleted this message",
     "You deleted this message.", "image omitted", f"{LRM}image omitted", f"{LRM}Bild weggelassen",
     f"{LRM}<attached: 00000012-PHOTO-2024.jpg>", "<attached: 1.jpg>", "IMG-2024-WA0001.jpg (file attached)", "null",
     f"doc.pdf • {LRM}12 pages {LRM}document omitted", "Missed voice call", "location: https://maps.google.com/?q=1,2",
     "", f"{LRM}This message was deleted.", "GIF omitted", "Diese Nachricht wurde gelöscht."],
)  # fmt: skip
def test_what_stands_for_a_message_is_left_out(notice: str) -> None:
    got, skipped = read(android("Ann: Hi", f"Ben: {notice}", "Ben: Hello"))
    assert [said(one) for one in got] == [[("Ann", "Hi"), ("Ben", "Hello")]]
    assert skipped == []


@pytest.mark.parametrize(
    ("written", "kept"),
    [("Hi <This message was edited>", "Hi"), (f"Hi {LRM}<This message was edited>", "Hi"),
     (f"Hi {LRM}<Diese Nachricht wurde bearbeitet.>", "Hi"), (f"Look {LRM}<attached: 1.jpg>", "Look"),
     (f"Look {LRM}image omitted", "Look"), ("<Media omitted>\nLook", "Look"), ("1.jpg (file attached)\nLook", "Look"),
     ("<3", "<3"), ("a <b> c", "a <b> c"), ("the image was omitted", "the image was omitted"),
     ("@\u2068Ben\u2069 hi", "@Ben hi"), ("1 <2 and 2> 1", "1 <2 and 2> 1")],
)  # fmt: skip
def test_marks_are_taken_off_and_words_stay(written: str, kept: str) -> None:
    got, _ = read(android(f"Ann: {written}", "Ben: Hello"))
    assert said(got[0])[0] == ("Ann", kept)


def test_a_mark_before_every_text_means_nothing() -> None:
    got, _ = read(android(f"Ann: {LRM}Hi", f"Ben: {LRM}Hello", f"Ann: {LRM}image omitted", "Ann: Bye"))
    assert said(got[0]) == [("Ann", "Hi"), ("Ben", "Hello"), ("Ann", "Bye")]


def test_notices_are_nobodys_words() -> None:
    got, skipped = read(
        android("Ann: Hi", 'Ben changed the subject to "Plan: B"', "going on", "Ann added Cy", "Ann: there", "Ben: Yes")
    )
    assert [said(one) for one in got] == [[("Ann", "Hi\nthere"), ("Ben", "Yes")]]
    assert skipped == []


@pytest.mark.parametrize(("later", "dialogues"), [("19:59", 1), ("00:00", 1), ("00:01", 2)])
def test_a_silence_of_more_than_six_hours_ends_a_dialogue(later: str, dialogues: int) -> None:
    day = "04" if later.startswith("0") else "03"
    stamps = ("03/02/2024, 17:50", "03/02/2024, 18:00", f"{day}/02/2024, {later}", f"{day}/02/2024, {later}")
    got, skipped = read("".join(f"{stamp} - {'AB'[n % 2]}: {n}\n" for n, stamp in enumerate(stamps)))
    assert [text for one in got for _, text in said(one)] == ["0", "1", "2", "3"]
    assert len(got) == dialogues
    assert skipped == []


@pytest.mark.parametrize(
    ("first", "second", "dialogues"),
    [("3/2/24, 11:00 AM", "3/2/24, 12:30 PM", 1), ("3/2/24, 12:30 AM", "3/2/24, 6:29 AM", 1),
     ("3/2/24, 12:30 AM", "3/2/24, 6:31 AM", 2), ("3/2/24, 12:30 AM", "3/2/24, 12:29 PM", 2),
     ("13/02/2024, 23:00", "14/02/2024, 01:00", 1), ("2/28/24, 11:00 PM", "2/29/24, 1:00 AM", 1),
     ("1/31/24, 11:00 PM", "2/1/24, 1:00 AM", 1), ("31/01/2024, 23:00", "01/02/2024, 01:00", 1),
     ("12/31/23, 11:00 PM", "1/1/24, 1:00 AM", 1), ("99/99/2024, 11:00", "99/99/2024, 25:00", 1)],
)  # fmt: skip
def test_time_is_told_in_every_clock_and_calendar(first: str, second: str, dialogues: int) -> None:
    got, _ = read("".join(f"{stamp} - {who}: x\n" for stamp in (first, second) for who in ("Ann", "Ben")))
    assert len(got) == dialogues


def test_one_voice_is_told_and_nobodys_is_not() -> None:
    got, skipped = read(android("Ann: Hi", "Ann: Hello?", "Ben: <Media omitted>"))
    assert got == []
    assert [line for line, _ in skipped] == [1]
    assert read(android("Ann: null", "Ben: <Media omitted>")) == ([], [])


@pytest.mark.parametrize(
    "content", ["", "no date", "03/02/2024, 18:05 - Ann:", f"03/02/2024, 18:05 - Ann:{LRM} x\n: y"]
)
def test_odd_files_do_not_raise(content: str) -> None:
    assert read(content)[0] == []
