"""The course of one message: its changes, its pace against the standards, its hours and days."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component
from flask import url_for
from flask_babel import gettext as _

from dashboards import parts
from dashboards.charts.course import course_chart
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
) -> list[Component]:
    """Corrections and the withdrawal, and how many of those who had the original were told."""
    rows = changes_of(scope, message.id)
    if not rows:
        return []
    lines: list[Any] = [
        html.P([html.B(str(MESSAGE_STATE_NAMES[MessageState(row.after)])), " ", moment(row.at)])
        for row in rows
    ]
    figure = found.get(NOTICE)
    if figure is not None and figure.denominator:
        text = _(
            "The notice went to %(told)s of the %(owed)s members who had the original (%(share)s).",
            told=f"{figure.numerator:,}",
            owed=f"{figure.denominator:,}",
            share=parts.value_text(MEASURES[NOTICE], figure.value),
        )
        lines.append(html.P(html.A(text, href=rows_link(NOTICE, question, part="numerator"))))
    return [parts.panel(_("Corrected or withdrawn"), *lines, parts.how(MEASURES[NOTICE]))]


def pace(scope: Scope, message: KeyMessage, question: Asked, found: dict[str, Figure]) -> Component:
    """Publishing, receiving and passing on against the standards of the day it came out."""
    out = message.published_at
    allowed = standards_of(scope, to_bangkok_date(out)) if out else {}
    rows = [
        [str(MEASURES[short].title), *_paced(name, allowed.get(step), question, found)]
        for step, name, short in PACES
    ]
    heads = [_("Step"), _("Standard"), _("Median time"), _("Within the standard")]
    rates = [f"{name}_on_standard_rate" for _step, name, _short in PACES]
    note = _("In minutes. Times of which only the day is known are left out.")
    title = _("How fast, against the standard of that day")
    return parts.panel(title, parts.table(heads, rows), parts.how(*measures(rates)), note=note)


def _paced(name: str, standard: int | None, question: Asked, found: dict[str, Figure]) -> list[Any]:
    median, rate = measures((f"{name}_minutes_median", f"{name}_on_standard_rate"))
    cells: list[Any] = ["–" if standard is None else f"{standard:,}"]
    for one in (median, rate):
        figure = found.get(one.name)
        value = parts.value_text(one, figure.value if figure else None)
        cells.append((value, rows_link(one.name, question)))
    return cells


def course(scope: Scope, message: KeyMessage, question: Asked) -> Component:
    """Receipts and passing on by the hour, then by the day; the whole, without other limits."""
    title = _("Over time")
    if question.cut.needs - {"message"} or question.life is None:
        return parts.panel(title, parts.empty(_("not counted with these filters")))
    found = course_of(scope, message)
    if not found.ticks:
        empty = _("Nobody is known to have received it or passed it on yet.")
        return parts.panel(title, parts.empty(empty))
    received, passed = (MEASURES[name] for name in ("received", "disseminations"))
    labels = [_label(tick) for tick in found.ticks]
    rows: list[list[Any]] = [
        [text, f"{tick.received:,}", f"{tick.passed_on:,}"]
        for text, tick in zip(labels, found.ticks, strict=True)
    ]
    rows.append([_("hour not known"), f"{found.received_day_only:,}", f"{found.passed_day_only:,}"])
    chart = course_chart(
        "course",
        [_short(tick) for tick in found.ticks],
        (str(received.title), [tick.received for tick in found.ticks]),
        (str(passed.title), [tick.passed_on for tick in found.ticks]),
        title,
    )
    heads = [_("When"), str(received.title), str(passed.title)]
    note = _("By the hour for the first three days, then by the day.")
    return parts.panel(
        title, chart, parts.equal_values(heads, rows), parts.how(received, passed), note=note
    )


def _label(tick: Tick) -> str:
    return str(moment(tick.start) if tick.hourly else day(tick.start))


def _short(tick: Tick) -> str:
    """The same on two lines, for an axis."""
    return f"{local(tick):%H:%M}<br>{day(tick.start)}" if tick.hourly else str(day(tick.start))


def reactions(message: KeyMessage, question: Asked, found: dict[str, Figure]) -> Component:
    """What was asked, and how many have not reacted; with the way to them for those who may."""
    rows: list[list[Any]] = [
        [
            str(one.title),
            (parts.value_text(one, found[one.name].value), rows_link(one.name, question)),
        ]
        for one in measures(EXCHANGE)
        if one.name in found
    ]
    rows.append([_("have not reacted yet"), _silent(message, found)])
    return parts.panel(_("Questions and silence"), parts.table([_("Measure"), _("Value")], rows))


def _silent(message: KeyMessage, found: dict[str, Figure]) -> Any:
    count = f"{silent_of(found):,}"
    if not may(Permission.MESSAGES_READ):
        return count
    return count, url_for("messages.silent", message_id=message.id)
