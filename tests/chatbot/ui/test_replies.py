"""The feed between the thread that makes a reply and the screen that shows it."""

from __future__ import annotations

import threading

from chatbot.ui.replies import ReplyAdvanced, ReplyFailed, ReplyFeed, ReplyFinished, stream_reply


def stream(pieces, feed, post, cancel=lambda: None):
    model = threading.Lock()
    stream_reply(lambda: iter(pieces), cancel, feed, model, post)
    assert not model.locked()


def test_many_pieces_are_announced_once_until_they_are_taken():
    feed, posted = ReplyFeed(), []
    stream(["a", "b", "c"] * 200, feed, posted.append)
    assert [type(message) for message in posted] == [ReplyAdvanced, ReplyFinished]
    assert feed.take() == "abc" * 200
    assert feed.take() == ""


def test_pieces_are_announced_again_after_they_were_taken():
    feed, posted, seen = ReplyFeed(), [], []

    def post(message):
        posted.append(type(message))
        seen.append(feed.take())

    stream(["a", "b"], feed, post)
    assert posted == [ReplyAdvanced, ReplyAdvanced, ReplyFinished]
    assert seen == ["a", "b", ""]


def test_a_failure_is_reported_and_not_raised():
    def pieces():
        yield "a"
        raise ValueError("no")

    feed, posted = ReplyFeed(), []
    stream(pieces(), feed, posted.append)
    assert isinstance(posted[-1], ReplyFailed)
    assert str(posted[-1].error) == "no"
    assert feed.take() == "a"


def test_a_failure_to_begin_is_reported_as_well():
    posted = []
    stream_reply(lambda: 1 / 0, lambda: None, ReplyFeed(), threading.Lock(), posted.append)
    assert isinstance(posted[-1], ReplyFailed)


def test_a_stop_that_came_before_the_stream_began_still_stops_it():
    feed, cancelled = ReplyFeed(), []
    feed.stop()
    stream(["a"], feed, lambda message: None, lambda: cancelled.append(True))
    assert cancelled == [True]
