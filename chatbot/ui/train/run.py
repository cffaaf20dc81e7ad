"""One training: how far it is, how it goes, what it says; stopped, gone on with, talked to.

It is looked at once a second; the training knows nothing of it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Footer, ProgressBar, Static

from chatbot.errors import ChatbotError
from chatbot.text.sanitize import one_line, printable
from chatbot.training import Followed, Point, Run, Runs, Sample, State
from chatbot.ui.screens.help import HelpScreen
from chatbot.ui.train.asking import said_by
from chatbot.ui.train.curves import Curve
from chatbot.ui.train.messages import CompareRequested, TalkRequested
from chatbot.ui.work import explain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from textual.message import Message

_SECONDS = 1.0
"""Between two looks."""
_STATES = {
    State.NEW: "G begins it",
    State.STOPPED: "G goes on",
    State.FINISHED: "T talks to it",
    State.FAILED: "G tries again",
}


class RunScreen(Screen[None]):
    """Follows a training.

    Args:
        runs: All trainings.
        run: This one.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "stop", "Stop", id="run.stop", tooltip="Let it save and end; it can go on later"),
        Binding("g", "go_on", "Go on", id="run.go-on", tooltip="Go on from where it was stopped"),
        Binding("t", "talk", "Talk to it", id="run.talk", tooltip="Talk to the model of the best checkpoint"),
        Binding("c", "compare", "Compare", id="run.compare", tooltip="Compare it with the model it comes from"),
        Binding("escape", "leave", "Back", id="run.leave", tooltip="Back; the training goes on by itself"),
        Binding("f1", "help", "Help", id="run.help"),
    ]

    def __init__(self, runs: Runs, run: Run) -> None:
        super().__init__()
        self._runs, self.run_shown, self._state = runs, run, State.NEW
        self._followed = Followed(run.folder)
        self._points: list[Point] = []

    def compose(self) -> ComposeResult:
        """State, progress, curves, samples, and the last words of the training itself."""
        yield Static(id="state", markup=False)
        yield ProgressBar(id="bar", show_eta=False)
        with VerticalScroll():
            yield Static(id="pace", markup=False)
            for title in ("Loss", "Word perplexity, held out", "Gradient norm"):
                yield Curve(title)
            yield Static(id="samples", markup=False)
            yield Static(id="said", markup=False)
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Look at once, and then again and again."""
        self.query_one(VerticalScroll).focus()
        self._look()
        self.set_interval(_SECONDS, self._look)

    def _look(self) -> None:
        self.run_worker(self._read, name="look", group="look", exclusive=True, thread=True, exit_on_error=False)

    def _read(self) -> None:
        run = self.run_shown
        found = (run.state, self._followed.points(), self._followed.samples(), run.said)
        self.app.call_from_thread(self._show, *found)

    def _show(self, state: State, points: list[Point], samples: list[Sample], said: list[str]) -> None:
        if not self.is_mounted:
            return
        self._state, self._points = state, points
        plan = self.run_shown.plan
        what = f"from {plan.parent}" if plan.parent else f"{plan.cell}, {plan.preset}"
        hint = f" · {_STATES[state]}" if state in _STATES else ""
        self.query_one("#state", Static).update(one_line(f"{plan.name} · {what} · {state.value}{hint}"))
        last = next((point for point in reversed(points) if point.steps), None)
        self.query_one(ProgressBar).update(total=last.steps if last else None, progress=last.step if last else 0)
        self.query_one("#pace", Static).update(pace(last, state))
        loss, perplexity, norm = self.query(Curve)
        loss.show([point.loss for point in points if point.loss is not None])
        perplexity.show([point.held_out for point in points if point.held_out is not None])
        norm.show([point.gradient_norm for point in points if point.gradient_norm is not None])
        self.query_one("#samples", Static).update(_told(samples))
        self.query_one("#said", Static).update("\n".join(map(printable, said)))
        self.refresh_bindings()

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what does something now stands in the footer."""
        if action == "stop":
            return self._state is State.RUNNING
        if action == "go_on":
            return self._state in (State.NEW, State.STOPPED, State.FAILED)
        if action in ("talk", "compare"):
            return self._state is State.FINISHED or (self.run_shown.folder / "best.weights.h5").exists()
        return True

    def action_stop(self) -> None:
        """Let it save and end."""

        def stop() -> None:
            self._runs.stop(self.run_shown)
            self.run_shown = self._runs.get(self.run_shown.plan.name)

        self._try(stop, "It saves and ends")

    def action_go_on(self) -> None:
        """Go on with it."""

        def go_on() -> None:
            self.run_shown = self._runs.go_on(self.run_shown)

        self._try(go_on, "It goes on")

    def action_talk(self) -> None:
        """Talk to the model of the best checkpoint."""
        self._with_model(TalkRequested)

    def action_compare(self) -> None:
        """Compare it with the model it comes from."""
        self._with_model(partial(CompareRequested, self.run_shown.plan.parent or "default"))

    def _with_model(self, ask: Callable[[Path], Message]) -> None:
        """Ask for something with the model of the run; of an unfinished one that is written first, by a process."""
        if self._state is State.FINISHED:
            self.post_message(ask(self.run_shown.bundle))
            return
        self.notify("Writing the model of the best checkpoint…", markup=False)
        work = partial(self._write_so_far, ask)
        self.run_worker(work, name="so far", group="so far", exclusive=True, thread=True, exit_on_error=False)

    def _write_so_far(self, ask: Callable[[Path], Message]) -> None:
        trouble = said_by(self.run_shown.command_so_far)
        if trouble is None:
            self.post_message(ask(self.run_shown.so_far))
        else:
            self.app.call_from_thread(self.notify, printable(trouble), severity="error", markup=False)

    def action_leave(self) -> None:
        """Back to the list."""
        self.dismiss(None)

    def action_help(self) -> None:
        """The keys of this screen."""
        self.app.push_screen(HelpScreen.of(self))

    def _try(self, do: Callable[[], None], done: str) -> None:
        try:
            do()
        except ChatbotError as error:
            self.notify(printable(one_line(explain(error))), severity="error", markup=False)
        else:
            self.notify(done, markup=False)
        self._look()


def pace(last: Point | None, state: State) -> str:
    """How far it is and how fast, on one line."""
    if last is None:
        return "It is preparing the dialogues" if state is State.RUNNING else ""
    said = [f"step {last.step:,} of {last.steps:,}"]
    if last.tokens_per_second is not None:
        said.append(f"{last.tokens_per_second:,.0f} tokens/s")
    if last.seconds_left and state is State.RUNNING:
        minutes = last.seconds_left / 60
        said.append(f"{minutes:,.0f} min left" if minutes >= 1 else f"{last.seconds_left:.0f} s left")
    return " · ".join(said)


def _told(samples: Sequence[Sample]) -> str:
    """What it answers, as text that is no markup."""
    if not samples:
        return ""
    lines = [f"Replies at step {samples[0].step:,}"]
    for sample in samples:
        lines += [f"  You      {one_line(sample.prompt)}", f"  Chatbot  {one_line(sample.reply) or '(nothing)'}"]
    return "\n".join(lines)
