"""The sub-commands that make a model: `chatbot train`, `chatbot evaluate`, `chatbot corpus` and `chatbot compare`.

Only the arguments stand here; TensorFlow and Keras are imported once a command really runs.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from train.cli.compare import add_compare
from train.cli.corpus import add_corpus
from train.cli.evaluate import add_evaluate
from train.cli.train import add_train

COMMANDS: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "train": add_train,
    "evaluate": add_evaluate,
    "corpus": add_corpus,
    "compare": add_compare,
}
"""What gives each command its arguments."""
