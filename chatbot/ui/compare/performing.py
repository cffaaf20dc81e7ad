"""What each command of a comparison does; the method named after it is called with what was typed after its name."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from chatbot.errors import ChatbotError, UsageError
from chatbot.text.sanitize import one_line
from chatbot.ui.commands import Request
from chatbot.ui.compare.specs import parse_specs, side_of
from chatbot.ui.screens.help import HelpScreen
from chatbot.ui.work import explain

if TYPE_CHECKING:
    from chatbot.ui.compare.screen import ComparisonScreen


class Performer:
    """Does on a comparison what commands ask for.

    Args:
        screen: The screen.
    """

    def __init__(self, screen: ComparisonScreen) -> None:
        self._screen = screen

    def perform(self, request: Request) -> None:
        """Do it, or say why it cannot be done."""
        try:
            getattr(self, f"do_{request.command.name}")(request.argument)
        except ChatbotError as error:
            self._screen.tell(explain(error), trouble=True)

    def do_add(self, argument: str) -> None:
        """Load one more."""
        screen = self._screen
        if not argument:
            names = ", ".join(each.name for each in screen.known)
            raise UsageError("nobody to add", expected=f"one of {names}, a cell or a folder", remedy="name one")
        specs = parse_specs(argument, screen.first, screen.known)
        spec = specs[-1]
        screen.work(partial(side_of, spec, screen.sources, screen.first), screen.add, f"Loading {one_line(spec.name)}…")

    def do_remove(self, argument: str) -> None:
        """Take one out."""
        self._screen.drop(_number(argument))

    def do_seed(self, argument: str) -> None:
        """Draw from another seed."""
        comparison = self._screen.comparison
        if argument:
            comparison.seed = _number(argument)
            self._screen.settle()
        self._screen.tell(f"seed: {comparison.seed}")

    def do_reset(self, argument: str) -> None:
        """Wipe one memory, or all."""
        self._screen.forget(_number(argument) if argument else None)

    def do_new(self, _: str) -> None:
        """Begin anew."""
        self._screen.begin_anew()

    def do_memory(self, _: str) -> None:
        """Draw states, or not."""
        self._screen.columns.maps = not self._screen.columns.maps

    def do_facts(self, _: str) -> None:
        """Show or hide what stands under replies."""
        self._screen.columns.facts = not self._screen.columns.facts

    def do_copy(self, _: str) -> None:
        """All of it, as Markdown."""
        text = self._markdown()
        self._screen.app.copy_to_clipboard(text)
        self._screen.tell(f"Copied {len(text):,} characters")

    def do_export(self, argument: str) -> None:
        """Write all of it to a new file."""
        from chatbot.conversation.side_by_side import as_dict

        path = Path(argument or "comparison.md").expanduser()
        text = self._markdown()
        if path.suffix == ".json":
            text = json.dumps(as_dict(self._screen.comparison), ensure_ascii=False, indent=2) + "\n"
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError as error:
            raise UsageError(f"{path} exists", expected="a new name", remedy="give another name") from error
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise UsageError(
                f"{path} cannot be written ({reason})", expected="a file in a folder of yours", remedy="give another"
            ) from error
        self._screen.tell(f"Written to {path.resolve()}")

    def _markdown(self) -> str:
        from chatbot.conversation.side_by_side import as_markdown

        if not self._screen.comparison.log:
            raise UsageError("nothing was said yet", expected="a message and replies", remedy="say something first")
        return as_markdown(self._screen.comparison)

    def do_help(self, _: str) -> None:
        """Keys and commands."""
        self._screen.app.push_screen(HelpScreen.of(self._screen))

    def do_quit(self, _: str) -> None:
        """Back to the chat."""
        self._screen.action_leave()


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise UsageError(f"{one_line(text)!r}", expected="a whole number", remedy="try again with one") from error
