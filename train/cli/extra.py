"""Whether what training needs is installed."""

from __future__ import annotations

import importlib.util
import os

from chatbot.errors import MissingExtraError
from chatbot.native import native_silence


def require_extra() -> None:
    """Make sure that the packages of training are there, and quiet.

    Raises:
        MissingExtraError: if they are not; it says what to install.
    """
    missing = [
        name for name in ("tensorflow", "keras", "safetensors", "psutil") if importlib.util.find_spec(name) is None
    ]
    if missing:
        raise MissingExtraError.of(*missing)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # at 2 it complains of its own kernels; what fails still raises
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    with native_silence():  # TensorFlow tells at length which accelerators it does not find
        import tensorflow as tf

        tf.config.list_physical_devices()
