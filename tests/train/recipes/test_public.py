"""Laws of the file that is made of public corpora."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from chatbot.errors import CorpusError, UsageError
from chatbot.text.template import Turn
from train.recipes.parts import Parts
from train.recipes.public import CORPORA, PublicCorpus, public_corpora
from train.recipes.recipe import Part, Recipe, load

TOPICAL = {
    "t_1": {"content": [{"agent": "agent_2", "message": "Hi  there"}, {"agent": "agent_1", "message": "Hello!\n"}]},
    "t_2": {
        "content": [
            {"agent": "agent_1", "message": "Do you"},
            {"agent": "agent_1", "message": "dance?"},
            {"agent": "agent_2", "message": "  "},
            {"agent": "agent_2", "message": "Gladly."},
            {"agent": "agent_1", "message": "So do I."},
        ]
    },
    "t_3": {"content": [{"agent": "agent_1", "message": "Alone."}, {"agent": "agent_2", "message": ""}]},
}
QNA = """> # QnA pairs

> !# @qna.pair.source = qna_chitchat_Friendly

# ? Who's older?
- Are you old?
- Are you old?

**Filters:**
- editorial = chitchat

```markdown
I don't really
- have an age.
```

> !# @qna.pair.source = qna_chitchat_Friendly

# ? Bye
> a remark

**Filters:**
- editorial = chitchat

```markdown
Bye.
```
"""


def lines(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def texts(path: Path, source: str) -> list[list[str]]:
    return [[turn["text"] for turn in line["turns"]] for line in lines(path) if line["source"] == source]


def turk(rows: list[dict[str, str]], sentences: int) -> bytes:
    """As Mechanical Turk has it: the sentences' columns in the order of their names, not of their numbers."""
    answers = sorted(f"Answer.sentence{number}" for number in range(1, sentences + 1))
    file = io.StringIO()
    table = csv.DictWriter(file, ["AssignmentId", "WorkerId", *answers, "Approve", "Reject"], quoting=csv.QUOTE_ALL)
    table.writeheader()
    table.writerows(rows)
    return file.getvalue().encode()


def row(name: str, *said: str, worker: str = "W1", reject: str = "") -> dict[str, str]:
    sentences = {f"Answer.sentence{number}": text for number, text in enumerate(said, start=1)}
    return {"AssignmentId": name, "WorkerId": worker, "Approve": "x", "Reject": reject, **sentences}


def self_dialogues() -> bytes:
    twelve = [f"sentence {number}" for number in range(1, 13)]
    files = {
        "corpus/pop/a.csv": turk([row("1", *twelve), row("2", 'So "good"', "{}", "Yes,\nit is", "", "Ah")], 12),
        "corpus/rock/b.csv": turk(
            [
                row("3", "no", "no", worker="BAD"),
                row("4", "no", "no", reject="too short"),
                row("1", "no", "no"),
                row("5", "alone"),
            ],
            2,
        ),
        "blocked_workers.txt": b"OTHER\nBAD\n",
        "elsewhere/c.csv": b"a,b\n1,2\n",
    }
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for name, content in files.items():
            file.writestr(f"self_dialogue_corpus-aca920f/{name}", content)
    return archive.getvalue()


@pytest.fixture
def table(world: Any) -> dict[str, PublicCorpus]:
    """The corpora as they are, but for where they lie."""
    made = {}
    bodies = {
        "self_dialogue": self_dialogues(),
        "topical_chat": json.dumps(TOPICAL).encode(),
        "personality_chat": QNA.encode(),
    }
    for name, body in bodies.items():
        world.answers[f"/{name}"] = body
        made[name] = PublicCorpus((f"{world.address}/{name}",), CORPORA[name].format, "none", "nobody")
    return made


