"""The page: nothing is fetched, and nothing that stands in a report can become markup or code."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

from tests.train.compare.reports import made_up
from train.compare.page import page
from train.compare.plots import figures


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def made(library: str = "window.x=1") -> str:
    report = made_up()
    return page(report, figures(report), library)


def test_nothing_is_fetched_and_it_is_made_for_a_phone() -> None:
    seen = Seen()
    seen.feed(made())
    for tag, attributes in seen.tags:
        assert not {"src", "href"} & set(attributes), tag
    metas = [attributes for tag, attributes in seen.tags if tag == "meta"]
    assert any("width=device-width" in str(meta.get("content")) for meta in metas)
    assert any("default-src 'none'" in str(meta.get("content")) for meta in metas)


def test_texts_of_the_report_stay_texts() -> None:
    seen = Seen()
    seen.feed(made())
    assert not {"b", "i", "it"} & {tag for tag, _ in seen.tags}
    assert "Hi &lt;b&gt;" in made()


def test_neither_a_library_nor_a_name_ends_its_script() -> None:
    evil = made_up()
    evil["cells"][0]["cell"] = "</script><img>"
    text = page(evil, figures(evil), "var a='</script>';")
    seen = Seen()
    seen.feed(text)
    assert [tag for tag, _ in seen.tags].count("script") == 3
    assert "img" not in {tag for tag, _ in seen.tags}


def test_every_plot_has_its_place_its_data_and_its_sentence() -> None:
    text = made()
    data = re.search(r'<script id="figures" type="application/json">(.*?)</script>', text, re.DOTALL)
    assert data is not None
    drawn = json.loads(data[1])
    for figure, each in zip(figures(made_up()), drawn, strict=True):
        assert each["spec"] == json.loads(json.dumps(figure.spec))
        assert f'id="{each["id"]}"' in text


def test_the_smallest_preset_warns_and_others_do_not() -> None:
    other = {**made_up(), "preset": "base"}
    assert "not what the cells can do" in made()
    assert "not what the cells can do" not in page(other, [], "")
