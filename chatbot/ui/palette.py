"""Lists to choose from, in Textual's command palette: all commands, or the values that one of them may take.

What Textual's own lists show is read as markup; here a name is a name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.markup import escape

from chatbot.text.sanitize import one_line
from chatbot.ui.commands import COMMANDS, Request

if TYPE_CHECKING:
    from textual.screen import Screen


class Choice(NamedTuple):
    """Something that can be chosen."""

    name: str
    help: str
    choose: Callable[[], Any]


class Choices(Provider):
    """Lists choices, those first that match what is typed best."""

    def choices(self) -> Sequence[Choice]:
        """What there is to choose."""
        return ()

    async def discover(self) -> Hits:
        """All of them."""
        for choice in self.choices():
            yield DiscoveryHit(Content(one_line(choice.name)), choice.choose, choice.name, escape(choice.help))

    async def search(self, query: str) -> Hits:
        """Those that match."""
        matcher = self.matcher(query)
        for choice in self.choices():
            name = one_line(choice.name)
            score, offsets = matcher.fuzzy_search.match(query, name)
            if score > 0:
                shown = Content(name)
                for offset in offsets:
                    shown = shown.stylize(matcher.match_style, offset, offset + 1)
                yield Hit(score, shown, choice.choose, name, escape(choice.help))


class CommandChoices(Choices):
    """All commands of the screen they are asked for on."""

    def choices(self) -> Sequence[Choice]:
        """Commands by what they do; what can be typed instead is beside it."""
        perform = getattr(self.screen, "perform", None)
        if perform is None:
            return ()
        return [
            Choice(f"{each.title}  /{each.name}", each.help, partial(perform, Request(each, ""))) for each in COMMANDS
        ]


def choose(screen: Screen[Any], choices: Sequence[Choice], placeholder: str) -> None:
    """Let the user choose one."""

    class Given(Choices):
        def choices(self) -> Sequence[Choice]:
            return choices

    screen.app.push_screen(CommandPalette(providers=[Given], placeholder=placeholder))
