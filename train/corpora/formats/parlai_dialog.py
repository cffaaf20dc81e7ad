"""ParlAI's dialog format: tab-separated ``field:value``; a line holds a text and its labels."""

from __future__ import annotations

import re
from collections.abc import Iterator

from train.corpora.dialogue import Conversation, Utterance
from train.corpora.reader import Head, OnSkip, Reader
from train.corpora.source import Source
from train.corpora.turns import conversation

_FIELDS = re.compile(r"(?:^|\t)(text|labels|eval_labels|episode_done):")
_PERSONA = re.compile(r"(?:your|partner's) persona:", re.IGNORECASE)


class ParlaiDialogReader(Reader):
    """Reads ParlAI's dialog format; of several labels the first is the reply."""

    name = "parlai_dialog"
    expects = "lines of `text:…<TAB>labels:…`, with episode_done:True at the end of a dialogue"

    def recognises(self, head: Head) -> float:
        """By its fields."""
        fields = [set(_FIELDS.findall(line)) for line in head.lines]
        if not any(len(found) > 1 for found in fields):
            return 0.0
        good = sum(bool(found & {"text", "labels", "eval_labels"}) for found in fields)
        return 0.98 if good * 10 >= len(fields) * 9 else 0.0

    def read(self, source: Source, on_skip: OnSkip) -> Iterator[Conversation]:
        """The dialogues, without persona lines."""
        said: list[Utterance] = []
        first = 0
        for line, text in source.lines():
            if not text.strip():
                continue
            fields = _fields(text)
            if not fields.keys() & {"text", "labels", "eval_labels", "episode_done"}:
                on_skip(line, 'neither "text:" nor "labels:"')
                continue
            first = first or line
            labels = fields.get("labels") or fields.get("eval_labels", "")
            said.append(Utterance("a", _without_persona(_value(fields.get("text", "")))))
            said.append(Utterance("b", _value(labels.split("|")[0])))
            if fields.get("episode_done", "").strip().lower() in ("true", "1"):
                yield from conversation(said, first, on_skip)
                said, first = [], 0
        if first:
            yield from conversation(said, first, on_skip)


def _fields(line: str) -> dict[str, str]:
    """The values by field; what has no colon is none."""
    parts = (part.partition(":") for part in line.split("\t"))
    return {name.strip(): value for name, colon, value in parts if colon}


def _value(written: str) -> str:
    return written.replace("\\n", "\n").replace("\\t", "\t").replace("__PIPE__", "|")


def _without_persona(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if not _PERSONA.match(line.strip()))
