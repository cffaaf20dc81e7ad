"""What readers of all formats do with the turns they found: join them, and see that there is a dialogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from train.corpora.dialogue import Conversation, Utterance
from train.corpora.reader import OnSkip


def conversation(utterances: Iterable[Utterance], line: int, on_skip: OnSkip) -> Iterator[Conversation]:
    """The one conversation that these make, without empty turns; or none, told to ``on_skip``, of fewer than two."""
    said = tuple(utterance for utterance in utterances if utterance.text.strip())
    if len(said) >= 2:
        yield Conversation(said, line)
    else:
        on_skip(line, f"{len(said)} turn(s): expected at least 2")


def merged(utterances: Iterable[Utterance]) -> Iterator[Utterance]:
    """What a speaker says in a row as one turn, joined by new lines; what is empty does not come between."""
    said = (utterance for utterance in utterances if utterance.text.strip())
    for speaker, row in groupby(said, key=lambda utterance: utterance.speaker):
        yield Utterance(speaker, "\n".join(utterance.text for utterance in row))
