"""The report as Markdown."""

from __future__ import annotations

from tests.train.compare.reports import made_up
from train.compare.markdown import markdown
from train.compare.plots import figures


def test_tables_stay_tables_and_texts_stay_texts() -> None:
    report = made_up()
    text = markdown(report, figures(report))
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len({line.replace("\\|", "").count("|") for line in lines}) == 1
    assert "my.cells:Lstm&lt;i>" in text
    assert "a\\|b.jsonl" in text
    assert "**broken** failed" in text


def test_every_plot_has_its_image_and_its_sentence() -> None:
    report = made_up()
    text = markdown(report, figures(report))
    for figure in figures(report):
        assert f"(plots/{figure.name}.png)" in text
        assert figure.sentence in text
