"""Work in a thread tells how it went, and raises nothing."""

from __future__ import annotations

import threading

from chatbot.errors import UsageError
from chatbot.ui.work import Work, WorkFailed, WorkFinished, do_work, explain


def test_the_result_is_told_and_the_model_held_meanwhile():
    posted, model = [], threading.Lock()
    do_work(Work(lambda: model.locked(), print, ""), model, posted.append)
    assert isinstance(posted[0], WorkFinished)
    assert posted[0].result is True
    assert not model.locked()


def test_a_failure_is_told_and_the_model_let_go():
    posted, model = [], threading.Lock()
    do_work(Work(lambda: 1 / 0, print, ""), model, posted.append)
    assert isinstance(posted[0], WorkFailed)
    assert isinstance(posted[0].error, ZeroDivisionError)
    assert not model.locked()


def test_our_errors_say_it_all_and_others_need_their_kind():
    assert explain(UsageError("a", expected="b", remedy="c")) == "a; expected b; c"
    assert explain(ValueError("x")) == "ValueError: x"
