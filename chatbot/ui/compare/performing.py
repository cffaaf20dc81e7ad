"""What each command of a comparison does; the method named after it is called with what was typed after its name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from chatbot.errors import ChatbotError, UsageError
from chatbot.text.sanitize import one_line
from chatbot.ui.commands import Request
from chatbot.ui.screens.help import HelpScreen
from chatbot.ui.work import explain

if TYPE_CHECKING:
    from chatbot.conversation.side import Side
    from chatbot.conversation.side_by_side import SideBySide
    from chatbot.ui.compare.screen import ComparisonScreen

_DEFAULT_FILE = "comparison.md"


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

    @property
    def _comparison(self) -> SideBySide:
        return self._screen.comparison

    # Who is compared

    def do_add(self, argument: str) -> None:
        """Load one more."""
        self._load(argument, self._added)

    def _added(self, side: Side) -> None:
        self._comparison.add(side)
        self._screen.columns.add([side])
        self._screen.settle()

    def do_remove(self, argument: str) -> None:
        """Take one out."""
        number = _number(argument)
        self._comparison.remove(number)
        self._screen.columns.drop(number)
        self._screen.settle()

    def do_replace(self, argument: str) -> None:
        """Load another in the place of one."""
        first, _, rest = argument.partition(" ")
        number = _number(first)
        self._comparison.side(number)
        self._load(rest, partial(self._replaced, number))

    def _replaced(self, number: int, side: Side) -> None:
        self._comparison.replace(number, side)
        self._screen.columns.replace(number, side)
        self._screen.settle()

    def _load(self, argument: str, then: Callable[[Side], None]) -> None:
        from chatbot.conversation.side_specs import parse_specs

        screen = self._screen
        specs = parse_specs(argument, screen.known)
        if len(specs) != 1:
            names = ", ".join(each.name for each in screen.known)
            raise UsageError(
                f"{len(specs)} models", expected=f"one of {one_line(names)}, a cell or a folder", remedy="name one"
            )
        (spec,) = specs
        screen.work(partial(spec.side, screen.loader.load), then, f"Loading {one_line(spec.name)}…")

    def do_set(self, argument: str) -> None:
        """Choose the replies of one otherwise."""
        from chatbot.conversation.side_specs import parse_changes

        first, _, rest = argument.partition(" ")
        side = self._comparison.side(_number(first))
        if not rest:
            raise UsageError("no setting", expected="one such as temp=1", remedy="try /set 1 temp=1")
        side.change(parse_changes(rest))
        self._screen.columns.lay_out()
        self._screen.settle()

    def do_seed(self, argument: str) -> None:
        """Draw from another seed."""
        if argument:
            self._comparison.draw_from(_number(argument))
            self._screen.settle()
        self._screen.tell(f"seed: {self._comparison.seed}")

    # What they know

    def do_reset(self, argument: str) -> None:
        """Wipe one memory, or all."""
        number = _number(argument) if argument else None
        self._comparison.forget(number)
        self._screen.columns.forgotten(number)

    def do_new(self, _: str) -> None:
        """Begin anew."""
        self._comparison.begin_anew()
        self._screen.columns.show()

    # What is shown

    def do_memory(self, _: str) -> None:
        """Draw states, or not."""
        self._screen.columns.maps = not self._screen.columns.maps

    def do_facts(self, _: str) -> None:
        """Show or hide what stands under replies."""
        self._screen.columns.facts = not self._screen.columns.facts

    # Taking it along

    def do_copy(self, argument: str) -> None:
        """All of it, as Markdown or JSON."""
        if argument not in ("", "json", "markdown"):
            raise UsageError(f"/copy {argument}", expected="/copy or /copy json", remedy="choose one")
        text = self._text(argument == "json")
        self._screen.app.copy_to_clipboard(text)
        self._screen.tell(f"Copied {len(text):,} characters")

    def do_export(self, argument: str) -> None:
        """Write all of it to a new file."""
        path = Path(argument or _DEFAULT_FILE).expanduser()
        if path.suffix not in (".md", ".json"):
            raise UsageError(str(path), expected="a file in .md or .json", remedy="give another name")
        text = self._text(path.suffix == ".json")
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

    def _text(self, as_json: bool) -> str:
        from chatbot.conversation import side_export

        return side_export.to_json(self._comparison) if as_json else side_export.markdown(self._comparison)

    # The rest

    def do_help(self, _: str) -> None:
        """Keys and commands."""
        self._screen.app.push_screen(HelpScreen.of(self._screen))

    def do_quit(self, _: str) -> None:
        """Back to the chat."""
        self._screen.go_back()


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise UsageError(f"{one_line(text)!r}", expected="a whole number", remedy="try again with one") from error
