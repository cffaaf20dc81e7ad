"""All trainings of the user: opened, and new ones begun."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from chatbot.errors import ChatbotError
from chatbot.text.sanitize import one_line
from chatbot.training import Followed, Plan, Run, Runs
from chatbot.ui.screens.help import HelpScreen
from chatbot.ui.train.form import FormScreen
from chatbot.ui.train.run import RunScreen
from chatbot.ui.work import explain

_SECONDS = 2.0


class RunsScreen(Screen[None]):
    """A list of trainings.

    Args:
        runs: All of them.
        models: Names of models that can be gone on from.
        corpora: To begin a new one with at once; empty shows the list.
        begin: Whether a form is shown where there are none.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New", id="runs.new", tooltip="Begin a training"),
        Binding("escape", "leave", "Back", id="runs.leave", tooltip="Back to the chat; trainings go on"),
        Binding("f1", "help", "Help", id="runs.help"),
    ]

    def __init__(self, runs: Runs, models: list[str], corpora: str = "", *, begin: bool = True) -> None:
        super().__init__()
        self._runs, self._models, self._corpora, self._ask = runs, models, corpora, begin
        self._shown: list[Run] = []
        self._followed: dict[str, Followed] = {}

    def compose(self) -> ComposeResult:
        """A head, the list, keys."""
        yield Static("Trainings", id="state", markup=False)
        yield OptionList(id="list", markup=False)
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Show them, and a form if there are none."""
        self.query_one(OptionList).focus()
        self.refresh_list()
        self.set_interval(_SECONDS, self.refresh_list)
        if self._corpora:
            self.call_after_refresh(self.action_new)

    def refresh_list(self) -> None:
        """Look what has become of them, in a thread: there may be many, and each has files and a process."""
        self.run_worker(self._read, name="list", group="list", exclusive=True, thread=True, exit_on_error=False)

    def _read(self) -> None:
        found = self._runs.all()
        followed = {run.plan.name: self._followed.get(run.plan.name) or Followed(run.folder) for run in found}
        self._followed = followed
        lines = [_line(run, followed[run.plan.name]) for run in found]
        if self.is_attached:
            self.app.call_from_thread(self._show, found, lines)

    def _show(self, found: list[Run], lines: list[Content]) -> None:
        """The highlight stays on the training where it was."""
        if not self.is_mounted:
            return
        listed = self.query_one(OptionList)
        self.query_one("#state", Static).update(f"Trainings · {len(found):,} · Enter opens, N begins one")
        begins = self._ask and not self._corpora and not found and self.is_current
        self._ask = False
        at = listed.highlighted
        name = self._shown[at].plan.name if at is not None else None
        self._shown = found
        listed.clear_options()
        listed.add_options(Option(line) for line in lines)
        kept = [place for place, run in enumerate(found) if run.plan.name == name]
        listed.highlighted = kept[0] if kept else 0 if found else None
        if begins:
            self.action_new()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Follow the one that was chosen."""
        self.app.push_screen(RunScreen(self._runs, self._shown[event.option_index]))

    def action_new(self) -> None:
        """Ask what is to be trained."""
        corpora, self._corpora = self._corpora, ""
        self.app.push_screen(FormScreen(self._models, corpora), self.begin)

    def begin(self, plan: Plan | None) -> None:
        """Start it and follow it."""
        if plan is None:
            return
        try:
            run = self._runs.start(plan)
        except ChatbotError as error:
            self.notify(one_line(explain(error)), severity="error", markup=False)
            return
        self.refresh_list()
        self.app.push_screen(RunScreen(self._runs, run))

    def action_leave(self) -> None:
        """Back to the chat."""
        self.dismiss(None)

    def action_help(self) -> None:
        """The keys of this list."""
        self.app.push_screen(HelpScreen.of(self))


def _line(run: Run, followed: Followed) -> Content:
    points = [point for point in followed.points() if point.steps]
    how_far = f"step {points[-1].step:,} of {points[-1].steps:,}" if points else ""
    what = f"from {run.plan.parent}" if run.plan.parent else f"{run.plan.cell} {run.plan.preset}"
    parts = [part for part in (run.state.value, how_far, what, " ".join(run.plan.corpora)) if part]
    return Content.assemble((one_line(run.plan.name), "bold"), "  ", (one_line(" · ".join(parts)), "dim"))
