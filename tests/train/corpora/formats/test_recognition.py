"""Laws between readers: of every sample one reader is surest, and it is the right one."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from train.corpora.reader import Head, readers
from train.corpora.source import Source

CORPORA = Path(__file__).resolve().parents[4].parent / "shared" / "corpora" / "formats"
FOREIGN = {
    "chatterbot_greetings.yml": ("chatterbot", 25),
    "cornell_movie_conversations.txt": ("cornell", 1),
    "cornell_movie_lines.txt": ("cornell", 0),
    "fbdialog_babi_task1.txt": ("fbdialog", 19),
    "parlai_dialog.txt": ("parlai_dialog", 2),
    "qnamaker.tsv": ("qnamaker", 75),
    "whatsapp_android_24h.txt": ("whatsapp", 1),
}
"""The right reader, and how many dialogues it finds."""

CORNELL = "u0 +++$+++ u1 +++$+++ m0 +++$+++ ['L1', 'L2']\n"
SAMPLES = {
    "table": [
        "prompt,response\nHi,Hello\n", "question;answer\nHi;Hello\n", "Hi\tHello\nWho?\tMe\n",
        "Hi;Hello\nWho, me?;No\n", "dialogue_id,speaker,text\n1,a,Hi\n1,b,Hello\n",
        "id\trole\tcontent\n1\tuser\tHi: you\n", "a|b\nc|d\n",
        '"Hi, you","Hello\n\nthere"\n"So","Well"\n', "question\tanswer\nHi\tHello\n",
    ],
    "qnamaker": ["Question\tAnswer\tSource\tMetadata\nHi\tHello\tx\ty:z\n", "Questions\tAnswers\nHi\tHello\n"],
    "transcript": [
        "Ann: Hi, you\nBen: Hello\n", "Hi, you\nHello, me\n\nSo, well\nYes, fine\n", "Ann:\tHi\nBen:\tHello\n",
        "1. Hi\n", "[laughs] Hi\nHello\n", "a b\n---\nc d\n", "10:30 it is\n11:00 then\n", "x: 3/2/2024, 18:05 - y\n",
    ],
    "chatterbot": ["categories: [x]\nconversations:\n- - Hi\n  - Hello\n", "conversations: [[Hi, Hello]]\n",
                   "# corpus\nconversations:\n  - - Hi, you\n    - Hello\n"],
    "fbdialog": ["1 hi\thello\n2 so\tyes\n", "1 your persona: x\n2 hi\thello\t\ta|b\n1 a\tb\n",
                 "1 a\tb\n1 c\td\n1 e\tf\n"],
    "parlai_dialog": ["text:Hi\tlabels:Hello\n", "id:x\ttext:Hi\teval_labels:Hello|Hey\tepisode_done:True\n"],
    "cornell": [CORNELL, "L1 +++$+++ u0 +++$+++ m0 +++$+++ ANN +++$+++ Hi, you: me\n"],
    "dailydialog": ["Hi , you . __eou__ Hello . __eou__\n", "Ann : so ? __eou__ Yes __eou__\nHi __eou__ Ho __eou__"],
    "whatsapp": [
        "03/02/2024, 18:05 - Ann: Hi, you\n03/02/2024, 18:05 - Ben: Hello\n", "2/3/24, 6:05\u202fPM - Ann: Hi\n",
        "\u200e[03/02/2024, 18:05:11] Ann: \u200eimage omitted\r\n[03/02/2024, 18:05:12] Ben: Hi\r\n",
    ],
}  # fmt: skip
NAMES = {
    "table": ["x.csv", "x.tsv"],
    "qnamaker": ["kb.tsv"],
    "chatterbot": ["x.yml", "x.yaml"],
    "cornell": ["lines.txt"],
}


def scores(name: str, content: bytes) -> dict[str, float]:
    head = Head.of(Source(name, lambda: io.BytesIO(content)))
    return {reader.name: reader.recognises(head) for reader in readers().values()}


def surest(name: str, content: bytes) -> str:
    found = scores(name, content)
    first, second = sorted(found, key=lambda reader: found[reader])[:-3:-1]
    assert found[first] > found[second], (name, found)
    return first


@pytest.mark.parametrize("change", [lambda x: x, lambda x: "\ufeff" + x, lambda x: x.replace("\n", "\r\n") + "\r\n\r\n",
                                    str.rstrip], ids=["plain", "mark", "windows", "no end"])  # fmt: skip
@pytest.mark.parametrize("name", list(SAMPLES))
def test_the_right_reader_is_the_surest(name: str, change: object) -> None:
    assert callable(change)
    for sample in SAMPLES[name]:
        for filename in ["x.txt", "x", *NAMES.get(name, [])]:
            assert surest(filename, change(sample).encode()) == name, sample


@pytest.mark.parametrize("name", [name for name in SAMPLES if name not in ("table", "transcript")])
def test_a_format_with_marks_of_its_own_is_sure(name: str) -> None:
    for sample in SAMPLES[name]:
        assert scores("x", sample.encode())[name] >= 0.9


def test_scores_stand_for_every_reader_of_text() -> None:
    assert set(readers()) >= set(SAMPLES)
    for found in (scores("x", sample.encode()) for samples in SAMPLES.values() for sample in samples):
        assert all(0 <= score <= 1 for score in found.values())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b'{"a": [1, 2]}\n',
        b'[\n  {"x": "Hi, you"}\n]',
        b"<?xml version='1.0'?>\n<a/>\n",
        b"\x00\x01,\x02\n" * 9,
    ],
)
def test_what_is_no_text_of_lines_is_nobodys_here(content: bytes) -> None:
    found = scores("x.bin", content)
    assert {found[name] for name in SAMPLES} == {0.0}


@pytest.mark.parametrize("name", list(FOREIGN))
def test_samples_of_other_projects_are_recognised_and_read(name: str) -> None:
    if not (CORPORA / name).is_file():
        pytest.skip(f"{name} of the shared corpora is not here")
    reader, count = FOREIGN[name]
    assert surest(name, (CORPORA / name).read_bytes()) == reader

    def source(filename: str) -> Source | None:
        path = CORPORA / filename
        return Source(filename, lambda: path.open("rb"), source) if path.is_file() else None

    opened = source(name)
    assert opened
    skipped: list[str] = []
    got = list(readers()[reader].read(opened, lambda line, reason: skipped.append(reason)))
    assert len(got) == count
    assert all(len(one.utterances) > 1 and all(text.strip() for _, text in one.utterances) for one in got)
    assert len(skipped) == (name == "cornell_movie_conversations.txt")  # one of its lines is empty


@pytest.mark.parametrize("name", list(SAMPLES))
def test_no_reader_raises_on_anothers_sample_or_on_noise(name: str) -> None:
    from chatbot.errors import CorpusError

    noise = bytes(range(256)) * 3
    contents = [sample.encode() for samples in SAMPLES.values() for sample in samples]
    for content in [
        b"",
        noise,
        b'"',
        b'{"a": [[["b"',
        *contents,
        *(content[: len(content) // 2] for content in contents),
    ]:
        source = Source("x.txt", lambda content=content: io.BytesIO(content))  # type: ignore[misc]
        try:
            got = list(readers()[name].read(source, lambda line, reason: None))
        except CorpusError:
            assert b"+++$+++" in content  # the other one of two files is missing
        else:
            assert all(len(one.utterances) > 1 and one.line > 0 for one in got)
