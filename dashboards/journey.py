"""The way of messages: from publication to passing on and reach, in the period and by month."""

from __future__ import annotations

from typing import Any, Protocol

from dash.development.base_component import Component
from flask_babel import gettext as _

from dashboards import parts
from dashboards.charts.bars import Bar, bars
from dashboards.charts.lines import Line, lines
from dashboards.charts.palette import REACH as REACH_COLOURS
from dashboards.charts.palette import STEPS
from dashboards.figures import FUNNEL, REACH, Whole, members_by_month
from dashboards.navigation import rows_link
from registry.access.scope import Scope
from registry.facts.asked import Asked
from registry.facts.labels import month_label
from registry.facts.measure import Figure, Measure
from registry.facts.measures import MEASURES, measures
from registry.facts.spans import Months
from registry.periods.calendar import Period


class Figures(Protocol):
    """Whatever knows the figures that a page shows."""

    def shown(self, name: str) -> Figure | None:
        """A measure as it is shown; None where the filters do not suit it."""


def journey(question: Asked, found: Figures) -> list[Component]:
    """From recipients to those who passed on; and three kinds of reach, never added."""
    return [_funnel(question, found), _reach(question, found)]


def _funnel(question: Asked, found: Figures) -> Component:
    title = _("From publication to passing on")
    amounts = _amounts(question, found, FUNNEL)
    whole = amounts[0][1] if amounts else None
    if not whole:
        return parts.panel(title, parts.empty(_("Nothing was published in this period.")))
    published = found.shown("messages_published")
    note = _(
        "Key messages: %(n)s; each recipient is a member who was sent one message.",
        n=parts.value_text(MEASURES["messages_published"], published.value if published else None),
    )
    drawn = [
        Bar(
            str(one.title),
            value,
            f"{value or 0:,.0f} ({(value or 0) / whole:.0%})",
            rows_link(one.name, question),
            STEPS[one.name],
        )
        for one, value in amounts
    ]
    rows = [
        [
            bar.name,
            (parts.value_text(MEASURES["recipients"], bar.value), bar.link),
            f"{(bar.value or 0) / whole:.1%}",
        ]
        for bar in drawn
    ]
    return parts.panel(
        title,
        bars("funnel", drawn, title),
        parts.equal_values([_("Step"), _("Times"), _("Of recipients")], rows),
        parts.how(*measures(FUNNEL)),
        note=note,
    )


def _amounts(question: Asked, found: Figures, names: tuple[str, ...]) -> list[tuple[Measure, Any]]:
    figures = [(one, found.shown(one.name)) for one in measures(names)]
    return [(one, figure.value) for one, figure in figures if figure is not None]


def _reach(question: Asked, found: Figures) -> Component:
    title = _("Reach: three separate figures")
    note = _("Potential, reported and evidenced reach answer three questions and are never added.")
    amounts = _amounts(question, found, REACH)
    if not any(value for _one, value in amounts):
        return parts.panel(title, parts.empty(_("No reach is known for this period.")), note=note)
    drawn = [
        Bar(
            str(one.title),
            value,
            parts.value_text(one, value),
            rows_link(one.name, question),
            REACH_COLOURS[one.name],
        )
        for one, value in amounts
    ]
    rows = [[bar.name, (bar.text, bar.link)] for bar in drawn]
    return parts.panel(
        title,
        bars("reach", drawn, title),
        parts.equal_values([_("Kind of reach"), _("People")], rows),
        parts.how(*measures(REACH)),
        note=note,
    )


def trends(scope: Scope, question: Asked, found: Whole, months: range) -> list[Component]:
    """The way of messages, reach and members, by month."""
    return [
        _trend(
            "way", _("Recipients, received and passed on by month"), FUNNEL, question, found, months
        ),
        _trend("reach-by-month", _("Reach by month"), REACH, question, found, months),
        _members(scope, question, months),
    ]


def _trend(
    name: str,
    title: str,
    names: tuple[str, ...],
    question: Asked,
    found: Whole,
    months: range,
) -> Component:
    drawn: list[Line] = []
    for one in measures(names):
        figures = [found.figure(one.name, Months(month, month)) for month in months]
        if any(figure is not None and figure.value for figure in figures):
            values = [figure.value if figure else None for figure in figures]
            drawn.append((one, values, [_month_rows(one, question, month) for month in months]))
    return _line_panel(name, title, months, drawn)


def _month_rows(one: Measure, question: Asked, month: int) -> str:
    return rows_link(one.name, question, period=Period(month).code)


def _line_panel(name: str, title: str, months: range, drawn: list[Line]) -> Component:
    if not drawn:
        return parts.panel(title, parts.empty(_("There are no figures for these months.")))
    labels = [month_label(month) for month in months]
    rows = [
        [
            text,
            *((parts.value_text(one, values[place]), links[place]) for one, values, links in drawn),
        ]
        for place, text in enumerate(labels)
    ]
    heads = [_("Month"), *(str(one.title) for one, _values, _links in drawn)]
    return parts.panel(
        title,
        lines(name, labels, drawn, title),
        parts.equal_values(heads, rows),
        parts.how(*(one for one, _values, _links in drawn)),
        note=parts.unit_note(drawn[0][0]),
    )


def _members(scope: Scope, question: Asked, months: range) -> Component:
    title = _("Active members by month")
    one = MEASURES["members_active"]
    figures = members_by_month(scope, question, months)
    if figures is None:
        return parts.panel(title, parts.empty(_("Members are not counted with these filters.")))
    known = {figure.cell[0]: figure.value for figure in figures}
    values = [known.get(month, 0) for month in months]
    links = [_month_rows(one, question, month) for month in months]
    return _line_panel("members", title, months, [(one, values, links)] if any(values) else [])
