"""A small grammar of its own, so that a law does not hang on what the real one happens to say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from train.authored.compose import Composer
from train.authored.kinds import Library
from train.authored.library import load
from train.authored.typist import Typist
from train.corpora import Dialogue

FACTS = """
[city]
values = { value = "town" }
tell = ["I live in {value}.", "My home is[ now|] in {value}."]
clause = ["I live in {value}"]
reply = ["How nice to live in {value}!"]
summary = ["you live in {value}"]
correct = ["No, not {old}: I moved to {value}."]
corrected = ["So you live in {value} now."]
[[city.ask]]
user = ["Where do I live?"]
reply = ["You live in {value}."]
unknown = ["I don't know where you live. Where is it?"]
[[city.check]]
user = ["Do I live in {guess}?"]
yes = ["Yes, you live in {value}."]
no = ["No, you live in {value}."]
unknown = ["I don't know where you live."]

[pet]
key = "animal"
values = { value = "pet_name" }
tell = ["My {key} is called {value}."]
clause = ["my {key} is called {value}"]
reply = ["{value} is a good name for a {key}."]
summary = ["your {key} is called {value}"]
[[pet.ask]]
user = ["What is my {key} called?"]
reply = ["Your {key} is called {value}."]
unknown = ["I don't know your {key}'s name. What is it?"]
[[pet.ask]]
about = "key"
user = ["Who is {value}?"]
reply = ["{value} is your {key}."]
unknown = ["I don't know who that is."]
[[pet.follow]]
user = ["What is {key.his} name?"]
reply = ["Your {key} is called {value}."]
unknown = ["I don't know your {key}'s name."]

[trip]
values = { place = "town", time = "day" }
tell = ["I will go to {place}.", "I will go to {place} on {time}."]
reply = ["{place} is far.", "So you go on {time}."]
[[trip.ask]]
about = "place"
user = ["Where will I go?"]
reply = ["To {place}.", "To {place} on {time}."]
unknown = ["I don't know where you will go."]
[[trip.ask]]
about = "time"
user = ["When will I go?"]
reply = ["On {time}."]
unknown = ["I don't know when you will go."]
"""
TALK = """
[hello]
user = ["Hello[!|.]", "Hi there."]
reply = ["Hello!"]
[[hello.then]]
user = ["How are you?"]
reply = ["Fine, thank you."]

[eaten]
values = { food = "dish" }
user = ["I ate {food}."]
reply = ["{food} sounds good."]
"""
VALUES = """
town = ["Oslo", "Lisbon", "Rome", "Quito"]
pet_name = ["Rex", "Mia", "Tom", "Bella"]
day = ["Monday", "Friday"]
dish = ["soup", "cake"]
animal = [{ text = "dog", he = "he", him = "him", his = "his" }, { text = "cat", he = "she", him = "her", his = "her" }]
"""


def write(home: Path, facts: str = FACTS, talk: str = TALK, values: str = VALUES) -> Path:
    """A grammar in files."""
    for name, text in (("facts", facts), ("talk", talk), ("values", values)):
        (home / name).mkdir(parents=True)
        (home / name / "a.toml").write_text(text, encoding="utf-8")
    frames = Path(__file__).parents[3] / "train" / "authored" / "frames.toml"
    (home / "frames.toml").write_text(frames.read_text(encoding="utf-8"), encoding="utf-8")
    return home


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return load(write(tmp_path_factory.mktemp("grammar") / "home"))


COUNT = 600


@pytest.fixture(scope="session")
def composed(library: Library) -> list[Dialogue]:
    """By careful typists, whose words can be recognised."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Typist, "drawn", lambda rng: Typist())
        return list(Composer(3, library=library).dialogues(COUNT))


@pytest.fixture(scope="session")
def exchanges(composed: list[Dialogue]) -> list[list[str]]:
    """For every reply the texts of its dialogue up to and including it."""
    return [
        [turn.text for turn in dialogue.turns[: place + 1]]
        for dialogue in composed
        for place in range(1, len(dialogue.turns), 2)
    ]


TOLD = r"(?:I live in|[Hh]ome is(?: now)? in|I moved to) ([A-Z]\w+(?: [A-Z]\w+)?)"


def told_towns(texts: list[str]) -> list[str]:
    """The towns that the user has told before the last question, by the words of the grammar."""
    said = [text for text in texts[:-2:2] if "Do I live" not in text and "do I live" not in text]
    return [match[1] for text in said for match in re.finditer(TOLD, text)]


def answered_shortly(texts: list[str]) -> bool:
    """Whether the user has told it as a short answer, which cannot be told from other short answers."""
    return any("Where is it?" in text for text in texts[1:-2:2])


@pytest.fixture(scope="session")
def told() -> type:
    """What can be read from a transcript."""

    class Told:
        towns = staticmethod(told_towns)
        shortly = staticmethod(answered_shortly)

    return Told


@pytest.fixture(scope="session")
def grammar() -> dict[str, str]:
    """The texts of the small grammar."""
    return {"facts": FACTS, "talk": TALK, "values": VALUES}


@pytest.fixture(scope="session")
def write_grammar() -> object:
    """Writes a grammar into files."""
    return write
