"""The dialogue model in Keras, built from a configuration alone."""

from chatbot.model.decoder import Decoder
from chatbot.model.encoder import Encoder
from chatbot.model.seq2seq import Seq2Seq

__all__ = ["Decoder", "Encoder", "Seq2Seq"]
