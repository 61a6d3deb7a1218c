"""The rows of controls above a page; what they offer is what their reader may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from dash import html
from dash.development.base_component import Component
from flask_babel import gettext as _

from dashboards import controls
from dashboards.controls import ANY, Options, boxes, select_of
from dashboards.navigation import button
from dashboards.periods import period_controls
from registry.access.gate import actor
from registry.access.models import Office
from registry.access.scope import Scope
from registry.db import db
from registry.facts.asked import LIMITS, SINGLE, Asked, topics_of, values_of
from registry.facts.asked_period import YEARS, first_fact
from registry.facts.cuts import DIMENSIONS
from registry.facts.labels import labelled, names
from registry.facts.measures import measures
from registry.geography.queries import province_zones
from registry.periods.calendar import Period, PeriodKind, Run, month_of

__all__ = ["ANY", "bar", "first_day", "map_choice", "measure_choice", "select_of", "with_default"]


def default_period(today: date) -> Period:
    """The quarter that ended last, complete so that it can be compared; if nothing is known of it
    yet, the one under way.
    """
    now = Period.containing(today, PeriodKind.QUARTER)
    last = now.previous()
    return last if first_fact(today) <= last.end else now


def with_default(args: dict[str, str], today: date) -> dict[str, str]:
    """The parameters of an address, with a period in any case."""
    if any(args.get(name) for name in ("period", "from", "to")):
        return args
    return {**args, "period": default_period(today).code}


def bar(
    scope: Scope, question: Asked, today: date, dimensions: Iterable[str], *more: Component
) -> Component:
    """The controls of a page and its active limits.

    Args:
        dimensions: those by which the page can be limited.
        more: controls of the page itself, shown with the less used ones.
    """
    first = [] if question.life else period_controls(question, first_day(today), today)
    known = list(dimensions)
    if {"zone", "province"} <= set(known):
        first += _places(scope, question)
        known = [name for name in known if name not in ("zone", "province")]
    rest = [made for name in known for made in _limit(scope, question, name)]
    folded = html.Details(
        [
            html.Summary(_("More filters")),
            html.Div([*rest, *more], className="filters"),
        ],
        className="more-filters",
    )
    return html.Div(
        [
            html.Div(
                [html.Div(first, className="filters"), *([folded] if rest or more else [])],
                role="search",
                className="filter-bar",
                **{"aria-label": _("Filters")},
            ),
            *controls.chips(limits_of(question)),
        ]
    )


def limits_of(question: Asked) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The active limits that can be removed: parameter, title, and values with their names."""
    return [
        (name, str(DIMENSIONS[name]), [(str(value), text) for value, text in labelled(name, given)])
        for name, given in sorted(question.cut.where, key=lambda limit: LIMITS.index(limit[0]))
        if name != "message"
    ]


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


def _limit(scope: Scope, question: Asked, name: str) -> list[Component]:
    """The control of one dimension; none where there is nothing to choose."""
    chosen = dict(question.cut.where).get(name, ())
    if name in SINGLE:
        texts = topics_of(scope) if name == "topic" else []
        options = [{"label": text, "value": text} for text in texts]
    else:
        known = labelled(name, values_of(scope, name) or ())
        options = [{"label": text, "value": str(value)} for value, text in known]
    if len(options) < 2 or (name == "office" and not scope.everything):
        return []
    if name in SINGLE:
        every = [{"label": _("All"), "value": ANY}]
        return [select_of(name, DIMENSIONS[name], every + options, next(iter(chosen), None))]
    return [boxes(name, DIMENSIONS[name], options, chosen)]


def _places(scope: Scope, question: Asked) -> list[Component]:
    """Zones and their provinces as one tree; nothing where only one province is seen."""
    zones, provinces = values_of(scope, "zone") or (), values_of(scope, "province") or ()
    if len(provinces) < 2:
        return []
    day = question.cut.today if question.cut.as_of == "now" else question.period.end
    where, titles = dict(question.cut.where), names("province")
    groups = []
    for zone, title in labelled("zone", zones):
        inside = [code for code, of in sorted(province_zones(day).items()) if of == zone]
        seen = [code for code in inside if code in provinces]
        if not seen:
            continue
        whole = f"zone:{zone}:{','.join(seen)}"
        options: Options = [{"label": titles[code], "value": code} for code in seen]
        if seen == inside:
            options.insert(0, {"label": _("The whole zone"), "value": whole})
        ticked = [whole] if zone in where.get("zone", ()) else []
        ticked += [code for code in seen if code in where.get("province", ())]
        groups.append((options, ticked, title))
    told = [
        text for name in ("zone", "province") for _v, text in labelled(name, where.get(name, ()))
    ]
    return [controls.places(groups, controls.said(told), *_own(scope))]


def _own(scope: Scope) -> list[Component]:
    """Shortcuts for those who see more than the place of their own office."""
    office, whole = db.session.get(Office, actor().office_id), _("Mine and below")
    found: list[tuple[Any, str, Any]] = []
    if office is None:
        return []
    if office.province_code in (values_of(scope, "province") or ()):
        found.append((_("Mine"), "province", office.province_code))
    elif office.zone_code in (values_of(scope, "zone") or ()):
        found += [(_("Mine"), "office", office.code), (whole, "zone", office.zone_code)]
    buttons = [
        html.Button(
            text, id=button("only", name, value), type="button", className="btn btn-sm btn-light"
        )
        for text, name, value in found
    ]
    return [html.Div(buttons, className="own")] if buttons else []


def first_day(today: date) -> date:
    """The day of the first fact, but no longer ago than one can look back."""
    return max(today.replace(year=today.year - YEARS, day=1), first_fact(today))


def months_shown(period: Run, today: date) -> range:
    """The months of a trend: thirteen up to the period's end, or up to this month."""
    last = min(period.last_month, month_of(today))
    return range(last - 12, last + 1)
