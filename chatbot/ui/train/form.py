"""What is to be trained: corpora with a report of what is in them, the model, and what it would take."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import Screen
from textual.widgets import Button, Footer, Input, Label, Select, Static

from chatbot.errors import ChatbotError, UsageError
from chatbot.text.sanitize import one_line, printable
from chatbot.training import Plan
from chatbot.training.plan import CELLS, PRESETS
from chatbot.ui.screens.help import HelpScreen
from chatbot.ui.train.asking import estimate, report
from chatbot.ui.train.paths import PathSuggester
from chatbot.ui.work import explain

Asker = Callable[[Plan], str]
"""Asks another process about a plan, and tells what it says."""
_FIELDS = (
    ("corpora", "Dialogues", "files, folders, archives, tfds:NAME; several with blanks between"),
    ("name", "Name", "of the training and its model"),
    ("assistant", "Assistant", "the speaker to learn; empty learns both sides"),
    ("parent", "Go on from", "a model or folder; empty trains a new one"),
    ("mix", "Mix in", "against forgetting, such as default:0.3"),
    ("prompts", "Ask it", "answered at every checkpoint; several with | between"),
)


class FormScreen(Screen[Plan | None]):
    """Asks for a plan; gives it back to be started, or None.

    Args:
        models: Names of models that can be gone on from.
        corpora: What is to be trained on, at first.
        values: Of other fields, at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "report", "Report", id="form.report", tooltip="See what is in the dialogues"),
        Binding("f6", "estimate", "Estimate", id="form.estimate", tooltip="See what the training would take"),
        Binding("ctrl+s", "start", "Start", id="form.start", tooltip="Begin the training"),
        Binding("escape", "leave", "Back", id="form.leave"),
        Binding("f1", "help", "Help", id="form.help"),
    ]

    def __init__(self, models: Sequence[str], corpora: str = "", values: dict[str, str] | None = None) -> None:
        super().__init__()
        self._models = list(models)
        self._values = {"name": "mine", "corpora": corpora, **(values or {})}

    def compose(self) -> ComposeResult:
        """Fields, a report, buttons, keys."""
        with VerticalScroll():
            for name, label, hint in _FIELDS:
                suggester = PathSuggester() if name == "corpora" else None
                with Horizontal(classes="field"):
                    yield Label(label)
                    yield Input(self._values.get(name, ""), hint, id=name, compact=True, suggester=suggester)
            with Horizontal(classes="field"):
                yield Label("Cell")
                yield Select([(cell, cell) for cell in CELLS], id="cell", value="lstm", allow_blank=False, compact=True)
                yield Label("Size")
                sizes = [(preset, preset) for preset in PRESETS]
                yield Select(sizes, id="preset", value="small", allow_blank=False, compact=True)
            with Horizontal(classes="field"):
                yield Button("Report", id="report", compact=True)
                yield Button("Estimate", id="estimate", compact=True)
                yield Button("Start", id="start", variant="primary", compact=True)
            yield Static("F5 reports what is in the dialogues, F6 what the training takes", id="told", markup=False)
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one("#corpora", Input).focus()
        if self._models:
            self.query_one("#parent", Input).tooltip = f"Models: {', '.join(map(one_line, self._models))}"

    def plan(self) -> Plan:
        """What the fields say.

        Raises:
            UsageError: if that is no training.
        """
        value = {name: self.query_one(f"#{name}", Input).value.strip() for name, _, _ in _FIELDS}
        try:
            corpora = tuple(
                str(Path(path).expanduser()) if path[:1] == "~" else path for path in shlex.split(value["corpora"])
            )
        except ValueError as error:
            raise UsageError("a quotation mark without its pair", expected="paths", remedy="close it") from error
        return Plan(
            name=value["name"],
            corpora=corpora,
            cell=str(self.query_one("#cell", Select).value),
            preset=str(self.query_one("#preset", Select).value),
            parent=value["parent"],
            mix=value["mix"],
            assistant=value["assistant"],
            prompts=tuple(part.strip() for part in value["prompts"].split("|") if part.strip()),
        )

    def tell(self, text: str) -> None:
        """Say something below the fields."""
        self.query_one("#told", Static).update(printable(text))

    # Keys and buttons

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """The same as the keys."""
        {"report": self.action_report, "estimate": self.action_estimate, "start": self.action_start}[
            str(event.button.id)
        ]()

    def action_report(self) -> None:
        """See what is in the dialogues."""
        self._ask("Reading…", report)

    def action_estimate(self) -> None:
        """See what it would take."""
        self._ask("Measuring a few steps; the dialogues are prepared for it…", estimate)

    def _ask(self, meanwhile: str, ask: Asker) -> None:
        try:
            plan = self.plan()
        except ChatbotError as error:
            self.tell(explain(error))
            return
        self.tell(meanwhile)
        work = partial(self._in_thread, plan, ask)
        self.run_worker(work, name="ask", group="ask", exclusive=True, thread=True, exit_on_error=False)

    def _in_thread(self, plan: Plan, ask: Asker) -> None:
        try:
            told = ask(plan)
        except Exception as error:
            told = explain(error)
        if self.is_attached:
            self.app.call_from_thread(self.tell, told)

    def action_start(self) -> None:
        """Give the plan back, to be started."""
        try:
            self.dismiss(self.plan())
        except ChatbotError as error:
            self.tell(explain(error))

    def action_leave(self) -> None:
        """There is no plan."""
        self.dismiss(None)

    def action_help(self) -> None:
        """The keys of this form."""
        self.app.push_screen(HelpScreen.of(self))
