"""Monthly and quarterly figures of any period; closed ones as they were sealed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component
from flask import current_app, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from dashboards import filters, parts
from dashboards.exhibits import Cell, Exhibit, amount, grid, said
from dashboards.figures import suits
from dashboards.navigation import page_link, rows_link
from registry.access.gate import may
from registry.access.roles import Permission
from registry.access.scope import Scope
from registry.facts.asked import Asked, asked
from registry.facts.asked_period import first_fact
from registry.facts.measure import Figure, Measure
from registry.facts.measures import GROUPS, MEASURES
from registry.facts.sealed import Seal, seal_of
from registry.facts.series import Series, series
from registry.facts.spans import Months
from registry.i18n import day, language
from registry.periods import catalogue
from registry.periods.calendar import Period, PeriodKind, Run, month_of, periods_between
from registry.periods.models import SealedPeriod

PATH = "/dashboards/reports"
EARLIER = 4
"""Periods side by side with the one shown: the last of four quarters is that of a year ago."""


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
        grid([*_tables(scope, question, seal), _calendar(question, today)]),
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
                html.Button(
                    _("Sealed report, %(kind)s", kind=text), className="btn btn-outline-primary"
                ),
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


@dataclass(frozen=True)
class _Earlier:
    """An earlier period, shown as it was sealed where it was, else as it is today."""

    period: Run
    seal: Seal | None
    known: Series

    @property
    def head(self) -> str:
        """Its short name, marked where its figures are sealed ones."""
        mark = f"{parts.SPACE}✓" if self.is_sealed else ""
        return f"{self.period.label(language(), 'short')}{mark}"

    def cell(self, one: Measure, question: Asked) -> Cell:
        """A measure of it, with the way to its rows."""
        known = isinstance(self.period, Period)
        link = rows_link(one.name, question, period=self.period.code) if known else ""
        if self.seal is not None and self.is_sealed:
            sealed = self.seal.figure(one.name)
            return amount(one, sealed.value if sealed else None, link)
        return amount(one, self.known.figure(one.name, Months.of(self.period)).value, link)

    @property
    def is_sealed(self) -> bool:
        """Whether its sealed figures answer the question."""
        return self.seal is not None and self.seal.cut is not None


def _tables(scope: Scope, question: Asked, seal: Seal | None) -> list[Exhibit]:
    """The measures by group: of the period, and of those before it side by side."""
    names = [name for name, one in MEASURES.items() if suits(one, question)]
    before = _before(question)
    spans = [Months.of(one) for one in (question.period, *before)]
    known = series(scope, names, spans, question.cut)
    earlier = [
        _Earlier(one, seal_of(scope, replace(question, period=one)), known) for one in before
    ]
    sealed = seal if seal is not None and seal.cut is not None else None
    heads = [_("Measure"), *([_("Sealed")] if sealed else []), _("Live today")]
    heads += [_("Differs by")] if sealed else []
    note = _("✓ marks closed periods, which are shown as they were sealed.")
    note = note if any(each.is_sealed for each in earlier) else ""
    made = []
    for number, (title, group) in enumerate(GROUPS.items(), start=1):
        ones = [MEASURES[name] for name in group if name in names]
        rows = [
            [
                *_row(one, known.figure(one.name, spans[0]), question, sealed),
                *(each.cell(one, question) for each in earlier),
            ]
            for one in ones
        ]
        made.append(
            Exhibit(
                name=f"group-{number}",
                title=str(title),
                heads=[*heads, *(each.head for each in earlier)],
                rows=rows,
                measures=ones,
                note=note,
                kind="wide dense",
                empty=_("No measure of this group can be shown with these filters."),
            )
        )
    return made


def _before(question: Asked) -> list[Run]:
    """Periods of the same length before the one shown, the latest first, within the records."""
    begins = month_of(first_fact(question.cut.today))
    found, one = list[Run](), question.period.previous()
    while len(found) < EARLIER and one.first_month >= begins:
        found.append(one)
        one = one.previous()
    return found


def _row(one: Measure, live: Figure, question: Asked, seal: Seal | None) -> list[Cell]:
    now = amount(one, live.value, rows_link(one.name, question))
    unit = parts.unit_text(one)
    name = said(f"{one.title} ({unit})" if unit and not one.is_median else one.title)
    if seal is None:
        return [name, now]
    sealed = seal.figure(one.name)
    value = sealed.value if sealed else None
    return [name, amount(one, value), now, said(_difference(one, value, live.value))]


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
    table = parts.table(heads, rows, kind="dense")
    return parts.panel(_("All periods"), table, note=note, kind="wide")


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
