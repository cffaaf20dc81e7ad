"""The comparison: a column for each model, one prompt for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Center
from textual.widgets import Footer

from chatbot.errors import UsageError
from chatbot.ui.commands import Request, complete, is_command, parse
from chatbot.ui.compare.choices import choices
from chatbot.ui.compare.columns import Columns
from chatbot.ui.compare.commands import COMMANDS
from chatbot.ui.compare.loading import Loading
from chatbot.ui.compare.performing import Performer
from chatbot.ui.compare.streaming import StepFeed, stream_sides
from chatbot.ui.compare.working import WorkingScreen
from chatbot.ui.replies import FLUSH_SECONDS
from chatbot.ui.screens.conversation import Phase
from chatbot.ui.sources import Known
from chatbot.ui.widgets.completions import Completions
from chatbot.ui.widgets.message import MessageView
from chatbot.ui.widgets.prompt import Prompt
from chatbot.ui.widgets.status import StatusLine

if TYPE_CHECKING:
    from _thread import LockType

    from chatbot.conversation.side_by_side import SideBySide


class ComparisonScreen(WorkingScreen):
    """Several models answer the same message.

    Args:
        argument: Who is compared, as it was typed after ``/compare``.
        loader: Loads them.
        known: The models that have a name, as far as the chat knows.
        lock: Held while models are loaded and speak: it is the chat's, so that its model is not disturbed.
    """

    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]  # noqa: RUF012 - Textual declares it without ClassVar
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop", id="compare.stop", tooltip="End all replies here"),
        Binding("escape", "leave", "Back", id="compare.leave", tooltip="Back to the chat"),
        *(
            Binding(each.key, f"command('{each.name}')", each.label or each.title, id=f"compare.{each.name}",
                    tooltip=each.help, show=bool(each.label))
            for each in COMMANDS if each.key
        ),
        Binding("f3", "turn(1)", "Next", id="compare.next", tooltip="The next column, where one is seen at a time"),
        Binding("shift+f3", "turn(-1)", "Before", id="compare.previous", show=False),
        Binding("ctrl+up", "messages", "Messages", id="compare.messages", show=False,
                tooltip="Choose a message, to copy it"),
        Binding("pageup", "page(-1)", "Earlier", id="compare.earlier", show=False, priority=True),
        Binding("pagedown", "page(1)", "Later", id="compare.later", show=False, priority=True),
    ]  # fmt: skip
    commands = COMMANDS

    def __init__(self, argument: str, loader: Loading, known: Sequence[Known], lock: LockType) -> None:
        super().__init__(lock)
        self.loader, self.known = loader, known
        self.comparison: SideBySide
        self._argument = argument
        self._feed = StepFeed()
        self._performer = Performer(self)

    def compose(self) -> ComposeResult:
        """Status, columns, prompt, keys."""
        yield StatusLine()
        yield Columns(id="columns")
        completions = Completions()
        with Center(id="writing"):
            yield completions
            yield Prompt(completions)
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Paint first, load then."""
        self.prompt.focus()
        self.query_one(StatusLine).say("Compare · loading…")
        self.watch_phase(self.phase)
        self.begin(self._load, self._loaded, "Loading…")

    def on_unmount(self) -> None:
        """Nobody is left to read the replies."""
        self._stop()

    # Loading, and other work

    def _load(self) -> SideBySide:
        self.known = self.known or self.loader.models()  # who is quick comes before the chat knows them
        return self.loader.begin(self._argument, self.known)

    def _loaded(self, comparison: SideBySide) -> None:
        self.comparison = comparison
        self.columns.add(comparison.sides)
        self.settle()

    # Asking

    def on_prompt_submitted(self, event: Prompt.Submitted) -> None:
        """Do a command, or let all answer."""
        text = event.text.strip()
        if not text:
            self.prompt.hint("Type a message first")
        elif is_command(text):
            try:
                request = parse(text, COMMANDS)
            except UsageError as error:
                self.prompt.hint(f"{error.received} · {error.expected}")
                return
            if self.perform(request):
                self.prompt.clear()
        elif self.phase is Phase.READY:
            self._ask(text.removeprefix("/") if text.startswith("//") else text)
        else:
            self.prompt.hint("Still replying · Esc stops" if self.phase is Phase.REPLYING else self.phase.value)

    def on_prompt_typed(self, event: Prompt.Typed) -> None:
        """Offer what a command could become."""
        found = complete(event.text, choices(self.known, self.loader.talked), COMMANDS)
        self.query_one(Completions).offer(found, pick=not event.text.endswith(" "))

    def _ask(self, text: str) -> None:
        self.prompt.past.add(text)
        self.prompt.clear()
        self.phase, self._feed = Phase.REPLYING, StepFeed()
        self.columns.begin(text)
        stream = partial(self._stream, text, self._feed)
        self.run_worker(stream, name="replies", description="replies", thread=True, exit_on_error=False)

    def _stream(self, text: str, feed: StepFeed) -> None:
        with self.model_lock:
            stream_sides(self.comparison, text, feed, self.report)

    def on_steps_advanced(self) -> None:
        """Give the pieces a moment to gather, then show them."""
        self.set_timer(FLUSH_SECONDS, self._show_pieces)

    def _show_pieces(self) -> None:
        self.columns.grow(self._feed.take())

    def on_steps_finished(self) -> None:
        """Round off all replies."""
        self._show_pieces()
        self.columns.finish()
        self.phase = Phase.READY

    # What commands ask for

    @property
    def columns(self) -> Columns:
        """One for each side."""
        return self.query_one(Columns)

    def perform(self, request: Request) -> bool:
        """Do what a command says, if it can be done now; whether it was tried."""
        if self.phase is not Phase.READY and not request.command.any_time:
            self.prompt.hint(self.phase.value)
            return False
        self._performer.perform(request)
        return True

    def on_message_view_chosen(self, event: MessageView.Chosen) -> None:
        """Copy a message, or go back to the prompt."""
        if event.what == "copy":
            self.app.copy_to_clipboard(event.entry.shown)
            self.tell(f"Copied {len(event.entry.shown):,} characters")
        self.set_focus(self.prompt)

    # Showing

    def settle(self) -> None:
        """Say who is compared."""
        count, seed = len(self.comparison.sides), self.comparison.seed
        self.query_one(StatusLine).say(f"Compare {count} models · seed {seed} · /add /remove /replace /set /seed")

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what does something now stands in the footer."""
        if action == "stop":
            return self.phase is Phase.REPLYING
        if action == "turn":
            return self.columns.single
        return not (action == "leave" and self.phase is Phase.REPLYING)

    def action_command(self, name: str) -> None:
        """A key of a command."""
        self.perform(Request(next(each for each in COMMANDS if each.name == name), ""))

    def action_stop(self) -> None:
        """End all replies here."""
        self._stop()

    def _stop(self) -> None:
        if self.phase is Phase.REPLYING:
            self.comparison.cancel()

    def action_turn(self, step: int) -> None:
        """See another column."""
        self.columns.turn(step)

    def action_page(self, direction: int) -> None:
        """Scroll all of them, wherever the cursor is."""
        self.columns.page(direction)

    def action_messages(self) -> None:
        """Go to the last message."""
        if self.columns.shown:
            self.columns.current.focus_last()

    def action_leave(self) -> None:
        """Close the completions, or go back to the chat."""
        if self.query_one(Completions).showing:
            self.prompt.clear()
        else:
            self.go_back()

    def go_back(self) -> None:
        """End all replies, and show the chat again."""
        self._stop()
        self.dismiss(None)
