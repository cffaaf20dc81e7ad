"""Dialogues of real people made fit for the assistant's mouth: nothing rude, no monologues, no place-holders, and no
life of flesh and blood in what it would say of itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from train.authored.compose import Exchange
from train.corpora import Dialogue

_LONGEST_TURN = 45
"""Words; a longer turn is a monologue, and what follows it answers little of it."""
_LONGEST_ANSWER = 16
"""Words of a reply that is said between other things."""
_CLAIMED = 0.3
"""Of the replies of a dialogue that may tell of a human life."""

_PLACE_HOLDER = re.compile(r"\((?:user|person|name)[^)]*\)|\[[a-z_ ]+\]|<[a-z_ ]+>|```|https?://|www\.", re.IGNORECASE)
_RUDE = re.compile(
    r"\b(?:fuck\w*|shit\w*|bitch\w*|asshole\w*|bastard\w*|cunt\w*|dick(?:head)?s?|piss\w*|slut\w*|whore\w*|nigg\w*|fag\w*|"
    r"retard\w*|rape\w*|porn\w*|sex(?:y|ual|ually)?|nude\w*|naked|boobs?|penis|vagina|suicid\w*|kill (?:you|myself)\w*|"
    r"damn\w*|crap\w*|stupid|idiot\w*|moron\w*|shut up|sucks?|hitler|nazi\w*)\b",
    re.IGNORECASE,
)
_TELLING = re.compile(
    r"\b(?:my|i am|i'm|im|name|remember|i (?:love|like|hate|play|have|had|live|work|went|go|got|want|will))\b",
    re.IGNORECASE,
)
_CLAIM = re.compile(
    r"\b(?:my (?:wife|husband|kids?|child(?:ren)?|son|daughter|mom|mum|mother|dad|father|parents|brothers?|sisters?|"
    r"family|girlfriend|boyfriend|friends?|dogs?|cats?|pets?|job|boss|car|house|apartment|wedding|school|childhood)|"
    r"i (?:live|lived|work|worked|grew|was born|went|ate|drove|drive|bought|own|teach|married|moved|saw|watched)|"
    r"i(?:'m| am) (?:an? |from |married|single|\d)|i have (?:an? |two |three |four |\d|been|seen|kids)|"
    r"when i was|years old|last (?:night|week|year|summer))\b",
    re.IGNORECASE,
)


def cleaned(dialogues: Iterable[Dialogue]) -> Iterator[Dialogue]:
    """Those that can be learned from as they are."""
    for dialogue in dialogues:
        texts = [turn.text for turn in dialogue.turns]
        if any(_unfit(text) for text in texts):
            continue
        replies = [turn.text for turn in dialogue.turns if turn.role == "assistant"]
        if replies and sum(map(claims_life, replies)) <= _CLAIMED * len(replies):
            yield dialogue


def exchanges(dialogues: Iterable[Dialogue]) -> list[Exchange]:
    """Beginnings of dialogues and short answers to what needs nothing before it, to be said between other things."""
    found = []
    for dialogue in dialogues:
        first, second = dialogue.turns[0].text, dialogue.turns[1].text
        short = len(first.split()) <= _LONGEST_ANSWER and len(second.split()) <= _LONGEST_ANSWER
        if short and not claims_life(second) and not _about_names(first, second):
            found.append((first, second))
    return found


def claims_life(text: str) -> bool:
    """Whether a reply tells of a life that a program does not have."""
    return _CLAIM.search(text) is not None


def _unfit(text: str) -> bool:
    return len(text.split()) > _LONGEST_TURN or _RUDE.search(text) is not None or _PLACE_HOLDER.search(text) is not None


def _about_names(*texts: str) -> bool:
    """Whether somebody tells or asks what the user may be asked for in the same dialogue."""
    return any(_TELLING.search(text) for text in texts)
