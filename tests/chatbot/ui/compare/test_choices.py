"""Laws of what can follow a command: every one of several names is completed."""

from __future__ import annotations

from chatbot.ui.commands import complete
from chatbot.ui.compare.choices import choices, contenders

KNOWN = [("default", "lstm"), ("small", "gru"), ("other", "gru")]


def test_models_cells_and_settings_can_be_named() -> None:
    names = [name for name, _ in contenders(KNOWN, "mine")]
    assert names == ["default", "small", "other", "mine", "lstm", "gru", "temp=", "topk=", "topp=", "seed="]


def test_each_of_several_names_is_completed() -> None:
    lists = choices(KNOWN, "default")
    assert [each.text for each in complete("/compare de", lists)] == ["/compare default"]
    assert [each.text for each in complete("/compare default sm", lists)] == ["/compare default small"]
    assert [each.text for each in complete("/compare default small t", lists)] == [
        f"/compare default small {name}=" for name in ("temp", "topk", "topp")
    ]
    assert complete("/compare default small", lists) == []
    assert complete("/compare default temp=1", lists) == []
