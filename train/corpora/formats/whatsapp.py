"""WhatsApp's chat exports, of Android and iOS, in many locales' dates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from train.corpora.dialogue import Conversation, Utterance
from train.corpora.reader import Head, OnSkip, Reader
from train.corpora.source import Source
from train.corpora.turns import conversation, merged

SILENCE = timedelta(hours=6)
"""After a longer one a new dialogue begins."""

_DIRECTIONS = dict.fromkeys(map(ord, "\ufeff\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
_DATE = r"(?P<x>\d{1,4})(?P<sep>[./-])\s?(?P<y>\d{1,2})(?P=sep)\s?(?P<z>\d{1,4})\.?"
_TIME = (
    r"(?:(?P<before>[^\W\d_]{1,6})\s?)?(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?"
    r"(?:\s?(?P<after>[^\W\d_]\.?\s?[^\W\d_]{0,3}\.?))?"
)
_DATED = [
    re.compile(pattern + r"(?P<rest>.*)", re.DOTALL)
    for pattern in (
        rf"{_DATE}[,،]?\s{{1,3}}{_TIME}(?:\s[-–—]\s|:\s)",  # Android; iOS of long ago
        rf"\[{_DATE}[,،]?\s{{1,3}}{_TIME}\]\s?",  # iOS
        rf"\[{_TIME},\s{_DATE}\]\s?",  # copied from the screen
    )
]
_NAMED = re.compile(r"(?P<name>[^:]{1,100}):(?:\s(?P<text>.*)|$)", re.DOTALL)
_MORNING = {"am", "오전", "上午", "午前", "ص", "πμ", "sa"}
_AFTERNOON = {"pm", "오후", "下午", "午後", "م", "μμ", "ch"}
_LEFT_OUT = re.compile(
    r"<[^<>]*[^\W\d_][^<>]*>"  # <Media omitted> in any language, <attached: …>
    r"|null"  # what Android writes for what is seen once
    r"|(?:image|photo|video|video note|audio|voice message|gif|sticker|document|contact card|media) omitted"
    r"|[^•]*• .* omitted"
    r"|.*\.\w{2,5} \((?:file attached|datei angehängt|archivo adjunto|fichier joint|arquivo anexado"
    r"|bestand bijgevoegd|file allegato)\)"
    r"|(?:this message was deleted|you deleted this message)(?: by admin.*)?\.?"
    r"|(?:diese nachricht wurde gelöscht|du hast diese nachricht gelöscht|se eliminó este mensaje"
    r"|este mensaje fue eliminado|eliminaste este mensaje|ce message a été supprimé|vous avez supprimé ce message"
    r"|(?:esta )?mensagem (?:foi )?apagada|você apagou esta mensagem|dit bericht (?:is|werd) verwijderd"
    r"|questo messaggio è stato eliminato|hai eliminato questo messaggio)\.?"
    r"|(?:missed|silenced) (?:group )?(?:voice|video) call.*|(?:live )?location(?: shared)?: https?://\S+"
    r"|live location shared|waiting for this message\..*|you received a view once .*"
    r"|messages and calls are end-to-end encrypted\..*",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:\u200e<[^<>\n]+>|\u200e[^\u200e\n]{1,40} omitted|<attached: [^<>\n]+>|<this message was edited\.?>"
    r"|<diese nachricht wurde bearbeitet\.?>|<se editó este mensaje\.?>|<ce message a été modifié\.?>"
    r"|<(?:esta )?mensagem (?:foi )?editada\.?>|<questo messaggio è stato modificato\.?>"
    r"|<dit bericht is bewerkt\.?>)\Z",
    re.IGNORECASE,
)


class _Message(NamedTuple):
    """What follows a date, up to the next one; a notice has no speaker."""

    line: int
    moment: datetime | None
    speaker: str | None
    lines: list[str]
    """With their marks of direction: iOS begins with U+200E what is its own and nobody's words."""


