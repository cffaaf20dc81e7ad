"""What each command of the table does; the method named after it is called with what was typed after its name."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from chatbot.config import SamplingConfig
from chatbot.errors import ChatbotError, UsageError
from chatbot.text.sanitize import one_line
from chatbot.ui.commands import Request
from chatbot.ui.palette import Choice, choose
from chatbot.ui.screens.help import HelpScreen
from chatbot.ui.sources import switched
from chatbot.ui.teaching import Teaching
from chatbot.ui.widgets.message import Entry, Role
from chatbot.ui.work import Decided, Requested, explain

if TYPE_CHECKING:
    from chatbot.conversation import Resumed

_NUMBERS = {"temp": ("temperature", float), "topk": ("top_k", int), "topp": ("top_p", float), "seed": ("seed", int)}
"""Commands that change how replies are chosen: the setting, and its type."""


class Performer(Teaching):
    """Does on a chat screen what commands ask for.

    Args:
        screen: The screen.
    """

    def perform(self, request: Request) -> None:
        """Do it, or say why it cannot be done."""
        name, argument = request.command.name, request.argument
        try:
            if name in _NUMBERS:
                self._sample(name, argument)
            elif request.command.choices and not argument and name in ("retry", "model", "cell", "theme"):
                self._ask(request)
            else:
                getattr(self, f"do_{name}")(argument)
        except ChatbotError as error:
            self._screen.tell(explain(error), trouble=True)

    def _ask(self, request: Request) -> None:
        """Let the user choose the argument that is missing."""
        command = request.command
        values = self._screen.choices().get(command.choices, [])
        listed = [
            Choice(value, meaning, partial(self._screen.perform, Request(command, value))) for value, meaning in values
        ]
        choose(self._screen, listed, f"{command.title}…")

    # Replies

    def do_again(self, _: str) -> None:
        """Another reply to the last message."""
        self._require_reply()
        self._screen.again()

    def do_retry(self, argument: str) -> None:
        """Another reply, at another temperature."""
        self._require_reply()
        usual = self._screen.conversation.sampling.to_dict()
        sampling = SamplingConfig.from_dict({**usual, "temperature": _number(argument, float), "seed": None})
        self._screen.again(sampling=sampling)

    def _require_reply(self) -> None:
        if not any(turn.role == "user" for turn in self._screen.conversation.transcript):
            raise UsageError("nothing to reply to", expected="a message", remedy="say something first")

    def do_edit(self, argument: str) -> None:
        """Put a message of the user into the prompt, to be changed: the last one, or one by its number from 1."""
        said = [n for n, turn in enumerate(self._screen.conversation.transcript) if turn.role == "user"]
        number = int(_number(argument, int)) if argument else len(said)
        if not 1 <= number <= len(said):
            raise UsageError(f"message {number}", expected=f"1 to {len(said)}", remedy="choose one of your messages")
        self._screen.edit(said[number - 1])

    def do_reset(self, _: str) -> None:
        """Wipe the memory; the transcript stays."""
        screen = self._screen
        kept = " (this is kept once more is said)" if screen.saved and screen.saved.session is not None else ""
        mark = Entry(Role.MARK, f"the memory was wiped here; nothing above is remembered{kept}")
        screen.work(screen.conversation.forget, lambda _: screen.transcript.extend([mark]))

    # Models and sampling

    def do_model(self, argument: str) -> None:
        """Let another model go on."""
        screen, name = self._screen, argument
        saved = screen.saved
        assert saved is not None
        load = screen.sources.load if name == screen.first_model else partial(screen.sources.switch, name)
        screen.work(partial(switched, saved, load), self._switched, f"{one_line(name)} reads the transcript…")

    def _switched(self, _: Resumed) -> None:
        screen = self._screen
        screen.show()
        if not any(entry.role is Role.MARK for entry in screen.transcript.entries[-1:]):
            screen.tell(f"You talk to {screen.conversation.model.name} now")

    def do_cell(self, argument: str) -> None:
        """Let a model with another cell go on."""
        found = [known.name for known in self._screen.known if known.cell == argument.lower()]
        if not found:
            cells = ", ".join(sorted({known.cell for known in self._screen.known})) or "none"
            raise UsageError(
                f"no model has the cell {argument!r}",
                expected=f"one of {cells}",
                remedy="train one: chatbot train --cell …",
            )
        self.do_model(found[0])

    def _sample(self, name: str, argument: str) -> None:
        """Change how replies are chosen, or say how they are."""
        screen, (setting, kind) = self._screen, _NUMBERS[name]
        if argument:
            value = None if argument in ("none", "random") and name == "seed" else _number(argument, kind)
            screen.conversation.sample_with(**{setting: value})
        now = getattr(screen.conversation.sampling, setting)
        usual = getattr(screen.conversation.voice.sampling, setting)
        recommended = "" if now == usual else f" (the model recommends {'none' if usual is None else usual})"
        shown = "none, a new one each time" if now is None else now
        screen.tell(f"{setting.replace('_', '-')}: {shown}{recommended}")

    # The program

    def do_memory(self, _: str) -> None:
        """Open the memory panel and go there, or close it."""
        screen = self._screen
        screen.memory_shown = not screen.memory_shown
        if screen.memory_shown and screen.panel is not None:
            screen.set_focus(screen.panel)
        elif screen.memory_shown:
            screen.tell("The panel opens once there is a model")
        self._decided("memory_panel", screen.memory_shown)

    def do_compare(self, argument: str) -> None:
        """Ask for the comparison."""
        self._screen.post_message(Requested("compare", argument))

    def do_train(self, argument: str) -> None:
        """Ask for the training."""
        self._screen.post_message(Requested("train", argument))

    def do_report(self, argument: str) -> None:
        """Ask for the report."""
        self._screen.post_message(Requested("report", argument))

    def do_facts(self, _: str) -> None:
        """Show or hide what stands under replies."""
        self._screen.facts = not self._screen.facts
        self._decided("show_details", self._screen.facts)

    def do_ghost(self, _: str) -> None:
        """Guess how messages go on, or not."""
        self._screen.ghost = not self._screen.ghost
        self._decided("ghost_text", self._screen.ghost)
        self._screen.tell(f"Ghost text is {'on: Right accepts it' if self._screen.ghost else 'off'}")

    def do_theme(self, argument: str) -> None:
        """Change the colours."""
        themes = self._screen.app.available_themes
        if argument not in themes:
            raise UsageError(f"theme {argument!r}", expected=f"one of {', '.join(sorted(themes))}", remedy="choose one")
        self._screen.app.theme = argument
        self._decided("theme", argument)

    def _decided(self, name: str, value: str | bool) -> None:
        """Let it be so the next time too."""
        self._screen.post_message(Decided(name, value))

    def do_help(self, _: str) -> None:
        """Keys and commands."""
        self._screen.app.push_screen(HelpScreen.of(self._screen))

    def do_quit(self, _: str) -> None:
        """Leave."""
        self._screen.call_later(self._screen.app.action_quit)


def _number(text: str, kind: type[float] | type[int]) -> float | int:
    try:
        return kind(text)
    except ValueError as error:
        what = "a whole number" if kind is int else "a number"
        raise UsageError(f"{one_line(text)!r}", expected=what, remedy="try again with one") from error
