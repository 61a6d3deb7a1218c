"""The course of one message: its changes, its pace against the standards, its hours and days."""

from __future__ import annotations

from typing import Any

from dash import html
from flask import url_for
from flask_babel import gettext as _

from dashboards import parts
from dashboards.charts.course import course_chart
from dashboards.exhibits import Cell, Exhibit, amount, count, said
from dashboards.navigation import rows_link
from registry.access.gate import may
from registry.access.roles import Permission
from registry.access.scope import Scope
from registry.facts.asked import Asked
from registry.facts.measure import Figure
from registry.facts.measures import MEASURES, measures
from registry.i18n import day, moment
from registry.messages.models import MESSAGE_STATE_NAMES, KeyMessage, MessageState
from registry.messages.travel import Tick, local, silent_of
from registry.messages.travel_queries import changes_of, course_of, standards_of
from registry.periods.calendar import to_bangkok_date
from registry.periods.standards import Step

NOTICE = "correction_reached_rate"
PACES = (
    (Step.PUBLISH, "publish", "publications"),
    (Step.PASS_ON, "receive", "received"),
    (Step.PASS_ON, "pass_on", "passed_on"),
)
"""Steps whose standard holds, how their measures begin, and the measure that names them."""
EXCHANGE = ("questions_asked", "questions_answered_rate", "questions_resolved_rate")


def changes(
    scope: Scope, message: KeyMessage, question: Asked, found: dict[str, Figure]
) -> list[Exhibit]:
    """Corrections and the withdrawal, and how many of those who had the original were told."""
    rows = changes_of(scope, message.id)
    if not rows:
        return []
    told = [(str(MESSAGE_STATE_NAMES[MessageState(row.after)]), moment(row.at)) for row in rows]
    lines: list[Any] = [html.P([html.B(state), " ", at]) for state, at in told]
    cells = [[said(state), said(at)] for state, at in told]
    figure = found.get(NOTICE)
    if figure is not None and figure.denominator:
        link = rows_link(NOTICE, question, part="numerator")
        lines.append(html.P(html.A(_noticed(figure), href=link)))
        cells.append([said(MEASURES[NOTICE].title), amount(MEASURES[NOTICE], figure.value, link)])
    return [
        Exhibit(
            "changes",
            _("Corrected or withdrawn"),
            [_("What"), _("When, or how many")],
            cells,
            measures=[MEASURES[NOTICE]],
            drawing=html.Div(lines),
        )
    ]


def _noticed(figure: Figure) -> str:
    return str(
        _(
            "The notice went to %(told)s of the %(owed)s members who had the original (%(share)s).",
            told=f"{figure.numerator:,}",
            owed=f"{figure.denominator:,}",
            share=parts.value_text(MEASURES[NOTICE], figure.value),
        )
    )


def pace(scope: Scope, message: KeyMessage, question: Asked, found: dict[str, Figure]) -> Exhibit:
    """Publishing, receiving and passing on against the standards of the day it came out."""
    out = message.published_at
    allowed = standards_of(scope, to_bangkok_date(out)) if out else {}
    rates = [f"{name}_on_standard_rate" for _step, name, _short in PACES]
    return Exhibit(
        "pace",
        _("How fast, against the standard of that day"),
        [_("Step"), _("Standard"), _("Median time"), _("Within the standard")],
        [
            [said(MEASURES[short].title), *_paced(name, allowed.get(step), question, found)]
            for step, name, short in PACES
        ],
        measures=measures(rates),
        note=_("In minutes. Times of which only the day is known are left out."),
    )


def _paced(
    name: str, standard: int | None, question: Asked, found: dict[str, Figure]
) -> list[Cell]:
    cells = [count(standard)]
    for one in measures((f"{name}_minutes_median", f"{name}_on_standard_rate")):
        figure = found.get(one.name)
        value = figure.value if figure else None
        cells.append(amount(one, value, rows_link(one.name, question)))
    return cells


def course(scope: Scope, message: KeyMessage, question: Asked) -> Exhibit:
    """Receipts and passing on by the hour, then by the day; the whole, without other limits."""
    title = _("Over time")
    if question.cut.needs - {"message"} or question.life is None:
        return Exhibit("course", title, empty=_("not counted with these filters"))
    found = course_of(scope, message)
    if not found.ticks:
        empty = _("Nobody is known to have received it or passed it on yet.")
        return Exhibit("course", title, empty=empty)
    received, passed = (MEASURES[name] for name in ("received", "disseminations"))
    rows = [
        [said(_label(tick)), count(tick.received), count(tick.passed_on)] for tick in found.ticks
    ]
    day_only = (count(found.received_day_only), count(found.passed_day_only))
    chart = course_chart(
        "course",
        [_short(tick) for tick in found.ticks],
        (str(received.title), [tick.received for tick in found.ticks]),
        (str(passed.title), [tick.passed_on for tick in found.ticks]),
        title,
    )
    return Exhibit(
        "course",
        title,
        [_("When"), str(received.title), str(passed.title)],
        [*rows, [said(_("hour not known")), *day_only]],
        chart,
        [received, passed],
        _("By the hour for the first three days, then by the day."),
    )


def _label(tick: Tick) -> str:
    return str(moment(tick.start) if tick.hourly else day(tick.start))


def _short(tick: Tick) -> str:
    """The same on two lines, for an axis."""
    return f"{local(tick):%H:%M}<br>{day(tick.start)}" if tick.hourly else str(day(tick.start))


def reactions(message: KeyMessage, question: Asked, found: dict[str, Figure]) -> Exhibit:
    """What was asked, and how many have not reacted; with the way to them for those who may."""
    rows = [
        [said(one.title), amount(one, found[one.name].value, rows_link(one.name, question))]
        for one in measures(EXCHANGE)
        if one.name in found
    ]
    silent = count(silent_of(found), _silent(message))
    return Exhibit(
        "reactions",
        _("Questions and silence"),
        [_("Measure"), _("Value")],
        [*rows, [said(_("Have not reacted yet")), silent]],
        measures=measures(EXCHANGE),
    )


def _silent(message: KeyMessage) -> str:
    """Address of those who have not reacted, for whoever may see them."""
    known = may(Permission.MESSAGES_READ)
    return url_for("messages.silent", message_id=message.id) if known else ""
