"""What the cells say: replies to the same prompts with the same seed, how varied they are, and facts in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from chatbot.config import SamplingConfig
from chatbot.text.template import Turn
from chatbot.text.tokenizer import END, Tokenizer
from train.compare.facts import scripts
from train.compare.voice import Open, answer
from train.dataset import Example
from train.evaluate import distinct, top_share

SHOWN = 6
"""Replies that a report sets side by side."""
_LONGEST = 40
GREEDY = SamplingConfig(temperature=0.0, max_length=_LONGEST)
SAMPLED = SamplingConfig(temperature=0.7, top_p=0.9, seed=1, max_length=_LONGEST)
_UNKNOWN = re.compile(
    r"\b(?:(?:do|did)(?:n't| not) (?:know|tell|say|mention)|have(?:n't| not) (?:told|said|mentioned)|"
    r"never (?:told|said))",
    re.IGNORECASE,
)
"""How a reply admits that something was never told."""


def first_turns(examples: Sequence[Example], tokenizer: Tokenizer, count: int) -> list[str]:
    """What so many dialogues begin with, each text once."""
    found: dict[str, None] = {}
    for example in examples:
        ids = example.layout.ids.tolist()
        text = tokenizer.decode(ids[: ids.index(END)] if END in ids else ids)
        if text:
            found[text] = None
        if len(found) == count:
            break
    return list(found)


def talk(open_speaker: Open, tokenizer: Tokenizer, prompts: Sequence[str], facts: int) -> dict[str, Any]:
    """Let a model talk.

    Args:
        open_speaker: The model.
        tokenizer: Its own.
        prompts: Each the beginning of a conversation.
        facts: Scripts in which a fact is told and asked for at once, and others in which it is asked for untold.

    Returns:
        ``replies`` (to the first prompts: ``prompt``, ``greedy``, ``sampled``), and of the greedy ones to all prompts
        ``distinct_1``, ``distinct_2`` (Li et al. 2016), ``top10_share`` and ``mean_length`` in words; ``recalled`` and
        ``abstained``: of ``asked`` each.
    """
    said = [answer(open_speaker, tokenizer, [Turn("user", prompt)], GREEDY) for prompt in prompts]
    sampled = [answer(open_speaker, tokenizer, [Turn("user", prompt)], SAMPLED) for prompt in prompts[:SHOWN]]
    words = [text.lower().split() for text in said]
    asked = scripts(0, facts)
    told = [answer(open_speaker, tokenizer, script.turns, GREEDY) for script in asked]
    untold = [answer(open_speaker, tokenizer, script.turns[-1:], GREEDY) for script in asked]
    return {
        "replies": [
            {"prompt": prompt, "greedy": greedy, "sampled": other}
            for prompt, greedy, other in zip(prompts, said, sampled, strict=False)
        ],
        "prompts": len(prompts),
        "distinct_1": distinct(words, 1),
        "distinct_2": distinct(words, 2),
        "top10_share": top_share(words, 10),
        "mean_length": sum(map(len, words)) / max(1, len(words)),
        "asked": facts,
        "recalled": sum(script.value.lower() in text.lower() for script, text in zip(asked, told, strict=True)) / facts,
        "abstained": sum(_UNKNOWN.search(text) is not None for text in untold) / facts,
    }
