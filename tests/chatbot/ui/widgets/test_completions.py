"""The list of what a command could become."""

from __future__ import annotations

from textual.app import App

from chatbot.ui.commands import Completion
from chatbot.ui.widgets.completions import Completions

FOUND = [Completion(f"/{name}", f"/{name}", f"does [b]{name}[/b]", complete=True) for name in ("one", "two", "three")]


class Host(App[None]):
    """Nothing but the list."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[str] = []

    def compose(self):
        yield Completions()

    def on_completions_taken(self, event: Completions.Taken) -> None:
        self.taken.append(event.completion.text)


async def test_it_is_there_only_while_there_is_something_to_choose(screen_text):
    app = Host()
    async with app.run_test() as pilot:
        completions = app.query_one(Completions)
        assert not completions.display
        completions.offer(FOUND)
        await pilot.pause()
        assert "does [b]two[/b]" in screen_text(app)
        assert completions.current == FOUND[0]
        completions.offer([])
        await pilot.pause()
        assert not completions.display
        assert completions.current is None


async def test_the_highlight_goes_around_the_ends_and_a_click_takes():
    app = Host()
    async with app.run_test() as pilot:
        completions = app.query_one(Completions)
        completions.move(1)
        completions.offer(FOUND)
        completions.move(-1)
        assert completions.current == FOUND[2]
        completions.move(1)
        assert completions.current == FOUND[0]
        await pilot.pause()
        await pilot.click(Completions, offset=(3, 2))
        await pilot.pause()
        assert app.taken == ["/two"]
        assert not completions.has_focus


async def test_what_need_not_be_added_is_not_highlighted_at_once():
    app = Host()
    async with app.run_test():
        completions = app.query_one(Completions)
        completions.offer(FOUND, pick=False)
        assert completions.current is None
        assert completions.first == FOUND[0]
        completions.move(1)
        assert completions.current == FOUND[0]
        completions.offer(FOUND[1:], pick=False)
        completions.move(-1)
        assert completions.current == FOUND[2]
