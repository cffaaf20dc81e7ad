"""The feed between the thread that makes a reply and the screen that shows it."""

from __future__ import annotations

from chatbot.ui.replies import ReplyAdvanced, ReplyFailed, ReplyFeed, ReplyFinished, stream_reply


def test_many_pieces_are_announced_once_until_they_are_taken(scripted):
    feed, posted = ReplyFeed(), []
    stream_reply(scripted(["a", "b", "c"] * 200), "hello", feed, posted.append)
    assert [type(message) for message in posted] == [ReplyAdvanced, ReplyFinished]
    assert feed.take() == "abc" * 200
    assert feed.take() == ""


def test_pieces_are_announced_again_after_they_were_taken(scripted):
    feed, posted, seen = ReplyFeed(), [], []

    def post(message):
        posted.append(type(message))
        seen.append(feed.take())

    stream_reply(scripted(["a", "b"]), "hello", feed, post)
    assert posted == [ReplyAdvanced, ReplyAdvanced, ReplyFinished]
    assert seen == ["a", "b", ""]


def test_a_failure_is_reported_and_not_raised(scripted):
    feed, posted = ReplyFeed(), []
    stream_reply(scripted(["a", ValueError("no")]), "hello", feed, posted.append)
    assert isinstance(posted[-1], ReplyFailed)
    assert str(posted[-1].error) == "no"
    assert feed.take() == "a"


def test_a_stop_that_came_before_the_stream_began_still_stops_it(scripted):
    feed = ReplyFeed()
    feed.stop()
    stream_reply(scripted(["a", "b", "c"]), "hello", feed, lambda message: None)  # the script forgets earlier cancels
    assert feed.take() == "a"
