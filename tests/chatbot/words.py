"""A tokenizer of plain code, for whoever looks at tokens and needs no model."""

from __future__ import annotations


class Words:
    """Every word is a piece; ids from 5 on, in the order in which words are first met."""

    def __init__(self) -> None:
        self.known = ["<pad>", "<unk>", "<user>", "<assistant>", "<end>"]

    def encode(self, text: str) -> list[int]:
        self.known += [f"▁{word}" for word in dict.fromkeys(text.split()) if f"▁{word}" not in self.known]
        return [self.known.index(f"▁{word}") for word in text.split()]

    def piece(self, token: int) -> str:
        return self.known[token]
