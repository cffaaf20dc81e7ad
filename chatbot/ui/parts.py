"""The other parts of the program, opened over the chat: trainings, reports, and what was taught.

Each is imported when it is first wanted.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot.errors import ChatbotError
from chatbot.ui.commands import COMMANDS, Request
from chatbot.ui.work import explain

if TYPE_CHECKING:
    from textual.app import App

    from chatbot.training import Plan, Runs
    from chatbot.ui.screens.chat import ChatScreen

_MIX = "default:0.3"
"""What is mixed in against forgetting when lessons are learned."""


class Parts:
    """Opens them.

    Args:
        app: Over whose chat.
        chat: The chat.
        runs: Opens the trainings; None opens those of the user.
    """

    def __init__(self, app: App[Any], chat: ChatScreen, runs: Callable[[], Runs] | None = None) -> None:
        self._app, self._chat = app, chat
        self.runs = runs or _user_runs

    def open_train(self, corpora: str) -> None:
        """The list of trainings, and a form if something is to be trained on."""
        from chatbot.ui.train import RunsScreen

        self._app.push_screen(RunsScreen(self.runs(), self._models, corpora))

    def open_report(self, folder: str) -> None:
        """What a comparison of cells has found."""
        from chatbot.reports import report_named
        from chatbot.ui.report import ReportScreen

        try:
            report = report_named(folder)
        except ChatbotError as error:
            self._app.notify(explain(error), severity="error", markup=False)
            return
        self._app.push_screen(ReportScreen(report, folder))

    def open_teach(self, _: str) -> None:
        """What was taught, and then a form to learn it."""
        from chatbot.training import Taught
        from chatbot.ui.train import FormScreen, LessonsScreen

        taught = Taught()

        def learn(wanted: bool | None) -> None:
            if not wanted:
                return
            values = {
                "name": f"{self._chat.conversation.model.name}-taught",
                "assistant": "assistant",
                "parent": self._chat.first_model,
                "mix": _MIX,
            }
            self._app.push_screen(FormScreen(self._models, str(taught.path), values), self._begin)

        self._app.push_screen(LessonsScreen(taught), learn)

    def _begin(self, plan: Plan | None) -> None:
        from chatbot.ui.train import RunsScreen

        if plan is not None:
            screen = RunsScreen(self.runs(), self._models, begin=False)
            self._app.push_screen(screen)
            self._app.call_later(screen.begin, plan)

    def talk(self, bundle: Path) -> None:
        """Back to the chat, where the model of a training goes on."""
        self._back_and_do("model", str(bundle))

    def compare(self, parent: str, bundle: Path) -> None:
        """Back to the chat, and from there compare."""
        self._back_and_do("compare", shlex.join([parent, str(bundle)]))

    def _back_and_do(self, name: str, argument: str) -> None:
        while self._app.screen is not self._chat:
            self._app.pop_screen()
        command = next(each for each in COMMANDS if each.name == name)
        self._app.call_later(self._chat.perform, Request(command, argument))

    @property
    def _models(self) -> list[str]:
        return [known.name for known in self._chat.known]


def _user_runs() -> Runs:
    from chatbot.training import Runs

    return Runs()
