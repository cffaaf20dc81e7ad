"""The commands by which a model is taught: a reply is kept, or what it should have been.  See ``performing``."""

from __future__ import annotations

from chatbot.errors import UsageError
from chatbot.ui.keeping import Keeping
from chatbot.ui.work import Requested


class Teaching(Keeping):
    """Does on a chat screen what those commands ask for."""

    def do_good(self, _: str) -> None:
        """Keep the last reply as one to be learned."""
        self._teach(None)

    def do_correct(self, argument: str) -> None:
        """Keep what the last reply should have been."""
        if not argument:
            raise UsageError("/correct alone", expected="what should have been said", remedy="type it after /correct")
        self._teach(argument)

    def _teach(self, better: str | None) -> None:
        from chatbot.training import Taught

        said = self._screen.conversation.transcript
        if not said or said[-1].role != "assistant":
            raise UsageError("no reply to teach by", expected="a reply", remedy="say something first")
        taught = Taught()
        taught.add(said[:-1], better or said[-1].text)
        count = len(taught.all())
        self._screen.tell(f"Kept, the {count:,}{_ending(count)} lesson; /teach learns them")

    def do_teach(self, _: str) -> None:
        """Show what was taught, to be learned."""
        self._screen.post_message(Requested("teach"))


def _ending(number: int) -> str:
    """Of an ordinal number."""
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
