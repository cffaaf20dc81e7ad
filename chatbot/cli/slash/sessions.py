"""Commands of the plain chat about the conversation: begin, keep, find, copy and export it, and what is remembered."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from chatbot.cli.slash.desk import Desk, counted, number
from chatbot.conversation import Resumed
from chatbot.conversation.store import Store
from chatbot.errors import ChatbotError, UsageError
from chatbot.text.sanitize import one_line

LISTED = 15
"""How many conversations /load lists."""


def new(desk: Desk, _: str) -> str:
    """Begin a new one; the one so far stays kept."""
    desk.saved.begin()
    return "A new conversation begins."


def reset(desk: Desk, _: str) -> str:
    """Wipe what the model remembers."""
    desk.saved.conversation.forget()
    return "The memory is wiped; what was said stays written down."


def save(desk: Desk, title: str) -> str:
    """Say where it is kept; what is given is its title."""
    desk.saved.sync()
    if title:
        desk.saved.rename(title)
    if desk.saved.trouble is not None:
        return "It is not kept."
    if desk.store is None or desk.saved.session is None:
        raise UsageError("nothing to keep", expected="something said", remedy="say something first")
    summary = desk.store.summary(desk.saved.session)
    return f"Kept as number {summary.id}, {summary.title}; everything said is kept by itself."


def load(desk: Desk, wanted: str) -> str:
    """Go on with another, by its number or words in it; with nothing given, list them."""
    store = _store(desk)
    if not wanted:
        found = store.sessions(limit=LISTED)
    elif wanted.isascii() and wanted.isdigit() and len(wanted) < 19:  # longer ones are no number to SQLite
        return open_session(desk, int(wanted))
    else:
        ids = list(dict.fromkeys(hit.session for hit in store.search(wanted)))
        if len(ids) == 1:
            return open_session(desk, ids[0])
        found = [store.summary(session) for session in ids[:LISTED]]
    if not found:
        return "No conversation is kept yet." if not wanted else f"No conversation holds {wanted!r}."
    rows = [
        f"{each.id}: {each.title}; {counted(each.turns)}, {datetime.fromtimestamp(each.updated):%Y-%m-%d %H:%M}"
        for each in found
    ]
    return "\n".join([*rows, "/load and a number opens one."])


def _store(desk: Desk) -> Store:
    if desk.store is None:
        raise UsageError("no conversation is kept", expected="a place to keep them", remedy="mend it and start again")
    return desk.store


def open_session(desk: Desk, session: int) -> str:
    """Go on with a conversation that is kept; says which, and what was said last in it.

    Raises:
        StoreError: if there is none with this number.
    """
    store = _store(desk)
    resumed = desk.saved.open(session)
    lines = [f"Going on with {store.summary(session).title}, {counted(resumed.turns)}; {_remembered(resumed)}."]
    for turn in desk.saved.conversation.transcript[-2:]:
        lines.append(f"{'You' if turn.role == 'user' else 'Chatbot'} said: {one_line(turn.text)}")
    return "\n".join(lines)


def _remembered(resumed: Resumed) -> str:
    if not resumed.read_again:
        return "the memory is as it was"
    why = ", since another model had remembered them" if resumed.other_model else ""
    return f"{counted(resumed.read_again)} read again{why}"


def fork(desk: Desk, turns: str) -> str:
    """Go on in a copy, with all of the turns or the first so many."""
    if not desk.saved.conversation.transcript:
        raise UsageError("nothing to fork", expected="something said", remedy="say something first")
    desk.saved = desk.saved.fork(number(turns, int) if turns else None)
    count = counted(len(desk.saved.conversation.transcript))
    return f"This goes on in a copy with {count}; the conversation so far stays as it is."


def memory(desk: Desk, _: str) -> str:
    """What is remembered, in one line."""
    conversation = desk.saved.conversation
    noted, window = len(conversation.memory.ids), conversation.voice.engine.config.memory_positions
    parts = [f"Memory: {counted(len(conversation.moments))} said", f"{noted} of {window} positions in the window taken"]
    if noted == window:
        parts.append("what is older survives in the state alone")
    told = next((moment for moment in reversed(conversation.moments) if moment.turn.role == "user"), None)
    if told is not None and told.gain is not None:
        parts.append(f"what you told last took {len(told.gain.ids)}")
    return "; ".join(parts) + "."


def export(desk: Desk, name: str) -> str:
    """Write it to a new file, in the form that the ending of its name says."""
    from chatbot.conversation import export
    from chatbot.conversation.summary import shorten

    saved, moments = desk.saved, desk.saved.conversation.moments
    kinds = {".md": export.markdown, ".json": export.to_json, ".jsonl": lambda _, said: export.corpus_line(said)}
    path = Path(name).expanduser()
    if path.suffix not in kinds:
        raise UsageError(f"/export {name}".strip(), expected="a file name in .md, .json or .jsonl", remedy="give one")
    if not moments:
        raise UsageError("nothing to export", expected="something said", remedy="say something first")
    title = shorten(moments[0].turn.text)
    if saved.session is not None and desk.store is not None:
        title = desk.store.summary(saved.session).title
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(kinds[path.suffix](title, moments))
    except OSError as error:
        raise ChatbotError(
            f"{path} cannot be written ({error.strerror})",
            expected="a new file in a folder that you may write in",
            remedy="choose another name",
        ) from error
    return f"Written to {path}."
