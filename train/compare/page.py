"""``report.html``: one file that needs no network, for a phone, a desk and paper alike."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from typing import Any

from train.compare.figures import Figure
from train.compare.rows import HEADS, NOTES, rows

Report = Mapping[str, Any]
_CSP = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:"
"""Nothing is fetched; Vega makes functions of its expressions."""
_CAUTION = (
    "<p><strong>The smallest preset</strong>: it shows that everything works, not what the cells can do. Their "
    "trainings are far from their ends.</p>"
)
_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; margin: 0 auto; max-width: 60rem;
  padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin: .5rem 0; } h2 { font-size: 1.2rem; margin: 2rem 0 .25rem; }
p { margin: .25rem 0 .75rem; } .note { color: #555; font-size: .9rem; }
.plot { width: 100%; min-width: 0; } .plot.vega-embed { display: block; width: 100%; }
.vega-bindings { margin-bottom: .25rem; } .vega-bindings select { font: inherit; padding: .2rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; width: 100%; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #ddd; vertical-align: top;
  overflow-wrap: normal; }
th:first-child { position: sticky; left: 0; background: #fff; min-width: 7.5rem; }
td.number, th.number { text-align: right; min-width: 5.5rem; font-variant-numeric: tabular-nums; }
.replies td { min-width: 9rem; }
@media print { body { max-width: none; } section { break-inside: avoid; } .vega-bindings, details.vega-actions,
  summary { display: none; } }
"""
_SCRIPT = """
for (const figure of JSON.parse(document.getElementById("figures").textContent)) {
  vegaEmbed("#" + figure.id, figure.spec, {renderer: "svg", actions: false}).catch(error => {
    document.getElementById(figure.id).textContent = String(error);
  });
}
"""


def page(report: Report, figures: Sequence[Figure], library: str) -> str:
    """The page.

    Args:
        report: Its figures.
        figures: Its plots.
        library: JavaScript that defines ``vegaEmbed``.
    """
    drawn = [{"id": f"plot-{figure.name}", "spec": figure.spec} for figure in figures]
    sections = "\n".join(
        f'<section><h2>{_text(figure.title)}</h2><div class="plot" id="plot-{figure.name}"></div>'
        f"<p>{_text(figure.sentence)}</p></section>"
        for figure in figures
    )
    # Neither a text nor the library may end the element that it stands in.
    data = json.dumps(drawn).replace("<", "\\u003c")
    library = library.replace("</script", "<\\/script")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_CSP}">
<title>What the cells do</title>
<style>{_STYLE}</style>
<script>{library}</script>
</head>
<body>
<h1>What the cells do</h1>
{_head(report)}
{_summary(report)}
{sections}
{_replies(report)}
{_conditions(report)}
<script id="figures" type="application/json">{data}</script>
<script>{_SCRIPT}</script>
</body>
</html>
"""


def _text(text: Any) -> str:
    return html.escape(str(text))


def _head(report: Report) -> str:
    names = ", ".join(cell["cell"] for cell in report["cells"])
    failed = "".join(
        f"<p><strong>{_text(cell)}</strong> failed and is left out: {_text(why)}</p>"
        for cell, why in report["failed"].items()
    )
    equal = {"params": "parameters within 2 % and steps", "units": "units and steps", "time": "parameters and time"}
    return (
        f"<p>{_text(names)}: the same dialogues in the same order, the same tokenizer, equal "
        f"{equal[report['settings']['match']]}; {report['seeds']} seed(s), preset {_text(report['preset'])}.</p>"
        f"{_CAUTION if report['preset'] == 'smoke' else ''}{failed}"
    )


def _summary(report: Report) -> str:
    found = rows(report)
    heads = "".join(f"<th class=number>{_text(row[0])}</th>" for row in found)
    body = "".join(
        f"<tr><th>{_text(head)}</th>{''.join(f'<td class=number>{_text(row[place])}</td>' for row in found)}</tr>"
        for place, head in enumerate(HEADS)
        if place
    )
    return f'<div class="wide"><table><tr><th></th>{heads}</tr>{body}</table></div><p class="note">{_text(NOTES)}</p>'


def _replies(report: Report) -> str:
    cells = report["cells"]
    if not cells or not cells[0]["talk"]["replies"]:
        return ""
    heads = "".join(f"<th>{_text(cell['cell'])}</th>" for cell in cells)
    lines = "".join(
        f"<tr><td>{_text(first['prompt'])}</td>"
        + "".join(f"<td>{_text(cell['talk']['replies'][place]['greedy'])}</td>" for cell in cells)
        + "</tr>"
        for place, first in enumerate(cells[0]["talk"]["replies"])
    )
    said = "; ".join(
        f"{cell['cell']}: distinct-2 {part['distinct_2']:.2f}, ten most frequent {part['top10_share']:.0%}, "
        f"says a fact told just before {part['recalled']:.0%}, admits not knowing {part['abstained']:.0%}"
        for cell in cells
        for part in (cell["talk"],)
    )
    return (
        f'<section><h2>What they say</h2><div class="wide"><table class="replies"><tr><th>prompt</th>{heads}</tr>'
        f"{lines}</table></div><p>{_text(said)}.</p></section>"
    )


def _conditions(report: Report) -> str:
    settings = ", ".join(f"{name} {value}" for name, value in report["settings"].items())
    corpora = ", ".join(f"{corpus['name']} ({corpus.get('sha256', '')[:12]})" for corpus in report["corpora"])
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    machine = ", ".join(f"{value}" for value in report["machine"].values())
    lines = {"corpora": corpora, "data": report["data"], "settings": settings, "versions": versions, "machine": machine}
    listed = "".join(f"<p class=note><strong>{name}</strong>: {_text(text)}</p>" for name, text in lines.items())
    return f"<section><h2>Conditions</h2>{listed}<p class=note>Made {_text(report['created'])}.</p></section>"