class WhatsAppReader(Reader):
    """Reads WhatsApp's exports; a silence of more than six hours starts a new dialogue.

    Days and months are told apart by a number above 12 in the head.  Where there is none the month comes first in
    dates like 2/3/24 (slashes, no leading zeros, two digits of the year), else the day.
    """

    name = "whatsapp"
    expects = "a chat exported from WhatsApp: `DD/MM/YYYY, HH:MM - Name: text`"

    def recognises(self, head: Head) -> float:
        """By dates at the beginning of lines."""
        found = [_dated(line) for line in head.lines]
        dates = [date for date in found if date]
        named = any(_name(date["rest"]) for date in dates)
        return 0.95 if named and any(found[:3]) and len(dates) * 5 >= len(found) else 0.0

    def read(self, source: Source, on_skip: OnSkip) -> Iterator[Conversation]:
        """The dialogues; what somebody writes in a row is one turn."""
        head = Head.of(source)
        month_first, marks = _month_first(head), _has_marks(head)
        said: list[Utterance] = []
        first, last = 0, None
        for message in _messages(source.lines(), month_first):
            if message.speaker is None:
                continue
            if said and last and message.moment and message.moment - last > SILENCE:
                yield from conversation(merged(said), first, on_skip)
                said = []
            last = message.moment or last
            text = _text(message.lines, marks)
            if text:
                first = first if said else message.line
                said.append(Utterance(message.speaker, text))
        if said:
            yield from conversation(merged(said), first, on_skip)


def _dated(line: str) -> re.Match[str] | None:
    plain = line.translate(_DIRECTIONS)
    return next((found for pattern in _DATED if (found := pattern.match(plain))), None)


def _name(rest: str) -> re.Match[str] | None:
    """Name and text; in quotation marks before a colon stands what a notice quotes."""
    found = _NAMED.match(rest)
    return None if found is None or re.search('["“„«]', found["name"]) else found


def _messages(lines: Iterable[tuple[int, str]], month_first: bool) -> Iterator[_Message]:
    message = None
    for number, line in lines:
        date = _dated(line)
        if date is None:
            if message is not None:
                message.lines.append(line)
            continue
        if message is not None:
            yield message
        name = _name(date["rest"])
        speaker, text = (name["name"].strip(), _own_text(line, name["text"])) if name else (None, "")
        message = _Message(number, _moment(date, month_first), speaker, [text])
    if message is not None:
        yield message


def _own_text(line: str, text: str | None) -> str:
    """The end of a line that is ``text``, with its marks of direction."""
    kept = [place for place, letter in enumerate(line) if ord(letter) not in _DIRECTIONS]
    return line[kept[-len(text or "") - 1] + 1 :]


def _text(lines: list[str], marks: bool) -> str:
    """What somebody wrote; nothing, if it is only what WhatsApp says about it."""
    if marks and lines[0].startswith("\u200e"):
        return ""
    own = []
    for line in lines:
        kept = _TAIL.sub("", line.rstrip()).translate(_DIRECTIONS).rstrip()
        whole = line.translate(_DIRECTIONS).strip()
        own.append("" if _LEFT_OUT.fullmatch(whole) or _LEFT_OUT.fullmatch(kept.strip()) else kept)
    return "\n".join(own).strip()


def _has_marks(head: Head) -> bool:
    """Whether U+200E before a text means something: not if most texts have it."""
    names = ((line, _name(date["rest"])) for line in head.lines if (date := _dated(line)))
    marked = [_own_text(line, name["text"]).startswith("\u200e") for line, name in names if name]
    return sum(marked) * 2 <= len(marked)


def _month_first(head: Head) -> bool:
    dates = [date for line in head.lines if (date := _dated(line))]
    if any(int(date["x"]) > 12 for date in dates):
        return False
    if any(int(date["y"]) > 12 for date in dates):
        return True
    return all(date["sep"] == "/" and len(date["z"]) == 2 and not date["x"].startswith("0") for date in dates)


def _moment(date: re.Match[str], month_first: bool) -> datetime | None:
    """When it was; None if there is no such day."""
    x, y, z = int(date["x"]), int(date["y"]), int(date["z"])
    if len(date["x"]) > 2:
        year, month, day = x, y, z
    else:
        day, month, year = (y, x, z) if month_first else (x, y, z)
    if month > 12:
        day, month = month, day
    half = re.sub(r"[\W_]", "", date["before"] or date["after"] or "").casefold()
    hour = int(date["hour"])
    if half in _MORNING or half in _AFTERNOON:
        hour = hour % 12 + 12 * (half in _AFTERNOON)
    try:
        return datetime(year + 2000 if year < 100 else year, month, day, hour, int(date["minute"]))
    except ValueError:
        return None
