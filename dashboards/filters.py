"""The row of controls above a page; what they offer is what their reader may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component
from flask_babel import gettext as _
from sqlalchemy import func, select

from dashboards.navigation import control
from registry.access.scope import Scope
from registry.db import db
from registry.facts.asked import Asked, values_of
from registry.facts.cuts import DIMENSIONS
from registry.facts.labels import labelled
from registry.facts.measures import measures
from registry.geography.queries import province_zones
from registry.i18n import language
from registry.members.models import MemberSpan
from registry.messages.models import Publication
from registry.periods.calendar import Period, PeriodKind, month_of, periods_between

ANY = "any"
"""The choice that sets no limit: it needs no parameter in the address."""
YEARS = 10
"""So far back one can look."""
Options = list[dict[str, Any]]


def default_period(today: date) -> Period:
    """The quarter that ended last: complete, so that it can be compared."""
    return Period.containing(today, PeriodKind.QUARTER).previous()


def with_default(args: dict[str, str], today: date) -> dict[str, str]:
    """The parameters of an address, with a period in any case."""
    return {**args, "period": args.get("period") or default_period(today).code}


def bar(
    scope: Scope, question: Asked, today: date, dimensions: Iterable[str], *more: Component
) -> Component:
    """The controls of a page: period (a message's whole life has none), dimensions, its own."""
    chosen = {name: values[0] for name, values in question.cut.where}
    controls = [] if question.life else _period(question.period, today)
    for name in dimensions:
        options = _options(scope, name, question)
        if len(options) > 2:
            controls.append(select_of(name, DIMENSIONS[name], options, chosen.get(name)))
    return html.Form(
        [*controls, *more], className="filters", role="search", **{"aria-label": _("Filters")}
    )


def select_of(name: str, title: Any, options: Options, value: Any) -> Component:
    """One control with its label."""
    key = f"filter-{name}"
    chosen = dbc.Select(
        id=control(name),
        options=options,
        value=ANY if value is None else str(value),
    )
    return html.Div(html.Label([html.Span(str(title)), chosen], className="form-label"), id=key)


def map_choice(question: Asked) -> Component:
    """Zones as they were, or as they are now."""
    options = [
        {"label": _("Zones as they were then"), "value": "then"},
        {"label": _("Zones as they are now"), "value": "now"},
    ]
    return select_of("as_of", _("Map of zones"), options, question.cut.as_of)


def measure_choice(names: Sequence[str], chosen: str) -> Component:
    """Which measure the map and the bars show."""
    options = [{"label": str(one.title), "value": one.name} for one in measures(names)]
    return select_of("measure", _("Measure shown in the breakdowns"), options, chosen)


def _period(period: Period, today: date) -> list[Component]:
    kinds = {
        PeriodKind.MONTH: _("Month"),
        PeriodKind.QUARTER: _("Quarter"),
        PeriodKind.HALF: _("Half year"),
        PeriodKind.YEAR: _("Fiscal year"),
    }
    near = min(period.end, today)
    options = [
        {
            "label": title,
            "value": period.code if kind is period.kind else Period.containing(near, kind).code,
        }
        for kind, title in kinds.items()
    ]
    periods = [
        {"label": each.label(language(), _style(each)), "value": each.code}
        for each in sorted({*_periods(period.kind, today), period}, reverse=True)
    ]
    return [
        select_of("kind", _("Kind of period"), options, period.code),
        select_of("period", _("Period"), periods, period.code),
    ]


def _style(period: Period) -> str:
    """Names that fit a control: those of months do in full."""
    return "long" if period.kind is PeriodKind.MONTH else "short"


def _periods(kind: PeriodKind, today: date) -> list[Period]:
    return periods_between(first_day(today), today, kind)


def first_day(today: date) -> date:
    """The day of the first fact, but no longer ago than one can look back."""
    published = db.session.scalar(select(func.min(Publication.on)))
    joined = db.session.scalar(select(func.min(MemberSpan.from_on)))
    oldest = today.replace(year=today.year - YEARS, day=1)
    return max(oldest, min(published or today, joined or today))


def _options(scope: Scope, name: str, question: Asked) -> Options:
    values = values_of(scope, name) or frozenset()
    zone = dict(question.cut.where).get("zone")
    if name == "province" and zone:
        day = question.cut.today if question.cut.as_of == "now" else question.period.end
        inside = {code for code, of in province_zones(day).items() if of == zone[0]}
        values = frozenset(value for value in values if value in inside)
    every = [{"label": _("All"), "value": ANY}]
    return every + [{"label": text, "value": str(value)} for value, text in labelled(name, values)]


def months_shown(period: Period, today: date) -> range:
    """The months of a trend: thirteen up to the period's end, or up to this month."""
    last = min(period.last_month, month_of(today))
    return range(last - 12, last + 1)
