"""What the panel shows as text: gates, where a reply looked, how sure it was, what is left of each turn, and a reply
beside another.  Pure functions from what was found to what is drawn, for a width in cells; nothing in it is markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from chatbot.conversation.insight import Again, Attention, Gauge, Opening, Said
from chatbot.conversation.insight.attention import COPIED
from chatbot.text.sanitize import one_line, printable
from chatbot.ui.memory.colours import bar, column, tenth
from chatbot.ui.memory.heat import window

MOST_LOOKS = 24
_CURSOR = "reverse"
_LEVEL_STYLES = {
    "sure": "$text-success", "likely": "$text", "open": "$text-warning bold", "guessed": "$text-error bold",
}  # fmt: skip


def lines(parts: Sequence[Content]) -> Content:
    """One below the other."""
    return Content("\n").join(parts)


def fitted(text: str, width: int) -> str:
    """``text`` in exactly ``width`` cells, cut if it is longer."""
    return f"{set_cell_size(text, width - 1)}…" if cell_len(text) > width else set_cell_size(text, width)


def gates_picture(openings: Sequence[Opening | None], cursor: int | None, width: int) -> Content:
    """For every layer and gate a bar for each token, and the number of the token at the cursor, or else the mean."""
    known = next((found for found in openings if found is not None), None)
    if known is None:
        return Content("")
    at = len(openings) - 1 if cursor is None else min(cursor, len(openings) - 1)
    first, shown, wide = window(len(openings), at, max(1, width - 14))
    rows = []
    for layer, names in enumerate(known.layers):
        rows.append(Content.styled(f"layer {layer + 1}", "bold"))
        for name in names:
            values = [None if found is None else found.layers[layer][name] for found in openings]
            bars = "".join((" " if value is None else column(value)) * wide for value in values[first : first + shown])
            told = [value for value in (values if cursor is None else values[at : at + 1]) if value is not None]
            mean = f"{sum(told) / len(told):5.0%}" if told else "    –"
            rows.append(Content.assemble(fitted(name, 8), (bars, "$text-accent"), (mean, "bold")))
    if cursor is not None:
        rows.append(Content(" " * (8 + (at - first) * wide) + "▲"))
    which = "mean of all tokens" if cursor is None else "of the token at the cursor"
    return lines([*rows, Content.styled(f"bars: each token · numbers: {which}", "$text-muted")])


def attention_picture(looked: Attention, turns: Sequence[str], width: int) -> Content:
    """The words that were looked at most, with their shares; ``turns`` are names for the turns."""
    rows = []
    longest = max(width - 18, 6)
    word_width, bar_width = min(14, longest // 2), min(30, longest - min(14, longest // 2))
    most = max((look.weight for look in looked.looks), default=0.0) or 1.0
    for look in looked.strongest[:MOST_LOOKS]:
        if look.weight < 0.002 and look.copied < COPIED:
            continue
        copied = look.copied >= COPIED
        word = fitted(look.text, word_width).rstrip()
        rows.append(
            Content.assemble(
                ("» " if copied else "  ", "bold"),
                (word, "underline bold" if copied else ""),
                " " * (word_width + 1 - cell_len(word)),
                (bar(look.weight / most, bar_width).ljust(bar_width), "$text-accent"),
                (f"{look.weight:4.0%} ", "bold"),
                (turns[look.turn] if look.turn < len(turns) else "", "$text-muted"),
            )
        )
    other = f"  turn signs {looked.marks:.0%} · nowhere {looked.nowhere:.0%} · » copied"
    return lines([*rows, Content.styled(other[:width], "$text-muted")])


def confidence_picture(said: Sequence[Said], token: int | None, width: int, *, alternatives: bool) -> Content:
    """The reply with the tenths of each token's probability, and what else the token at the cursor could have been."""
    flow = []
    for number, piece in enumerate(said, start=1):
        style = _LEVEL_STYLES[piece.level]
        if piece.copied >= COPIED:
            style += " underline"
        text = piece.text
        blank = " " if text.startswith(" ") else ""
        flow += [Content(blank), Content.styled(text.strip() + tenth(piece.probability), _at(style, number == token))]
    rows = [Content("").join(flow)]
    if alternatives and token and token <= len(said):
        piece = said[token - 1]
        rows += [Content(""), Content.styled("instead it could have been", "$text-muted")]
        bar_width = max(4, min(30, width - 22))
        for text, probability in piece.alternatives:
            chosen = "▸ " if text.lstrip("·") == piece.text.strip() else "  "
            filled = bar(probability, bar_width).ljust(bar_width)
            rows.append(
                Content.assemble(
                    chosen, fitted(text, 12), " ", (filled, "$text-accent"), (f"{probability:6.1%}", "bold")
                )
            )
    rows += [Content(""), Content.styled("₀ under 10 % … ₉ over 90 % sure · underlined: copied", "$text-muted")]
    return lines(rows)


