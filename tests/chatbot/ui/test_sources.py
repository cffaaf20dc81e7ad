"""Where conversations come from, and how one is taken up."""

from __future__ import annotations

import dataclasses

import pytest

from chatbot.bundle import write_bundle
from chatbot.conversation import Conversation
from chatbot.conversation.saved import SavedConversation
from chatbot.conversation.store import Store
from chatbot.errors import BundleError
from chatbot.ui import sources as module
from chatbot.ui.sources import open_first, sources_of, switched


@pytest.fixture
def at_home(monkeypatch, tmp_path):
    """A data directory of its own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "chatbot"


def test_the_users_store_and_all_models_are_there(at_home, bundle_float32, monkeypatch, tmp_path):
    monkeypatch.setattr("chatbot.catalog.SHIPPED", tmp_path / "shipped")
    write_bundle(at_home / "models" / "mine", bundle_float32)
    write_bundle(at_home / "models" / "torn", bundle_float32)
    (at_home / "models" / "torn" / "graph.tflite").write_bytes(b"")
    sources = sources_of(lambda: Conversation(bundle_float32))
    assert [tuple(known) for known in sources.models()] == [("mine", "lstm")]
    assert sources.switch("mine").model.name == "mine"
    with pytest.raises(BundleError):
        sources.switch("nothing")
    opened = open_first(sources)
    assert opened.taken_up is None
    assert opened.store.path == at_home / "sessions" / "sessions.db"
    assert isinstance(sources.predictor(opened.saved.conversation)(opened.saved.conversation.memory, "x", bool), str)
    opened.store.close()


def test_what_was_used_last_is_taken_up_with_its_title(scripted, place):
    sources = sources_of(lambda: Conversation(scripted(["one"])))
    sources = dataclasses.replace(sources, store=lambda: Store(place))
    first = open_first(sources)
    list(first.saved.stream("a"))
    first.saved.rename("Mine")
    first.store.close()
    again = open_first(sources)
    assert again.taken_up is not None
    assert again.taken_up.title == "Mine"
    assert again.taken_up.resumed.turns == 2
    again.store.close()


def test_trouble_with_the_store_is_told_and_the_model_is_there(scripted, tmp_path):
    (tmp_path / "file").write_text("")
    sources = sources_of(lambda: Conversation(scripted()))
    opened = open_first(dataclasses.replace(sources, store=lambda: Store(tmp_path / "file" / "s.db")))
    assert opened.store is None
    assert opened.trouble is not None


def test_what_the_user_chose_is_taken_along_but_not_what_the_old_model_recommends(scripted):
    saved = SavedConversation(Conversation(scripted()), None)
    saved.conversation.sample_with(top_k=3)
    new = scripted(name="two")
    new.sampling = dataclasses.replace(new.sampling, temperature=0.8)
    switched(saved, lambda: Conversation(new))
    assert saved.conversation.sampling.top_k == 3
    assert saved.conversation.sampling.temperature == 0.8


def test_nothing_is_imported_before_it_is_needed():
    assert not {"Conversation", "Store", "read_bundle"} & set(vars(module))
