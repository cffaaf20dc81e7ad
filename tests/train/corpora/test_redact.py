"""What is masked, and what only looks like it."""

from __future__ import annotations

import pytest

from train.corpora.redact import Redactor


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("write to ada.l+x@mail.example.co.uk.", "write to [email]."),
        ("see https://ada:pw@example.org/x", "see [url]"),
        ("https://example.org/?token=77 ok", "[url] ok"),
        ("it is at https://example.org/users/ada", "it is at [url]"),
        ("read https://example.org/weather today", "read https://example.org/weather today"),
        ("card 4111 1111 1111 1111, thanks", "card [card], thanks"),
        ("card 4111111111111111", "card [card]"),
        ("order 4111 1111 1111 1112", "order 4111 1111 1111 1112"),
        ("call +44 20 7946 0958 now", "call [phone] now"),
        ("call +1 (650) 253-0000", "call [phone]"),
        ("it cost 1200 in 1999, 10.30 am", "it cost 1200 in 1999, 10.30 am"),
        ("0000 0000 0000 0000", "0000 0000 0000 0000"),
        ("me @home, you @ work", "me @home, you @ work"),
    ],
)
def test_it_masks_by_kind_and_leaves_the_rest(text: str, want: str) -> None:
    assert Redactor()(text) == want


def test_numbers_without_a_country_need_one_to_be_known() -> None:
    text = "call (650) 253-0000"
    assert Redactor()(text) == text
    assert Redactor("US")(text) == "call [phone]"


def test_it_counts_what_it_masks() -> None:
    redactor = Redactor()
    redactor("a@b.org, c@d.org, +44 20 7946 0958")
    redactor("nothing")
    assert redactor.counts == {"email": 2, "phone": 1}


@pytest.mark.parametrize("text", ["a" * 100_000, "1 " * 50_000, "a.b@" * 20_000, "http://" * 10_000], ids=len)
def test_a_long_text_is_no_trouble(text: str) -> None:
    assert Redactor()(text)
