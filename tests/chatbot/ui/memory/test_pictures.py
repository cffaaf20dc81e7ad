"""Pictures as text: what they show, for any width."""

from __future__ import annotations

import pytest

from chatbot.conversation.insight import Again, Attention, Gauge, Held, Look, Opening, Said
from chatbot.ui.memory.pictures import (
    again_picture,
    attention_picture,
    confidence_picture,
    fitted,
    gates_picture,
    gauge_picture,
)  # fmt: skip

WIDTHS = (28, 40, 60, 118)
LOOKS = (Look(0, 0, 2, "my", 0.2, 0.0), Look(0, 3, 7, "Mara" * 9, 0.5, 0.9), Look(1, 0, 2, "日本語", 0.1, 0.0))
SAID = (
    Said("you", 0.95, 0.0, (("·you", 0.95), ("·I", 0.01))),
    Said(" are", 0.31, 0.0, (("·were", 0.4), ("·are", 0.31))),
    Said("!", 0.05, 0.9, (("·.", 0.9), ("!", 0.05))),
)
GAUGE = Gauge((Held(3, "user", "hello " * 30, 0.05, 0.5), Held(4, "assistant", "hi", 0.4, 1.0)), 3)


def again(old: str, new: str) -> Again:
    return Again("what?", old, new, True, False, True, None, iter(()))  # type: ignore[arg-type]


@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_that_is_laid_out_by_hand_is_too_long(width: int) -> None:
    openings = [None, *(Opening(({"kept": 0.5, "written": 0.1},)) for _ in range(200))]
    laid = [
        gates_picture(openings, 150, width).split("\n")[:-1],
        attention_picture(Attention(LOOKS, 0.1, 0.1), ["turn 1", "turn 2"], width).split("\n"),
        gauge_picture(GAUGE, 3, width).split("\n")[:-1],
        again_picture(again("one two three " * 9, "one four " * 9), width).split("\n")[1:] if width >= 50 else [],
    ]
    for lines in laid:
        assert max((line.cell_length for line in lines), default=0) <= width


def test_gates_are_bars_for_each_token_and_a_number() -> None:
    openings = [Opening(({"kept": value},)) for value in (0.0, 0.5, 1.0)]
    lines = gates_picture(openings, None, 40).plain.split("\n")
    assert lines[1] == "kept        ▄▄▄▄████  50%"
    assert gates_picture(openings, 2, 40).plain.split("\n")[1].endswith(" 100%")
    assert gates_picture(openings, 1, 40).plain.split("\n")[2] == " " * 12 + "▲"
    assert gates_picture([None], None, 40).plain == ""


def test_looks_are_ranked_and_copies_marked() -> None:
    lines = attention_picture(Attention(LOOKS, 0.1, 0.1), ["turn 1", "turn 2"], 60).plain.split("\n")
    assert lines[0].startswith("» MaraMaraMara")
    assert lines[0].endswith("50% turn 1")
    assert lines[1].startswith("  my")
    assert lines[2].endswith("10% turn 2")
    assert "nowhere 10%" in lines[3]


def test_confidence_is_a_digit_after_each_token() -> None:
    plain = confidence_picture(SAID, None, 60, alternatives=True).plain
    assert plain.split("\n")[0] == "you₉ are₃!₀"
    assert "instead" not in plain
    told = confidence_picture(SAID, 2, 60, alternatives=True).plain
    assert "▸ ·are" in told
    assert "  ·were" in told
    assert "instead" not in confidence_picture(SAID, 2, 60, alternatives=False).plain
    underlined = confidence_picture(SAID, None, 60, alternatives=True)
    assert any("underline" in str(span.style) and underlined.plain[span.start] == "!" for span in underlined.spans)


def test_the_gauge_has_a_bar_a_number_and_the_notes_of_each_turn() -> None:
    lines = gauge_picture(GAUGE, 4, 80).plain.split("\n")
    assert lines[0] == "… 3 earlier turns"
    assert "  4 You ███" in lines[1]
    assert " 5% ✎ 50%  hello" in lines[1]
    assert lines[2].startswith("▸  5 Bot ████████████████████████ 40% ✎100%  hi")


def test_words_that_differ_are_marked_in_both_replies() -> None:
    for width in (40, 80):
        shown = again_picture(again("you are Mara", "you are nobody"), width)
        marked = {shown.plain[span.start : span.end] for span in shown.spans if "underline" in str(span.style)}
        assert marked == {"Mara", "nobody"}
        assert "what?" in shown.plain
    assert "│" in again_picture(again("a", ""), 80).plain


def test_text_is_cut_by_cells_not_by_letters() -> None:
    assert fitted("日本語", 4) == "日 …"
    assert fitted("ab", 4) == "ab  "