def _at(style: str, cursor: bool) -> str:
    return f"{style} {_CURSOR}" if cursor else style


def gauge_picture(gauge: Gauge, turn: int | None, width: int) -> Content:
    """For each turn how much of it is left in the state, as a bar and a number, and in the notes."""
    rows = [] if not gauge.earlier else [Content.styled(f"… {gauge.earlier} earlier turns", "$text-muted")]
    wide = width >= 60
    bar_width = max(6, min(24, width - 22))
    most = max((held.state for held in gauge.held), default=0.0) or 1.0
    for held in gauge.held:
        who = "You" if held.role == "user" else "Bot"
        head = Content.assemble(
            ("▸" if held.turn == turn else " ", "bold"),
            (f"{held.turn + 1:3} {who} ", "bold"),
            (bar(held.state / most, bar_width).ljust(bar_width, "·"), "$text-accent"),
            (f"{held.state:4.0%}", "bold"),
            (f" ✎{held.noted:4.0%}", "$text-muted"),
        )
        if wide:
            room = width - head.cell_length - 2
            rows.append(Content.assemble(head, "  ", fitted(held.text, room).rstrip()))
        else:
            rows += [head, Content.styled(f"    {fitted(held.text, width - 5).rstrip()}", "$text-muted")]
    legend = "how other the state would be without the turn (longest bar: most) · ✎ still noted"
    return lines([*rows, Content.styled(legend, "$text-muted")])


def again_picture(again: Again, width: int) -> Content:
    """The old reply and the new one, side by side if there is room; words that differ are bold and underlined."""
    old, new = one_line(again.old).split(), one_line(again.new).split()
    matched = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    same_old = {n for tag, a, b, _, _ in matched if tag == "equal" for n in range(a, b)}
    same_new = {n for tag, _, _, a, b in matched if tag == "equal" for n in range(a, b)}
    question = Content.assemble(("asked ", "bold"), printable(again.question).strip())
    if width < 50:
        parts = [_words(old, same_old), _words(new, same_new)]
        return lines([question, Content.styled("before", "bold"), parts[0], Content.styled("wiped", "bold"), parts[1]])
    half = (width - 3) // 2
    left, right = (_wrapped(words, same, half) for words, same in ((old, same_old), (new, same_new)))
    rows = [Content.assemble(("before".ljust(half), "bold"), " │ ", ("wiped", "bold"))]
    for number in range(max(len(left), len(right))):
        one = left[number] if number < len(left) else Content("")
        other = right[number] if number < len(right) else Content("")
        rows.append(Content.assemble(one.pad_right(max(0, half - one.cell_length)), " │ ", other))
    return lines([question, *rows])


def _words(words: Sequence[str], same: set[int]) -> Content:
    styled = [Content.styled(word, "" if number in same else "bold underline") for number, word in enumerate(words)]
    return Content(" ").join(styled)


def _wrapped(words: Sequence[str], same: set[int], width: int) -> list[Content]:
    return list(_words(words, same).wrap(width)) if words else []
