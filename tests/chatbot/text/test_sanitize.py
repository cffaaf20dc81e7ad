"""Laws of making text harmless."""

from __future__ import annotations

import time
import unicodedata

import numpy as np
import pytest

from chatbot.text.sanitize import one_line, printable, visible

ESC, BEL, ST = "\x1b", "\x07", "\x1b\\"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"a{ESC}[31mred{ESC}[0mb", "aredb"),
        (f"a{ESC}[1;38;5;200mb", "ab"),
        (f"{ESC}[2J{ESC}[Hcleared", "cleared"),
        (f"{ESC}[?1049hscreen", "screen"),
        ("a\x9b31mb", "ab"),
        (f"a{ESC}]0;new title{BEL}b", "ab"),
        (f"a{ESC}]52;c;c2VjcmV0{ST}b", "ab"),
        (f"a{ESC}]8;;http://x.org{ST}link{ESC}]8;;{ST}b", "alinkb"),
        ("a\x9d0;title\x9cb", "ab"),
        (f"a{ESC}P1$q{ST}b", "ab"),
        (f"a{ESC}_G{ST}{ESC}^p{ST}{ESC}Xs{ST}b", "ab"),
        (f"a{ESC}(Bb{ESC}7c{ESC}cd", "abcd"),
        (f"a{ESC}", "a"),
        (f"{ESC}{ESC}{ESC}[31mb", "b"),
        ("a\x08\x08\x7fb\x00\x0b\x0c", "ab"),
        ("line\r\nline\rline", "line\nline\nline"),
        ("tab\there\nand\tthere", "tab\there\nand\tthere"),
        ("user\u202egnp.exe\u202c", "usergnp.exe"),
        ("a\u2066b\u2069c\u200ed\u061ce", "abcde"),
        ("\u200bzero\ufeff \u00adsoft\u2028", "zero soft"),
        ("\ud800lone\udfff", "lone"),
        ("👩‍👩‍👧 👍🏽 ❤️ 🇦🇹 नमस्ते می‌خواهم שלום", "👩‍👩‍👧 👍🏽 ❤️ 🇦🇹 नमस्ते می‌خواهم שלום"),
    ],
)
def test_what_acts_on_a_terminal_goes_as_a_whole_and_what_is_seen_stays(text: str, left: str) -> None:
    assert printable(text) == left


def test_a_string_that_is_never_closed_is_harmless_and_swallows_nothing_behind_it() -> None:
    left = printable(f"{ESC}]0;title and then a long answer")
    assert left.endswith("title and then a long answer")
    assert left.isprintable()


def test_no_single_character_gets_through_that_is_hidden() -> None:
    kept = set(printable("x".join(map(chr, range(0x110000))))) - set("\n\t\u200c\u200d")
    assert {unicodedata.category(c) for c in kept}.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})


def noise(seed: int, size: int = 400) -> str:
    alphabet = "\x1b\x1b\x1b[]P^_X\\\x07\x9b\x9c\x9d\x90;?0 19mhAé👍\u200d\u202e\r\n\t\x00\ud800 "
    return "".join(np.random.default_rng(seed).choice(list(alphabet), size))


@pytest.mark.parametrize("seed", range(50))
def test_what_is_harmless_stays_as_it_is(seed: int) -> None:
    text = noise(seed)
    for clean in (printable, one_line, visible):
        assert clean(clean(text)) == clean(text)
        assert printable(clean(text)) == clean(text)


@pytest.mark.parametrize("seed", range(10))
def test_while_a_text_grows_nothing_that_was_shown_is_taken_back(seed: int) -> None:
    text = noise(seed)
    assert all(visible(text).startswith(visible(text[:length])) for length in range(len(text)))


@pytest.mark.parametrize("seed", range(20))
def test_one_line_is_one_line_without_blanks_to_spare(seed: int) -> None:
    text = one_line(noise(seed))
    assert text == " ".join(text.split())
    assert not set(text) & set("\n\r\t")


@pytest.mark.parametrize(
    "unit",
    [
        *(ESC, f"{ESC}[", f"{ESC}]", f"{ESC}P", f"{ESC}[0", f"{ESC}[0;", f"{ESC}[ ", f"{ESC}]a", f"{ESC}]{ESC}["),
        *("\x9b", "\x9c", "\x9d", "\x90", "\x9d;", f"\x9d{ESC}", "\u202e", "\r", "\ud800", "😀\u200d"),
    ],
    ids=repr,
)
def test_the_worst_text_costs_linear_time(unit: str) -> None:
    began = time.process_time()
    for text in (unit * (200_000 // len(unit)), unit + "0" * 200_000, f"{ESC}]" * 50 + unit * (200_000 // len(unit))):
        printable(text)
    assert time.process_time() - began < 2.0
