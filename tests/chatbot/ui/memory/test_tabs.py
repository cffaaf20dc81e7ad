"""The names of the pictures."""

from __future__ import annotations

import pytest

from chatbot.ui.memory.tabs import TABS, TabBar


@pytest.mark.parametrize("width", [30, 40, 60, 120])
async def test_all_names_fit_and_can_be_clicked(host, width: int) -> None:
    app = host()
    async with app.run_test(size=(width, 12)) as pilot:
        bar = app.query_one(TabBar)
        labels = bar._labels(bar.size.width)
        assert sum(map(len, labels.values())) <= bar.size.width + 1
        at = 0
        for name, label in labels.items():
            assert TABS[name].title in label or TABS[name].short in label
            await pilot.click(TabBar, offset=(at + 1, 0))
            await pilot.pause()
            assert bar.active == name
            at += len(label)
