"""A page as a brief in print: each exhibit with a simple picture and its table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from dashboards.exhibits import Cell, Exhibit
from dashboards.paper import Paper, rules
from registry.documents.cells import Share
from registry.documents.pdf import render_pdf
from registry.i18n import language

TEMPLATE = Path(__file__).parent / "typst" / "brief.typ"
MOST_BARS, MOST_LINES, MOST_ROWS = 25, 3, 100
SPACE = "\N{NO-BREAK SPACE}"
Data = dict[str, Any]


def pdf_of(paper: Paper) -> bytes:
    """The document; the same paper makes the same bytes."""
    return render_pdf(TEMPLATE, data_of(paper), created=paper.made)


def data_of(paper: Paper) -> Data:
    """Everything that the template shows, ready to print, in the language at hand."""
    return {
        "lang": language(),
        "title": paper.title,
        "period": paper.period,
        "office": _("Public Relations Department · Bureau of Public Relations Development"),
        "made": paper.told_at,
        "words": {"page": _("Page"), "of": _("of")},
        "facts": [list(fact) for fact in paper.facts[1:]],
        "exhibits": [_exhibit(one) for one in paper.exhibits],
        "how": _("How it is counted"),
        "absent": _("A dash means that there is no figure; it never means 0."),
        "rules": [{"name": name, "rule": rule} for name, rule in rules(paper.exhibits)],
    }


def _exhibit(one: Exhibit) -> Data:
    cards = one.drawn_as == "cards"
    hidden = cards or not one.rows
    return {
        "title": one.title,
        "note": one.note,
        "empty": "" if one.rows else one.empty,
        "cards": [_card(row, one.heads) for row in one.rows] if cards else [],
        "bars": _bars(one),
        "lines": _lines(one),
        "table": None if hidden else _table(one),
    }


def _card(row: Sequence[Cell], heads: Sequence[str]) -> Data:
    """A key figure: its name, value and unit, and how it changed."""
    change = _("How it changed")
    changes = [cell.text for head, cell in zip(heads, row, strict=True) if head == change]
    name, value, unit = (cell.text for cell in row[:3])
    shown = value.removesuffix("%").strip()
    return {"label": name, "value": shown, "unit": unit, "changes": [c for c in changes if c]}


def _bars(one: Exhibit) -> Data | None:
    if one.drawn_as != "bars" or not 0 < len(one.rows) <= MOST_BARS:
        return None
    rows = [
        {"label": name.text, "value": _number(cell), "text": cell.text}
        for name, cell, *_others in one.rows
    ]
    return {"rows": rows, "alt": ", ".join(f"{row['label']} {row['text']}" for row in rows)}


def _lines(one: Exhibit) -> Data | None:
    series = len(one.heads) - 1
    if one.drawn_as != "lines" or not one.rows or series > MOST_LINES:
        return None
    said = [" ".join(cell.text for cell in row) for row in one.rows]
    return {
        "labels": [row[0].text for row in one.rows],
        "series": [
            {"name": one.heads[place], "values": [_number(row[place]) for row in one.rows]}
            for place in range(1, series + 1)
        ],
        "percent": any(isinstance(cell.value, Share) for row in one.rows for cell in row),
        "alt": ", ".join(said),
    }


def _number(cell: Cell) -> float | int | None:
    """A cell's number as the template takes it; None where it has none."""
    return cell.value if isinstance(cell.value, int | float) else None


def _table(one: Exhibit) -> Data:
    rows = [[cell.text.replace(" %", f"{SPACE}%") for cell in row] for row in one.rows]
    columns = list(zip(*([one.heads, *rows[:MOST_ROWS]]), strict=True))
    words = [any(isinstance(row[place].value, str) for row in one.rows) for place in _places(one)]
    more = len(rows) - MOST_ROWS
    return {
        "columns": [
            {"title": head, "align": "left" if text else "right", "width": _width(texts)}
            for head, text, texts in zip(one.heads, words, columns, strict=True)
        ],
        "rows": rows[:MOST_ROWS],
        "more": _("and %(n)s more rows, which the workbook has", n=more) if more > 0 else "",
        "size": 9 if len(one.heads) <= 5 else 7.5 if len(one.heads) <= 10 else 6,
    }


def _places(one: Exhibit) -> range:
    return range(len(one.heads))


def _width(texts: Sequence[str]) -> int:
    """Width of a column in proportion to its longest text, within limits."""
    return min(max(9, *(len(text) + 2 for text in texts[1:]), len(texts[0]) // 2), 28)
