"""Monthly and quarterly figures of any period; closed ones as they were sealed."""

from __future__ import annotations

from datetime import date
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component
from flask import current_app, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from dashboards import filters, parts
from dashboards.figures import suits
from dashboards.navigation import page_link, rows_link
from registry.access.gate import may
from registry.access.roles import Permission
from registry.access.scope import Scope
from registry.facts.asked import Asked, asked
from registry.facts.evaluate import evaluate
from registry.facts.measure import Figure, Measure
from registry.facts.measures import GROUPS, MEASURES
from registry.facts.sealed import Seal, seal_of
from registry.i18n import day, language
from registry.periods import catalogue
from registry.periods.calendar import Period, PeriodKind, periods_between
from registry.periods.models import SealedPeriod

PATH = "/dashboards/reports"


def title() -> str:
    """The page's name."""
    return str(_("Figures by period"))


def content(scope: Scope, args: dict[str, str], today: date) -> list[Any]:
    """The page for the parameters of an address.

    Raises:
        Refused: a parameter does not exist or lies outside the scope.
    """
    question = asked(scope, filters.with_default(args, today), today)
    seal = seal_of(scope, question)
    return [
        html.Div([html.H1(title()), _downloads(scope, seal)], className="page-head"),
        filters.bar(scope, question, today, ("zone", "province"), filters.map_choice(question)),
        _state(question, seal, today),
        html.Div(_tables(scope, question, seal), className="dash-grid roomy"),
        _calendar(question, today),
    ]


def _downloads(scope: Scope, seal: Seal | None) -> Component:
    """Ways to the sealed documents, for those who may see reports."""
    known = "reports.download" in current_app.view_functions
    if seal is None or not known or not may(Permission.REPORTS_VIEW):
        return html.Div(className="actions")
    forms = [
        html.Form(
            [
                dcc.Input(type="hidden", name="csrf_token", value=generate_csrf()),
                html.Button(_("Download %(kind)s", kind=text), className="btn btn-outline-primary"),
            ],
            method="post",
            action=url_for("reports.download", period=seal.period.code, format=kind),
        )
        for kind, text in _formats(scope)
    ]
    return html.Div(forms, className="actions")


def _formats(scope: Scope) -> list[tuple[str, str]]:
    """The whole as documents; a part of the country as tables; a bureau's was not sealed."""
    if scope.everything:
        return [("xlsx", "Excel"), ("pdf", "PDF")]
    return [("xlsx", "Excel"), ("csv", "CSV")] if scope.provinces else []


def _state(question: Asked, seal: Seal | None, today: date) -> Component:
    period = question.period
    if seal is None:
        ended = period.has_ended(today)
        text = _("Not closed yet") if ended else _("Period under way")
        state, note = html.Span(text, className="state warn"), _("live figures, which may change")
    else:
        state = html.Span(_("Closed period"), className="state good")
        note = _(
            "sealed on %(day)s, issue %(n)s, kept until %(until)s",
            day=day(seal.period.closed_at),
            n=seal.period.revision,
            until=day(seal.period.keep_until),
        )
    said: list[Any] = [html.B(period.label(language())), " ", state, " ", html.Span(note)]
    if seal is not None and seal.cut is None:
        said.append(html.Span(_("; these filters were not sealed, so live figures are shown")))
    return html.P(said, className="shown")


def _tables(scope: Scope, question: Asked, seal: Seal | None) -> list[Component]:
    names = [name for name, one in MEASURES.items() if suits(one, question)]
    figures = evaluate(scope, names, question.months, question.cut)
    found = {figure.measure: figure for figure in figures}
    return [
        _group(
            str(title), [MEASURES[name] for name in group if name in found], found, question, seal
        )
        for title, group in GROUPS.items()
    ]


def _group(
    title: str,
    group: list[Measure],
    found: dict[str, Figure],
    question: Asked,
    seal: Seal | None,
) -> Component:
    sealed = seal is not None and seal.cut is not None
    heads = [_("Measure"), *([_("Sealed")] if sealed else []), _("Live today")]
    heads += [_("Differs by")] if sealed else []
    rows = [_row(one, found[one.name], question, seal if sealed else None) for one in group]
    return parts.panel(title, parts.table(heads, rows, kind="dense"), parts.how(*group))


def _row(one: Measure, live: Figure, question: Asked, seal: Seal | None) -> list[Any]:
    link = rows_link(one.name, question)
    now = (parts.value_text(one, live.value), link if live.value is not None else "")
    unit = parts.unit_text(one)
    name = f"{one.title} ({unit})" if unit and not one.is_median else str(one.title)
    if seal is None:
        return [name, now]
    sealed = seal.figure(one.name)
    value = sealed.value if sealed else None
    return [name, parts.value_text(one, value), now, _difference(one, value, live.value)]


def _difference(one: Measure, sealed: float | None, live: float | None) -> str:
    if parts.value_text(one, sealed) == parts.value_text(one, live):
        return str(_("none"))
    if sealed is None or live is None:
        return "–"
    step = live - sealed
    text = f"{abs(step) * 100:,.1f}" if one.is_share else parts.value_text(one, abs(step))
    return f"{'+' if step > 0 else '−'}{text}"


def _calendar(question: Asked, today: date) -> Component:
    """All months and quarters with their state, the latest year first."""
    closed = {row.code: row for row in catalogue.list_periods()}
    first = filters.first_day(today)
    rows = [
        [_quarter(quarter, closed, question), *_months(quarter, closed, question, today)]
        for quarter in reversed(periods_between(first, today, PeriodKind.QUARTER))
    ]
    heads = [_("Quarter"), _("First month"), _("Second month"), _("Third month")]
    note = _("A mark shows which periods are closed; choose one to see its figures.")
    return parts.panel(_("All periods"), parts.table(heads, rows, kind="dense"), note=note)


def _quarter(period: Period, closed: dict[str, SealedPeriod], question: Asked) -> Any:
    return _cell(period, closed, question)


def _months(
    quarter: Period, closed: dict[str, SealedPeriod], question: Asked, today: date
) -> list[Any]:
    months = [Period(month) for month in quarter.months]
    return [_cell(month, closed, question) if month.start <= today else "–" for month in months]


def _cell(period: Period, closed: dict[str, SealedPeriod], question: Asked) -> Any:
    closed_mark = f"{parts.SPACE}✓" if period.code in closed else ""
    mark = f"{period.label(language(), 'short')}{closed_mark}"
    words = (
        _("%(period)s, closed", period=period.label(language()))
        if period.code in closed
        else period.label(language())
    )
    here: dict[str, Any] = {"aria-current": "page" if period == question.period else "false"}
    return html.A(mark, href=page_link(PATH, question, period=period.code), title=words, **here)
