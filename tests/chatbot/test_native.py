"""Laws of the silence: it lasts as long as its block and not longer."""

from __future__ import annotations

import os
import sys

import pytest

from chatbot.native import native_silence


def test_native_silence_hides_what_others_write_and_ends_with_its_block(capfd: pytest.CaptureFixture[str]) -> None:
    with native_silence():
        os.write(2, b"INFO: native noise\n")
    os.write(2, b"heard\n")
    sys.stderr.write("too\n")
    sys.stderr.flush()
    assert capfd.readouterr().err == "heard\ntoo\n"


def test_native_silence_ends_with_an_error_too(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError), native_silence():
        raise KeyError
    os.write(2, b"heard\n")
    assert capfd.readouterr().err == "heard\n"
