"""Programs that tests run as processes of their own, and kill; not a test itself.

python writer.py talk  STORE BUNDLE    talks for ever, and says what is kept: a JSON line each time
python writer.py write STORE NAME N    writes N turns into a session of its own, and N into session 1
python writer.py open  STORE           opens the store and says its notice
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from chatbot.conversation import Moment
from chatbot.conversation.store import Store
from chatbot.text.template import Turn


def tell(*values: object) -> None:
    """One line, at once."""
    print(json.dumps(values), flush=True)


def talk(place: Path, bundle: Path) -> None:
    """Every turn is told only once it has been kept."""
    from chatbot.bundle import read_bundle
    from chatbot.config import SamplingConfig
    from chatbot.conversation import Conversation
    from chatbot.conversation.saved import SavedConversation

    sampling = SamplingConfig(temperature=1.5, min_length=30, max_length=60)
    saved = SavedConversation(Conversation(read_bundle(bundle), sampling=sampling), Store(place))
    number = 0
    while True:
        reply = saved.stream(f"turn {number}")
        tell(saved.session, len(saved.conversation.transcript), f"turn {number}")
        list(reply)
        assert saved.trouble is None
        tell(saved.session, len(saved.conversation.transcript) - 1, saved.conversation.transcript[-1].text)
        number += 1


def write(place: Path, name: str, count: int) -> None:
    """Turn by turn, as fast as it goes."""
    store = Store(place)
    own = store.create()
    for number in range(count):
        store.append(own, Moment(Turn("user", f"{name} {number}")))
        store.append(1, Moment(Turn("user", f"{name} {number}")))
    tell(own)


if __name__ == "__main__":
    if sys.argv[1] == "talk":
        talk(Path(sys.argv[2]), Path(sys.argv[3]))
    elif sys.argv[1] == "write":
        write(Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
    else:
        tell(Store(Path(sys.argv[2])).notice)
