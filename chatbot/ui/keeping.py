"""The commands about conversations as wholes: begin, open, name, copy, fork, write to a file.  See ``performing``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from chatbot.errors import UsageError
from chatbot.text.sanitize import one_line
from chatbot.ui.entries import plain
from chatbot.ui.exporting import export
from chatbot.ui.screens.ask import AskScreen
from chatbot.ui.screens.sessions import SessionsScreen, Visit
from chatbot.ui.sources import take_up, title_of
from chatbot.ui.widgets.message import Role

if TYPE_CHECKING:
    from chatbot.conversation.saved import SavedConversation
    from chatbot.ui.screens.chat import ChatScreen


class Keeping:
    """Does on a chat screen what those commands ask for.

    Args:
        screen: The screen.
    """

    def __init__(self, screen: ChatScreen) -> None:
        self._screen = screen

    def do_new(self, _: str) -> None:
        """Begin a new conversation, as soon as nobody is speaking."""
        screen = self._screen
        if screen.saved is None:
            screen.take_back_waiting()
        elif screen.replying:
            screen.stop_reply(then=partial(self.do_new, ""))
        elif screen.idle:
            screen.work(screen.saved.begin, lambda _: screen.taken_up(None))

    def do_load(self, argument: str) -> None:
        """Show the conversations of earlier."""
        if self._screen.store is None:
            raise UsageError("nothing is kept", expected="a place to keep conversations", remedy="see the notice above")
        current = self._screen.saved.session if self._screen.saved is not None else None
        self._screen.app.push_screen(SessionsScreen(self._screen.store, current, argument), self._visited)

    def _visited(self, visit: Visit | None) -> None:
        screen = self._screen
        if visit is None or screen.saved is None or screen.store is None or not screen.idle:
            return
        saved, store = screen.saved, screen.store
        if visit.session is not None and visit.session != saved.session:
            screen.work(partial(take_up, saved, store, visit.session), screen.taken_up, "Opening…")
        elif visit.gone:
            self.do_new("")
        else:
            screen.work(partial(title_of, store, saved.session), self._titled)

    def _titled(self, title: str | None) -> None:
        self._screen.renamed = title

    def do_save(self, argument: str) -> None:
        """Give the conversation a title."""
        screen = self._screen
        if screen.saved is None or screen.saved.session is None:
            raise UsageError("nothing was said yet", expected="a conversation", remedy="say something first")
        if not argument:
            asked = AskScreen("Title of this conversation", screen.title_shown)
            screen.app.push_screen(asked, self._rename)
        else:
            self._rename(argument)

    def _rename(self, title: str | None) -> None:
        screen, saved = self._screen, self._screen.saved
        if title is not None and saved is not None and screen.idle:
            screen.work(partial(saved.rename, title), lambda _: self._titled(one_line(title) or None))

    def do_fork(self, _: str) -> None:
        """Go on in a copy."""
        self.fork(None)

    def fork(self, turns: int | None) -> None:
        """Go on in a copy of the first ``turns`` turns, or of all."""
        screen = self._screen
        if screen.saved is None or not screen.conversation.moments:
            raise UsageError("nothing was said yet", expected="a conversation", remedy="say something first")
        screen.work(partial(screen.saved.fork, turns), self._forked, "Copying…")

    def _forked(self, fork: SavedConversation) -> None:
        self._screen.saved = fork
        self._screen.taken_up(None)
        self._screen.tell("This is a copy now; the other one is in the list as it was")

    def do_export(self, argument: str) -> None:
        """Write the conversation to a file."""
        moments = self._screen.conversation.moments
        path = export(argument, self._screen.title_shown, moments)
        self._screen.tell(f"Written to {path}")

    def do_copy(self, argument: str) -> None:
        """Copy the last reply, or everything."""
        said = [entry for entry in self._screen.transcript.entries if entry.role in (Role.USER, Role.ASSISTANT)]
        replies = [entry for entry in said if entry.role is Role.ASSISTANT]
        if not replies:
            raise UsageError("nothing was said yet", expected="a reply", remedy="say something first")
        if argument not in ("", "all"):
            raise UsageError(f"copy {argument!r}", expected="nothing, or all", remedy="try /copy all")
        self._screen.copy(plain(said) if argument else replies[-1].shown)