def test_all_corpora_become_one_private_file(tmp_path: Path, table: dict[str, PublicCorpus], said: list[str]) -> None:
    path = public_corpora(table, cache=tmp_path, say=said.append, table=table, local=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.parent == tmp_path
    assert {line["source"] for line in lines(path)} == set(table)
    assert all(set(line) == {"source", "turns"} for line in lines(path))
    assert {turn["speaker"] for line in lines(path) for turn in line["turns"]} == {"a", "b"}
    assert all(line["turns"][0]["speaker"] == "a" for line in lines(path))
    assert "topical_chat: 2 dialogues (nobody, none)" in said


def test_the_file_is_made_once(tmp_path: Path, world: Any, table: dict[str, PublicCorpus], said: list[str]) -> None:
    path = public_corpora(
        ["topical_chat", "personality_chat"], cache=tmp_path, say=said.append, table=table, local=True
    )
    written, told, asked = path.stat().st_mtime_ns, len(said), len(world.asked)
    again = ["personality_chat", "topical_chat", "topical_chat"]
    assert public_corpora(again, cache=tmp_path, say=said.append, table=table, local=True) == path
    assert (path.stat().st_mtime_ns, len(said), len(world.asked)) == (written, told, asked)


def test_other_corpora_are_another_file(tmp_path: Path, table: dict[str, PublicCorpus]) -> None:
    one = public_corpora(["topical_chat"], cache=tmp_path, table=table, local=True)
    two = public_corpora(["topical_chat", "personality_chat"], cache=tmp_path, table=table, local=True)
    moved = {"topical_chat": PublicCorpus(table["personality_chat"].urls, "qna", "none", "nobody")}
    assert len({one, two, public_corpora(["topical_chat"], cache=tmp_path, table=moved, local=True)}) == 3


def test_self_dialogues_are_told_in_the_order_of_their_sentences(
    tmp_path: Path, table: dict[str, PublicCorpus]
) -> None:
    path = public_corpora(["self_dialogue"], cache=tmp_path, table=table, local=True)
    assert texts(path, "self_dialogue") == [
        [f"sentence {number}" for number in range(1, 13)],
        ['So "good"', "Yes, it is", "Ah"],
    ]
    assert [turn["speaker"] for turn in lines(path)[1]["turns"]] == ["a", "b", "a"]


def test_topical_chat_keeps_whoever_speaks_and_drops_what_is_empty(
    tmp_path: Path, table: dict[str, PublicCorpus]
) -> None:
    path = public_corpora(["topical_chat"], cache=tmp_path, table=table, local=True)
    assert texts(path, "topical_chat") == [["Hi there", "Hello!"], ["Do you dance?", "Gladly.", "So do I."]]


def test_every_wording_of_a_question_has_its_answer_once(tmp_path: Path, table: dict[str, PublicCorpus]) -> None:
    path = public_corpora(["personality_chat"], cache=tmp_path, table=table, local=True)
    answer = "I don't really - have an age."
    assert texts(path, "personality_chat") == [["Who's older?", answer], ["Are you old?", answer], ["Bye", "Bye."]]


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>Sign in</html>", b'{"t_1": {"content": []}}', b"PK\x03\x04 torn", b'{"t_1": {"content": [{"ag'],
)
def test_where_one_has_no_dialogue_there_is_no_file_at_all(
    tmp_path: Path, world: Any, table: dict[str, PublicCorpus], body: bytes
) -> None:
    world.answers["/topical_chat"] = body
    with pytest.raises(CorpusError):
        public_corpora(table, cache=tmp_path, table=table, local=True)
    assert [path.name for path in tmp_path.iterdir()] == ["fetched"]


def test_a_table_of_something_else_is_named(tmp_path: Path, world: Any, table: dict[str, PublicCorpus]) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("x/corpus/pop/a.csv", "a,b\n1,2\n")
    world.answers["/self_dialogue"] = archive.getvalue()
    with pytest.raises(CorpusError, match=r"a\.csv has other columns"):
        public_corpora(["self_dialogue"], cache=tmp_path, table=table, local=True)


def test_an_archive_that_leads_outside_is_refused(tmp_path: Path, world: Any, table: dict[str, PublicCorpus]) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("../corpus/a.csv", turk([row("1", "a", "b")], 2))
    world.answers["/self_dialogue"] = archive.getvalue()
    with pytest.raises(CorpusError, match="inside of the archive"):
        public_corpora(["self_dialogue"], cache=tmp_path, table=table, local=True)


def test_an_unknown_corpus_is_answered_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'ubuntu'.*self_dialogue, topical_chat, personality_chat.*--public"):
        public_corpora(["topical_chat", "ubuntu"], cache=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path, table: dict[str, PublicCorpus]) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CorpusError, match="--public"):
        public_corpora(["topical_chat"], cache=tmp_path / "file", table=table, local=True)


def test_a_recipe_reads_what_was_made(tmp_path: Path, table: dict[str, PublicCorpus]) -> None:
    path = public_corpora(table, cache=tmp_path, table=table, local=True)
    default = load("default")
    parts = [Part(public="self_dialogue"), Part(public="personality_chat", assistant="b")]
    recipe = Recipe("mine", default.model, default.training, default.sampling, parts, parts, "")
    corpus = Parts(recipe, path).corpus
    assert corpus.validation is not None
    found = [dialogue for read in (corpus.training, corpus.validation) for dialogue in read()]
    assert len(found) == 5
    assert (Turn("user", "Bye"), Turn("assistant", "Bye.")) in [dialogue.turns for dialogue in found]


def test_the_recipes_public_corpora_are_known_and_lie_at_a_commit() -> None:
    recipe = load("default")
    assert {part.public for part in (*recipe.parts, *recipe.validation) if part.public} <= set(CORPORA)
    credits_ = (Path(__file__).parents[3] / recipe.credits).read_text(encoding="utf-8")
    for corpus in CORPORA.values():
        assert corpus.credit.split(" (")[0] in credits_
        assert corpus.licence in credits_
        for url in corpus.urls:
            assert re.fullmatch(r"https://(raw\.githubusercontent|codeload\.github)\.com/.*\b[0-9a-f]{40}\b.*", url)
