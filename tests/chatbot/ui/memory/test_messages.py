"""What is posted carries what it is about."""

from __future__ import annotations

from chatbot.ui.memory import ForkRequested, MarksChanged, WipeAndAskRequested


def test_messages_for_the_screen_bubble_and_hold_what_was_asked_for() -> None:
    assert ForkRequested(3).turns == 3
    wipe = WipeAndAskRequested(state=True, annotations=False)
    assert (wipe.state, wipe.annotations) == (True, False)
    assert MarksChanged(()).looks == ()
    assert all(kind.bubble for kind in (ForkRequested, WipeAndAskRequested, MarksChanged))
