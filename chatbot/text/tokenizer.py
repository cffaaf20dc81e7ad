"""Text to sub-word ids and back: a SentencePiece model with byte fallback, so that any text can be represented.

Special symbols are *control* symbols: no text that is encoded can produce them, whoever wrote it.  How a turn is laid
out with them is the business of ``chatbot.text.template``; how a model is trained, of ``train.tokenizer``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sentencepiece

from chatbot.errors import BundleError
from chatbot.text.sanitize import one_line

PAD, UNKNOWN, USER, ASSISTANT, END = range(5)
"""Ids of the special symbols, the same in every model."""
CONTROL_SYMBOLS = ("<user>", "<assistant>", "<end>")
"""Names of the symbols after padding and unknown, in the order of their ids."""


class Tokenizer:
    """A trained SentencePiece model.

    Args:
        model: The serialised SentencePiece model.

    Raises:
        BundleError: if ``model`` is not a SentencePiece model with our special symbols.
    """

    def __init__(self, model: bytes) -> None:
        self.model = model
        self._processor = sentencepiece.SentencePieceProcessor()
        try:
            self._processor.LoadFromSerializedProto(model)
            found = tuple(self._processor.IdToPiece(i) for i in (USER, ASSISTANT, END))
        except (RuntimeError, IndexError) as error:
            raise BundleError(
                f"the tokenizer cannot be read ({one_line(str(error))})",
                expected="a SentencePiece model",
                remedy="train or fetch the bundle again",
            ) from error
        if found != CONTROL_SYMBOLS:
            raise BundleError(
                f"the tokenizer has {', '.join(found)} as symbols {USER} to {END}",
                expected=", ".join(CONTROL_SYMBOLS),
                remedy="use a tokenizer made by `chatbot train`",
            )

    def __reduce__(self) -> tuple[type[Tokenizer], tuple[bytes]]:
        return Tokenizer, (self.model,)  # on its way to another process: the processor itself cannot go

    @property
    def vocabulary_size(self) -> int:
        """Number of pieces, the special symbols included."""
        return int(self._processor.GetPieceSize())

    def encode(self, text: str) -> list[int]:
        """The ids of a text; control characters are dropped and blanks folded first, so an id list is one line."""
        return list(self._processor.EncodeAsIds(one_line(text)))

    def decode(self, ids: Sequence[int]) -> str:
        """The text of pieces; special symbols give nothing, bytes that are not UTF-8 give U+FFFD."""
        return str(self._processor.DecodeIds([int(i) for i in ids if i > END]))

    def piece(self, token: int) -> str:
        """The piece of one id as SentencePiece writes it ("▁the", "<0x0A>")."""
        return str(self._processor.IdToPiece(int(token)))

    @property
    def blank(self) -> tuple[int, ...]:
        """Ids of the pieces that show nothing."""
        return tuple(i for i in (self._processor.PieceToId("▁"), self._processor.PieceToId("<0x20>")) if i > END)

    def byte_pieces(self) -> tuple[int, ...]:
        """Ids of the pieces that stand for single bytes: a part of a character, or a whole ASCII one."""
        return self._bytes(range(0x100))

    def unspeakable(self) -> tuple[int, ...]:
        """Ids that no reply may hold: the special symbols but the end, and the bytes of control characters."""
        return (PAD, UNKNOWN, USER, ASSISTANT, *self._bytes((*range(0x20), 0x7F)))

    def _bytes(self, values: Iterable[int]) -> tuple[int, ...]:
        pieces = (self._processor.PieceToId(f"<0x{value:02X}>") for value in values)
        return tuple(i for i in pieces if i > END)
