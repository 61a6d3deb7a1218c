"""The way of messages: from publication to passing on and reach, in the period and by month."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from flask_babel import gettext as _

from dashboards import parts
from dashboards.by_month import ByMonth
from dashboards.charts.bars import Bar, bars
from dashboards.charts.lines import Line, lines
from dashboards.charts.palette import REACH as REACH_COLOURS
from dashboards.charts.palette import STEPS
from dashboards.exhibits import Cell, Exhibit, amount, said
from dashboards.figures import FUNNEL, REACH
from dashboards.navigation import rows_link
from registry.documents.cells import Share
from registry.facts.asked import Asked
from registry.facts.labels import month_label
from registry.facts.measure import Figure, Measure
from registry.facts.measures import MEASURES, measures
from registry.periods.calendar import Period


class Figures(Protocol):
    """Whatever knows the figures that a page shows."""

    def shown(self, name: str) -> Figure | None:
        """A measure as it is shown; None where the filters do not suit it."""


def journey(question: Asked, found: Figures) -> list[Exhibit]:
    """From recipients to those who passed on; and three kinds of reach, never added."""
    return [_funnel(question, found), _reach(question, found)]


def _funnel(question: Asked, found: Figures) -> Exhibit:
    title = _("From publication to passing on")
    amounts = _amounts(found, FUNNEL)
    whole = amounts[0][1] if amounts else None
    if not whole:
        return Exhibit("funnel", title, empty=_("Nothing was published in this period."))
    published = found.shown("messages_published")
    note = _(
        "Key messages: %(n)s; each recipient is a member who was sent one message.",
        n=parts.value_text(MEASURES["messages_published"], published.value if published else None),
    )
    drawn = [
        _bar(question, one, value, f"{value or 0:,.0f} ({(value or 0) / whole:.0%})", STEPS)
        for one, value in amounts
    ]
    rows = [
        [said(one.title), amount(one, value, _rows(question, one)), _share((value or 0) / whole)]
        for one, value in amounts
    ]
    heads = [_("Step"), _("Times"), _("Of recipients")]
    chart = bars("funnel", drawn, title)
    return Exhibit("funnel", title, heads, rows, chart, measures(FUNNEL), note)


def _share(value: float) -> Cell:
    return Cell(Share(value), f"{value:.1%}")


def _amounts(found: Figures, names: tuple[str, ...]) -> list[tuple[Measure, Any]]:
    figures = [(one, found.shown(one.name)) for one in measures(names)]
    return [(one, figure.value) for one, figure in figures if figure is not None]


def _rows(question: Asked, one: Measure) -> str:
    return rows_link(one.name, question)


def _bar(
    question: Asked, one: Measure, value: float | None, text: str, colours: dict[str, str]
) -> Bar:
    return Bar(str(one.title), value, text, _rows(question, one), colours[one.name])


def _reach(question: Asked, found: Figures) -> Exhibit:
    title = _("Reach: three separate figures")
    note = _("Potential, reported and evidenced reach answer three questions and are never added.")
    amounts = _amounts(found, REACH)
    if not any(value for _one, value in amounts):
        return Exhibit("reach", title, note=note, empty=_("No reach is known for this period."))
    drawn = [
        _bar(question, one, value, parts.value_text(one, value), REACH_COLOURS)
        for one, value in amounts
    ]
    rows = [[said(one.title), amount(one, value, _rows(question, one))] for one, value in amounts]
    heads = [_("Kind of reach"), _("People")]
    chart = bars("reach", drawn, title)
    return Exhibit("reach", title, heads, rows, chart, measures(REACH), note)


def trends(question: Asked, course: ByMonth) -> list[Exhibit]:
    """The way of messages, reach and members, by month."""
    way = _("Recipients, received and passed on by month")
    return [
        trend("way", way, FUNNEL, question, course),
        trend("reach-by-month", _("Reach by month"), REACH, question, course),
        _members(question, course),
    ]


def _members(question: Asked, course: ByMonth) -> Exhibit:
    title, names = _("Active members by month"), ("members_active",)
    if not course.suits(names[0]):
        return Exhibit("members", title, empty=_("Members are not counted with these filters."))
    return trend("members", title, names, question, course)


def trend(
    name: str, title: str, names: tuple[str, ...], question: Asked, course: ByMonth
) -> Exhibit:
    """Up to three measures of one unit as lines, and a table of their values."""
    if not any(course.suits(each) for each in names):
        return Exhibit(name, title, empty=_("not counted with these filters"))
    drawn: list[Line] = []
    for one in measures(names):
        values = course.values(one)
        if any(values):
            links = [rows_link(one.name, question, period=Period(n).code) for n in course.months]
            drawn.append((one, values, links))
    if not drawn:
        return Exhibit(name, title, empty=_("There are no figures for these months."))
    labels = [month_label(month) for month in course.months]
    heads = [_("Month"), *(str(one.title) for one, _values, _links in drawn)]
    return Exhibit(
        name,
        title,
        heads,
        _by_month(labels, drawn),
        lines(name, labels, drawn, title),
        [one for one, _values, _links in drawn],
        parts.unit_note(drawn[0][0], course.unclosed),
    )


def _by_month(labels: Sequence[str], drawn: Sequence[Line]) -> list[list[Cell]]:
    return [
        [
            said(text),
            *(amount(one, values[place], links[place]) for one, values, links in drawn),
        ]
        for place, text in enumerate(labels)
    ]
