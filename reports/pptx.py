"""The report as slides for the meeting of the executives: what the PDF says, in native charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _

from registry.facts.measures import MEASURES
from registry.i18n import language
from reports import layout
from reports.pdf import Data, data_of
from reports.report import Report
from reports.tables import WHOLE, chart_of, cuts_of
from reports.wording import shown, title_of, unit_of

if TYPE_CHECKING:
    from registry.documents.slides import Box, Deck, Picture, Slide

MOST_ROWS = 15
"""Rows of a table that can be read from the last chair."""
MOST_TARGETS, SIZE = 10, 22
"""Rows of the table of targets, and points of a text that runs on."""
COLUMNS = (
    *("members_active", "members_passing_on", "recipients", "received_rate", "pass_on_rate"),
    "reach_evidenced",
)
"""Measures of the tables."""
RATE = "pass_on_rate"
TABLES = {table.dimension: table for table in layout.TABLES}


def pptx_of(report: Report) -> bytes:
    """The slides; the same report makes the same bytes."""
    from registry.documents.slides import Deck

    data = data_of(report)
    title = f"{data['title']} {report.period.label(language())}"
    deck = Deck(
        title,
        author=data["office"],
        footer=" · ".join(filter(None, (title, data["made"], data["classification"]))),
        created=report.closed_at,
        language={"th": "th-TH", "en": "en-GB"}[data["lang"]],
    )
    facts = [*_lines(data["facts"]), f"SHA-256 {report.proof}"]
    deck.cover(data["title"], data["period"], facts, data["office"])
    _narrative(deck, data)
    if report.place is not None:
        _key_figures(deck, data)
    _targets(deck, data)
    if report.place is not None:
        _funnel(deck, data)
        _reach(deck, data, report)
        _trend(deck, data)
    _places(deck, report)
    _changes(deck, data)
    _proof(deck, data)
    return deck.content()


def _lines(facts: list[Data]) -> list[str]:
    return [f"{fact['name']}: {fact['value']}" for fact in facts]


def _narrative(deck: Deck, data: Data) -> None:
    """What the central office wrote, and what the figures say by rule; each says which it is."""
    titles, foreword = data["titles"], data["foreword"]
    if foreword:
        _texts(deck, titles["foreword"], foreword["by"], foreword["lines"])
    _texts(deck, titles["told"], data["notes"]["told"], data["told"], points=True)


def _texts(deck: Deck, title: str, note: str, lines: list[str], *, points: bool = False) -> None:
    """As many slides as the texts need; none without texts."""
    from registry.documents.slides import BODY, divided

    for number, part in enumerate(divided(lines, BODY, SIZE)):
        more = _("%(title)s (continued)", title=title) if number else title
        deck.slide(more, note).text(BODY, part, SIZE, points=points)


def _key_figures(deck: Deck, data: Data) -> None:
    from registry.documents.slides import BODY

    slide = deck.slide(data["titles"]["key"], data["notes"]["key"])
    _cards(slide, data["cards"], 4, BODY)


def _targets(deck: Deck, data: Data) -> None:
    """What was aimed at; where it was decided stands in the other documents."""
    from registry.documents.slides import BODY

    targets = data["targets"]
    if targets is None:
        return
    heads = [column["title"] for column in targets["columns"]]
    for rows in _parts(targets["rows"], MOST_TARGETS):
        slide = deck.slide(targets["title"], targets["note"])
        slide.table(heads, rows, BODY, names=2)


def _funnel(deck: Deck, data: Data) -> None:
    from registry.documents.slides import BODY

    titles, notes = data["titles"], data["notes"]
    funnel = _bars(data["funnel"] | {"title": titles["funnel"]}, titled=False)
    deck.slide(titles["funnel"], notes["funnel"]).chart(funnel, BODY)


def _reach(deck: Deck, data: Data, report: Report) -> None:
    """The three kinds of reach; beside them the channels by which people could be reached."""
    from registry.documents.slides import BODY

    chart = chart_of(report, TABLES["channel_kind"])
    slide = deck.slide(data["titles"]["reach"], data["notes"]["reach"])
    if not chart:
        _cards(slide, data["reach"], 3, BODY)
        return
    left, *right = BODY.columns(3)
    _cards(slide, data["reach"], 1, left)
    slide.chart(_bars(chart), replace(right[0], width=2 * left.width + 0.25))


def _trend(deck: Deck, data: Data) -> None:
    from registry.documents.slides import BODY, Picture

    if not data["trends"]:
        return
    slide = deck.slide(data["titles"]["trend"], data["notes"]["trend"])
    places = (place for row in BODY.rows(2) for place in row.columns(2))
    for one, place in zip(data["trends"], places, strict=True):
        line = (one["title"], one["labels"], one["values"], one["alt"], one["percent"])
        slide.chart(Picture("line", *line), place)


def _cards(slide: Slide, cards: list[Data], across: int, box: Box) -> None:
    from registry.documents.slides import Card

    slide.cards([Card(**card) for card in cards], box, across)


def _bars(chart: Data, *, percent: bool = False, titled: bool = True) -> Picture:
    from registry.documents.slides import Picture

    labels, values = ([row[key] for row in chart["rows"]] for key in ("label", "value"))
    return Picture("bar", chart["title"], labels, values, chart["alt"], percent, titled)


def _places(deck: Deck, report: Report) -> None:
    """The rate of passing on and the table, by zone; of a part of the country by province."""
    from registry.documents.slides import BODY

    table = TABLES["zone"] if len(cuts_of(report, TABLES["zone"])) > 1 else TABLES["province"]
    chart = chart_of(report, replace(table, chart=RATE))
    if chart:
        note = _("Passing on is free: the figures judge networks, never persons.")
        deck.slide(title_of(RATE), note).chart(_bars(chart, percent=True, titled=False), BODY)
    whole = [WHOLE] if report.book.has(COLUMNS[0]) else []
    heads = [f"{MEASURES[name].title} ({unit_of(MEASURES[name])})" for name in COLUMNS]
    for cuts in _parts([*cuts_of(report, table), *whole], MOST_ROWS):
        rows = [[report.names.of(cut), *_figures(report, cut)] for cut in cuts]
        slide = deck.slide(
            str(table.title), _("A dash means that there is no figure; it never means 0.")
        )
        slide.table([str(table.first), *heads], rows, BODY, total=cuts[-1] == WHOLE)


def _figures(report: Report, cut: str) -> list[str]:
    return [shown(name, report.book.value(name, cut)) for name in COLUMNS]


def _parts(rows: Sequence[Any], most: int) -> list[Sequence[Any]]:
    return [rows[first : first + most] for first in range(0, len(rows), most)]


def _changes(deck: Deck, data: Data) -> None:
    """Of a re-issue, what it says otherwise; the first lines where it is much."""
    from registry.documents.slides import BODY

    changes = data["changes"]
    if changes is None:
        return
    rows, note = changes["rows"], changes["note"]
    if len(rows) > MOST_ROWS:
        more = len(rows) - MOST_ROWS
        note = f"{_('%(count)s more are listed in the workbook.', count=more)} {note}"
    slide = deck.slide(data["titles"]["changes"], note)
    if rows:
        heads = [column["title"] for column in changes["columns"]]
        slide.table(heads, rows[:MOST_ROWS], BODY)


def _proof(deck: Deck, data: Data) -> None:
    from registry.documents.slides import BODY

    said = [data["proof"]["text"], "", *_lines(data["proof"]["facts"]), "", *data["method"]]
    deck.slide(data["titles"]["proof"]).text(BODY, said, size=18)
